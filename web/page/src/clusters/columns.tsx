/** The columns of the table: what each shows, sorts by and exports. */
import type { ReactNode } from "react";
import { Link } from "wouter";
import { money } from "../model/amount";
import type { ClusterOrderField } from "../__generated__/useRowsQuery.graphql";
import { cloudName, spelled, words } from "../model/phase";
import { Ago, For } from "../parts/Ago";
import { FreshnessState, Phase, Severity } from "../parts/Phase";
import type { Row } from "./useRows";

export interface Column {
  name: string;
  title: string;
  /** The least width in pixels. What is left over is shared by `grows`. */
  width: number;
  grows?: number;
  isDefault: boolean;
  /** It is a default on a phone too, where all of them together have to fit. */
  isSlim?: boolean;
  text: (row: Row) => string;
  /** What the API sorts by. A column without one is not sorted by. */
  field?: ClusterOrderField;
  /** It shows an age, so that the latest is the smallest. */
  isAge?: boolean;
  cell?: (row: Row) => ReactNode;
}

export const addressOf = (id: string): string => `/clusters/${encodeURIComponent(id)}`;

export const defaultsOf = (isNarrow: boolean): readonly Column[] => COLUMNS.filter((one) => one.isDefault && (one.isSlim || !isNarrow));

const limit = ({ spendLimit }: Row): string => {
  const amount = spendLimit.limit?.money;
  if (amount) return money(amount);
  return spendLimit.state === "UNSUPPORTED" ? "" : words(spendLimit.state);
};

export const COLUMNS: readonly Column[] = [
  {
    name: "name", field: "NAME", isSlim: true,
    title: "Name",
    width: 138, grows: 2,
    isDefault: true,
    text: (row) => row.displayName,
    cell: (row) => (
      <Link to={addressOf(row.id)} className="name" title={row.displayName}>
        {row.displayName}
      </Link>
    ),
  },
  {
    name: "phase", field: "PHASE", isSlim: true,
    title: "Phase",
    width: 116,
    isDefault: true,
    text: (row) => row.status.phase,
    cell: (row) => <Phase phase={row.status.phase} word={row.status.providerPhase} />,
  },
  {
    name: "since", field: "SINCE", isAge: true, isSlim: true,
    title: "For",
    width: 56,
    isDefault: true,
    text: (row) => row.status.since,
    cell: (row) => <For since={row.status.since} isBrief />,
  },
  { name: "provider", field: "PROVIDER", title: "Provider", width: 124, grows: 1, isDefault: true, text: (row) => row.provider.name },
  { name: "account", field: "ACCOUNT", title: "Account", width: 120, grows: 1.1, isDefault: true, text: (row) => row.account.name },
  { name: "cloud", title: "Cloud", width: 78, isDefault: false, text: (row) => (row.cloud ? cloudName(row.cloud) : "") },
  { name: "region", field: "REGION", title: "Regions", width: 86, grows: 1, isDefault: true, text: (row) => row.regions.join(", ") },
  { name: "version", field: "VERSION", title: "Version", width: 76, isDefault: true, text: (row) => row.version ?? "" },
  { name: "plan", title: "Plan", width: 116, isDefault: false, text: (row) => row.plan ?? "", cell: (row) => row.plan && spelled(row.plan) },
  {
    name: "nodes", field: "NODE_COUNT",
    title: "Nodes",
    width: 52,
    isDefault: true,
    text: (row) => String(row.capacity.nodeCount ?? ""),
  },
  { name: "limit", field: "SPEND_LIMIT", title: "Limit", width: 104, isDefault: false, text: limit },
  {
    name: "created", field: "CREATED_AT", isAge: true,
    title: "Created",
    width: 84,
    isDefault: false,
    text: (row) => row.createdAt ?? "",
    cell: (row) => row.createdAt && <Ago at={row.createdAt} />,
  },
  {
    name: "severity",
    field: "SEVERITY",
    title: "Severity",
    width: 104,
    isDefault: false,
    text: (row) => row.assessment.severity,
    cell: (row) => <Severity severity={row.assessment.severity} />,
  },
  { name: "reason", title: "Reason", width: 180, grows: 2, isDefault: false, text: (row) => row.assessment.reason ?? "" },
  { name: "message", title: "Message", width: 180, grows: 2, isDefault: false, text: (row) => row.status.message ?? "" },
  {
    name: "seen", field: "OBSERVED_AT", isAge: true,
    title: "Seen",
    width: 56,
    isDefault: true,
    text: (row) => row.freshness.observedAt ?? "",
    cell: (row) => (row.freshness.state === "CURRENT" && row.freshness.observedAt ? <For since={row.freshness.observedAt} isBrief /> : <FreshnessState state={row.freshness.state} />),
  },
];
