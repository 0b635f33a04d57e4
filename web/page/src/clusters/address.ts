/** What the table shows is in the address, so that a view can be sent to a colleague. */
import { useMemo } from "react";
import { useSearchParams } from "wouter";
import type { FacetInput } from "../__generated__/useFacetsQuery.graphql";
import { cloudName, spelled, words } from "../model/phase";
import { useNarrow } from "../shell/narrow";
import { COLUMNS, type Column, defaultsOf } from "./columns";

/** A facet is a qualifier of the search by the same name. */
export interface Facet {
  name: string;
  by: FacetInput["by"];
  title: string;
  label: (value: string, displayName: string) => string;
}

const same = (value: string): string => value;
const named = (_: string, displayName: string): string => displayName;

export const FACETS: readonly Facet[] = [
  { name: "severity", by: "SEVERITY", title: "Severity", label: words },
  { name: "phase", by: "PHASE", title: "Phase", label: words },
  { name: "provider", by: "PROVIDER", title: "Provider", label: named },
  { name: "account", by: "ACCOUNT", title: "Account", label: same },
  { name: "cloud", by: "CLOUD", title: "Cloud", label: cloudName },
  { name: "region", by: "REGION", title: "Region", label: same },
  { name: "version", by: "VERSION", title: "Version", label: same },
  { name: "plan", by: "PLAN", title: "Plan", label: spelled },
];

export interface Asked {
  text: string;
  chosen: ReadonlyMap<string, readonly string[]>;
  sort: { column: Column; isDown: boolean } | null;
  columns: readonly Column[];
}

export function useAsked(): [Asked, (change: Record<string, string | null>) => void] {
  const [params, setParams] = useSearchParams();
  const isNarrow = useNarrow();
  const asked = useMemo(() => read(params, isNarrow), [params, isNarrow]);
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

function read(params: URLSearchParams, isNarrow: boolean): Asked {
  const sort = params.get("sort");
  const column = COLUMNS.find((one) => one.field && one.name === sort?.replace(/^-/, ""));
  const names = listed(params.get("columns"));
  return {
    text: params.get("q") ?? "",
    chosen: new Map(FACETS.map((facet) => [facet.name, listed(params.get(facet.name))])),
    sort: column ? { column, isDown: sort?.startsWith("-") ?? false } : null,
    columns: names.length > 0 ? COLUMNS.filter((one) => names.includes(one.name)) : defaultsOf(isNarrow),
  };
}

const quoted = (value: string): string => (/^[\w.*@-]+$/.test(value) ? value : `"${value.replaceAll('"', "")}"`);

/** The search as the API takes it: what was typed, and a qualifier for each facet but one. */
export function toSearch({ text, chosen }: Asked, without?: Facet): string {
  const qualifiers = FACETS.filter((facet) => facet !== without && chosen.get(facet.name)?.length).map(
    (facet) => `${facet.name}:${chosen.get(facet.name)?.map(quoted).join(",")}`,
  );
  return [text.trim(), ...qualifiers].filter(Boolean).join(" ");
}
