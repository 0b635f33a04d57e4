/** What the table shows is in the address, so that a view can be sent to a colleague. */
import { useMemo } from "react";
import { useSearchParams } from "wouter";
import { cloudName, words } from "../model/phase";
import { COLUMNS, type Column } from "./columns";
import type { Row } from "./useRows";

export interface Facet {
  name: string;
  title: string;
  /** A row counts under each of them. */
  values: (row: Row) => readonly string[];
  label: (value: string, row: Row) => string;
}

export const FACETS: readonly Facet[] = [
  { name: "phase", title: "Phase", values: (row) => [row.status.phase], label: words },
  { name: "provider", title: "Provider", values: (row) => [row.provider.kind ?? "UNKNOWN"], label: (_, row) => row.provider.name },
  { name: "account", title: "Account", values: (row) => [row.account.id], label: (_, row) => row.account.name },
  { name: "cloud", title: "Cloud", values: (row) => [row.cloud ?? "none"], label: cloudName },
  { name: "region", title: "Region", values: (row) => row.regions, label: (value) => value },
  { name: "version", title: "Version", values: (row) => [row.version ?? "none"], label: (value) => value },
];

export interface Asked {
  text: string;
  chosen: ReadonlyMap<string, ReadonlySet<string>>;
  sort: { column: Column; isDown: boolean } | null;
  columns: readonly Column[];
}

export function useAsked(): [Asked, (change: Record<string, string | null>) => void] {
  const [params, setParams] = useSearchParams();
  const asked = useMemo(() => read(params), [params]);
  const change = (changes: Record<string, string | null>) =>
    setParams(
      (before) => {
        const after = new URLSearchParams(before);
        for (const [name, value] of Object.entries(changes)) {
          if (value) after.set(name, value);
          else after.delete(name);
        }
        return after;
      },
      { replace: true },
    );
  return [asked, change];
}

const listed = (text: string | null): string[] => (text ?? "").split(",").filter(Boolean);

function read(params: URLSearchParams): Asked {
  const sort = params.get("sort");
  const column = COLUMNS.find((one) => one.name === sort?.replace(/^-/, ""));
  const names = listed(params.get("columns"));
  const chosen = COLUMNS.filter((one) => (names.length > 0 ? names.includes(one.name) : one.isDefault));
  return {
    text: params.get("q") ?? "",
    chosen: new Map(FACETS.map((facet) => [facet.name, new Set(listed(params.get(facet.name)))])),
    sort: column ? { column, isDown: sort?.startsWith("-") ?? false } : null,
    columns: chosen,
  };
}
