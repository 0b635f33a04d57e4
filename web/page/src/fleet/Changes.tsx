/** Changes of phase per five minutes, and the latest of them. */
import { useState } from "react";
import { Link } from "wouter";
import compiled from "../__generated__/useFeedQuery.graphql";
import { useFeed } from "../activity/useFeed";
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
  const { changes: nodes } = useFeed(since);
  const changes = nodes.filter((change) => change.from !== null);
  const firstSeen = nodes.length - changes.length;
  const start = Math.floor((now - HOUR_MS) / BUCKET_MS + 1) * BUCKET_MS;
  const counts = Array.from({ length: BUCKETS }, () => 0);
  for (const { observedAt } of changes) {
    const bucket = Math.min(BUCKETS - 1, Math.floor((Date.parse(observedAt) - start) / BUCKET_MS));
    if (bucket >= 0) counts[bucket] = (counts[bucket] ?? 0) + 1;
  }
  const source = { document: compiled, variables: { first: 100, since } };
  return (
    <Section title="Changes of the last hour" note={plural(changes.length, "change")} source={source}>
    <div className="changes">
      <Bars
        label={`${plural(changes.length, "change")} of phase in the last hour`}
        starts={counts.map((_, index) => (start + index * BUCKET_MS) / 1000)}
        counts={counts}
      />
      <ol className="feed">
        {changes
          .slice(-SHOWN)
          .reverse()
          .map((change) => (
            <li key={`${change.clusterName} ${change.observedAt} ${change.to}`}>
              {change.cluster ? (
                <Link to={`/clusters/${encodeURIComponent(change.cluster.id)}`}>{change.clusterName}</Link>
              ) : (
                change.clusterName
              )}
              <span className="muted">
                {words(change.from ?? "")} → {words(change.to)}
              </span>
              <Ago at={change.observedAt} />
            </li>
          ))}
      </ol>
      <p className="muted small">
        {changes.length === 0 && "No cluster changed its phase. "}
        {firstSeen > 0 && `${plural(firstSeen, "cluster")} seen for the first time. `}
        <Link to="/activity">All activity</Link>
      </p>
    </div>
    </Section>
  );
}
