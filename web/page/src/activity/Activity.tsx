/** What happened, newest first, and what happens now. */
import { useMemo } from "react";
import { Link, useSearchParams } from "wouter";
import compiled from "../__generated__/useFeedQuery.graphql";
import type { EventKind } from "../__generated__/useFeedQuery.graphql";
import { plural } from "../model/amount";
import { SEVERITIES, type Severity, words } from "../model/phase";
import { Clock } from "../parts/Ago";
import { Bars } from "../parts/Bars";
import { Button } from "../parts/Button";
import { Icon } from "../parts/icons";
import { knownSeverity } from "../parts/Phase";
import { Section } from "../parts/Section";
import { Empty, Skeleton } from "../parts/States";
import { isFirstSeen } from "./events";
import { Happening } from "./Happening";
import { type Event, useFeed } from "./useFeed";

const SPANS = { "1h": 3_600, "24h": 86_400, "7d": 604_800, "90d": 7_776_000 } as const;
const KINDS: Readonly<Record<string, readonly EventKind[]>> = {
  Phases: ["PHASE_CHANGED"],
  Settings: ["REVISION_CHANGED", "VERSION_CHANGED", "LIMIT_CHANGED"],
  Operations: ["OPERATION_BEGUN", "OPERATION_ENDED"],
  Accounts: ["ACCOUNT_FAILED", "ACCOUNT_RECOVERED"],
};
const BUCKETS = 48;
const SHOWN = 500;

export default function Activity() {
  const [params, setParams] = useSearchParams();
  const span = (params.get("span") ?? "24h") as keyof typeof SPANS;
  const seconds = SPANS[span] ?? SPANS["24h"];
  const change = (name: string, value: string | null) =>
    setParams(
      (before) => {
        const after = new URLSearchParams(before);
        if (value) after.set(name, value);
        else after.delete(name);
        return after;
      },
      { replace: true },
    );
  const severity = SEVERITIES.find((one) => one === params.get("severity")) ?? null;
  const kind = params.get("kind");
  const clusterId = params.get("cluster");
  return (
    <div className="page">
      <div className="choices">
        <Choices title="How far back" options={Object.keys(SPANS)} chosen={span} onChoose={(one) => change("span", one)} />
        <Choices title="About" options={["All", ...Object.keys(KINDS)]} chosen={kind ?? "All"} onChoose={(one) => change("kind", one === "All" ? null : one)} />
        <Choices title="Severity" options={["Any", ...SEVERITIES]} chosen={severity ?? "Any"} onChoose={(one) => change("severity", one === "Any" ? null : one)} />
        <input type="search" aria-label="Filter by name" placeholder="Name, provider or account" value={params.get("name") ?? ""} onChange={(event) => change("name", event.target.value)} />
        <label className="check">
          <input type="checkbox" checked={params.get("first") === "yes"} onChange={(event) => change("first", event.target.checked ? "yes" : null)} />
          Seen for the first time
        </label>
        {clusterId && (
          <Button icon="close" onClick={() => change("cluster", null)}>
            One cluster
          </Button>
        )}
      </div>
      <Feed
        seconds={seconds}
        kinds={(kind && KINDS[kind]) || null}
        severity={severity}
        clusterId={clusterId}
        name={params.get("name") ?? ""}
        withFirst={params.get("first") === "yes"}
      />
    </div>
  );
}

function Choices({ title, options, chosen, onChoose }: { title: string; options: readonly string[]; chosen: string; onChoose: (option: string) => void }) {
  return (
    <span role="group" aria-label={title}>
      {options.map((one) => (
        <Button key={one} kind="quiet" aria-pressed={one === chosen} onClick={() => onChoose(one)}>
          {/^[A-Z]+$/.test(one) ? words(one) : one}
        </Button>
      ))}
    </span>
  );
}

interface FeedProps {
  seconds: number;
  kinds: readonly EventKind[] | null;
  severity: Severity | null;
  clusterId: string | null;
  name: string;
  withFirst: boolean;
}

function Feed({ seconds, kinds, severity, clusterId, name, withFirst }: FeedProps) {
  const start = useMemo(() => Date.now() - seconds * 1000, [seconds]);
  const since = useMemo(() => new Date(start).toISOString(), [start]);
  const filter = { kinds, severities: severity && [severity], clusterId };
  const { events, isRead, isCut, error } = useFeed(since, filter);
  const shown = events.filter((one) => matches(one, name.toLowerCase(), withFirst));
  const width = seconds / BUCKETS;
  const counts = Array.from({ length: BUCKETS }, () => 0);
  for (const { occurredAt } of shown) {
    const bucket = Math.min(BUCKETS - 1, Math.max(0, Math.floor((Date.parse(occurredAt) - start) / 1000 / width)));
    counts[bucket] = (counts[bucket] ?? 0) + 1;
  }
  const source = { document: compiled, variables: { first: 100, order: "NEWEST_FIRST", since, filter } };
  const note = isRead ? `${plural(shown.length, "event")}${isCut ? ", the newest alone" : ""}` : "reading";
  if (error && events.length === 0) throw error; // the boundary says it, and tries again
  return (
    <Section title="What happened" note={note} source={source}>
      <div className="changes">
        <Bars label={plural(shown.length, "event")} starts={counts.map((_, index) => start / 1000 + index * width)} counts={counts} />
      </div>
      {!isRead && shown.length === 0 ? (
        <Skeleton rows={8} />
      ) : shown.length === 0 ? (
        <Empty icon="activity" title="Nothing happened in this time.">
          What stays as it is makes no entry.
        </Empty>
      ) : (
        <ol className="log">
          {shown.slice(0, SHOWN).map((one) => (
            <Entry key={one.id} event={one} />
          ))}
        </ol>
      )}
      {shown.length > SHOWN && <p className="line muted">Narrow it down to see what is older: {plural(shown.length - SHOWN, "event")} more.</p>}
    </Section>
  );
}

function matches(event: Event, name: string, withFirst: boolean): boolean {
  if (isFirstSeen(event) && !withFirst) return false;
  return `${event.clusterName ?? ""} ${event.provider?.name ?? ""} ${event.accountName ?? ""}`.toLowerCase().includes(name);
}

function Entry({ event }: { event: Event }) {
  const { cluster, clusterName, accountName, provider, message } = event;
  const severity = knownSeverity(event.severity);
  const where = [provider?.name, clusterName ? accountName : null].filter(Boolean).join(" · ");
  return (
    <li>
      <span className="when">
        <span className={severity === "FINE" ? "muted" : `tone-${severity.toLowerCase()}`}>
          <Icon name={severity} size={12} />
          <span className="sr">{words(severity)}</span>
        </span>{" "}
        <span className="muted day">{event.occurredAt.slice(0, 10)}</span> <Clock at={event.occurredAt} />
      </span>
      <span className="what">
        {cluster ? (
          <Link className="name" to={`/clusters/${encodeURIComponent(cluster.id)}`}>
            {clusterName}
          </Link>
        ) : (
          <span className="name">{clusterName ?? accountName}</span>
        )}{" "}
        <span className="where">{where}</span>
      </span>
      <span className="turn">
        <Happening event={event} />
      </span>
      <span className="muted after">{clusterName && message}</span>
    </li>
  );
}
