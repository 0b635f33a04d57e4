/** What happened, newest first, and what happens now. */
import { useMemo } from "react";
import { Link, useSearchParams } from "wouter";
import compiled from "../__generated__/useFeedQuery.graphql";
import { plural } from "../model/amount";
import { SEVERITIES, severityOf, words } from "../model/phase";
import { duration } from "../model/time";
import { Clock } from "../parts/Ago";
import { Bars } from "../parts/Bars";
import { Button } from "../parts/Button";
import { Phase } from "../parts/Phase";
import { Section } from "../parts/Section";
import { Empty, Problem, Skeleton } from "../parts/States";
import { useFeed, type Change } from "./useFeed";

const SPANS = { "1h": 3_600, "24h": 86_400, "7d": 604_800, "90d": 7_776_000 } as const;
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
  return (
    <div className="page">
      <div className="choices">
        <span role="group" aria-label="How far back">
          {Object.keys(SPANS).map((one) => (
            <Button key={one} kind="quiet" aria-pressed={one === span} onClick={() => change("span", one)}>
              {one}
            </Button>
          ))}
        </span>
        <span role="group" aria-label="Became">
          <Button kind="quiet" aria-pressed={!params.get("severity")} onClick={() => change("severity", null)}>
            All
          </Button>
          {SEVERITIES.map((one) => (
            <Button key={one} kind="quiet" aria-pressed={params.get("severity") === one} onClick={() => change("severity", one)}>
              {words(one)}
            </Button>
          ))}
        </span>
        <input type="search" aria-label="Filter by name" placeholder="Name, provider or account" value={params.get("name") ?? ""} onChange={(event) => change("name", event.target.value)} />
        <label className="check">
          <input type="checkbox" checked={params.get("first") === "yes"} onChange={(event) => change("first", event.target.checked ? "yes" : null)} />
          Seen for the first time
        </label>
      </div>
      <Feed key={seconds} seconds={seconds} severity={params.get("severity")} name={params.get("name") ?? ""} withFirst={params.get("first") === "yes"} />
    </div>
  );
}

interface FeedProps {
  seconds: number;
  severity: string | null;
  name: string;
  withFirst: boolean;
}

function Feed({ seconds, severity, name, withFirst }: FeedProps) {
  const start = useMemo(() => Date.now() - seconds * 1000, [seconds]);
  const since = useMemo(() => new Date(start).toISOString(), [start]);
  const { changes, isRead, error } = useFeed(since);
  const shown = changes.filter((one) => matches(one, severity, name.toLowerCase(), withFirst)).reverse();
  const width = seconds / BUCKETS;
  const counts = Array.from({ length: BUCKETS }, () => 0);
  for (const { observedAt } of shown) {
    const bucket = Math.min(BUCKETS - 1, Math.max(0, Math.floor((Date.parse(observedAt) - start) / 1000 / width)));
    counts[bucket] = (counts[bucket] ?? 0) + 1;
  }
  if (error && changes.length === 0) return <Problem error={error} />;
  return (
    <Section title="Changes of phase" note={isRead ? plural(shown.length, "change") : "reading"} source={{ document: compiled, variables: { first: 100, since } }}>
      <div className="changes">
        <Bars label={plural(shown.length, "change")} starts={counts.map((_, index) => start / 1000 + index * width)} counts={counts} />
      </div>
      {!isRead && shown.length === 0 ? (
        <Skeleton rows={8} />
      ) : shown.length === 0 ? (
        <Empty icon="activity" title="Nothing happened in this time.">
          Clusters that keep their phase make no entry.
        </Empty>
      ) : (
        <ol className="log">
          {shown.slice(0, SHOWN).map((one) => (
            <Entry key={`${one.clusterName} ${one.observedAt} ${one.to} ${one.cluster?.id ?? ""}`} change={one} />
          ))}
        </ol>
      )}
      {shown.length > SHOWN && <p className="line muted">Narrow it down to see what is older: {plural(shown.length - SHOWN, "change")} more.</p>}
    </Section>
  );
}

function matches(change: Change, severity: string | null, name: string, withFirst: boolean): boolean {
  if (change.from === null && !withFirst) return false;
  if (severity && severityOf(change.to) !== severity) return false;
  const where = `${change.clusterName} ${change.cluster?.provider.name ?? ""} ${change.cluster?.account.name ?? ""}`;
  return where.toLowerCase().includes(name);
}

function Entry({ change }: { change: Change }) {
  const { cluster } = change;
  return (
    <li>
      <span className="when">
        <span className="muted day">{change.observedAt.slice(0, 10)}</span> <Clock at={change.observedAt} />
      </span>
      <span className="what">
        {cluster ? (
          <Link className="name" to={`/clusters/${encodeURIComponent(cluster.id)}`}>
            {change.clusterName}
          </Link>
        ) : (
          <span className="name">{change.clusterName}</span>
        )}
        <span className="where">{cluster ? `${cluster.provider.name} · ${cluster.account.name}` : "forgotten"}</span>
      </span>
      <span className="turn">
        {change.from ? <Phase phase={change.from} /> : <span className="muted">first seen</span>}
        <span className="muted" aria-label="became">
          →
        </span>
        <Phase phase={change.to} word={change.providerPhase} />
      </span>
      <span className="muted after">{change.afterSeconds != null && `after ${duration(change.afterSeconds)}`}</span>
    </li>
  );
}
