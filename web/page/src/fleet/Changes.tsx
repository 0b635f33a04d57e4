/** What changed in each five minutes, and the latest of it. */
import { useState } from "react";
import { Link } from "wouter";
import compiled from "../__generated__/useFeedQuery.graphql";
import { isFirstSeen } from "../activity/events";
import { type Event, useFeed } from "../activity/useFeed";
import { plural } from "../model/amount";
import { words } from "../model/phase";
import { useNow } from "../model/time";
import { Ago } from "../parts/Ago";
import { Bars } from "../parts/Bars";
import { Section } from "../parts/Section";

const HOUR_MS = 3_600_000;
const BUCKETS = 12;
const BUCKET_MS = 300_000;
const SHOWN = 5;

export function Changes() {
  // The feed begins an hour before the view was opened, and grows while it is open.
  const [since] = useState(() => new Date(Math.floor((Date.now() - HOUR_MS) / BUCKET_MS) * BUCKET_MS).toISOString());
  const now = useNow(BUCKET_MS);
  const { events } = useFeed(since, null);
  const changes = events.filter((event) => !isFirstSeen(event));
  const firstSeen = events.length - changes.length;
  const start = Math.floor((now - HOUR_MS) / BUCKET_MS + 1) * BUCKET_MS;
  const counts = Array.from({ length: BUCKETS }, () => 0);
  for (const { occurredAt } of changes) {
    const bucket = Math.min(BUCKETS - 1, Math.floor((Date.parse(occurredAt) - start) / BUCKET_MS));
    if (bucket >= 0) counts[bucket] = (counts[bucket] ?? 0) + 1;
  }
  const source = { document: compiled, variables: { first: 100, order: "NEWEST_FIRST", since } };
  return (
    <Section title="Changes of the last hour" note={plural(changes.length, "change")} source={source}>
    <div className="changes">
      <Bars
        label={`${plural(changes.length, "change")} in the last hour`}
        starts={counts.map((_, index) => (start + index * BUCKET_MS) / 1000)}
        counts={counts}
      />
      <ol className="feed">
        {changes.slice(0, SHOWN).map((event) => (
          <li key={event.id}>
            {event.cluster ? <Link to={`/clusters/${encodeURIComponent(event.cluster.id)}`}>{event.clusterName}</Link> : (event.clusterName ?? event.accountName)}
            <span className="muted">{brief(event)}</span>
            <Ago at={event.occurredAt} />
          </li>
        ))}
      </ol>
      <p className="muted small">
        {changes.length === 0 && "Nothing changed. "}
        {firstSeen > 0 && `${plural(firstSeen, "cluster")} seen for the first time. `}
        <Link to="/activity">All activity</Link>
      </p>
    </div>
    </Section>
  );
}

function brief({ kind, from, to, operationKind }: Event): string {
  if (kind === "PHASE_CHANGED") return `${words(from ?? "")} → ${words(to ?? "")}`;
  return kind.startsWith("OPERATION") ? words(operationKind ?? kind) : words(kind);
}
