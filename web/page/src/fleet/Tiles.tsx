/** How many clusters there are of each severity, with their phases. */
import { graphql, useFragment } from "react-relay";
import { Link } from "wouter";
import type { Tiles_query$key } from "../__generated__/Tiles_query.graphql";
import { PHASES, SEVERITIES, type Severity, words } from "../model/phase";
import { Icon } from "../parts/icons";
import { tone } from "../parts/Phase";

const MEANINGS: Record<Severity, string> = {
  BROKEN: "failed or degraded",
  STUCK: "slower than usual",
  UNKNOWN: "not to be known now",
  MOVING: "changing now",
  FINE: "needs nobody",
};

export function Tiles({ query }: { query: Tiles_query$key }) {
  const { severities } = useFragment(
    graphql`
      fragment Tiles_query on Query {
        severities: clusterFacets(by: [{ by: SEVERITY }, { by: PHASE }]) {
          by
          buckets {
            value
            clusterCount
          }
        }
      }
    `,
    query,
  );
  const counted = (by: string) => new Map(severities.find((facet) => facet.by === by)?.buckets.map((one) => [one.value ?? "", one.clusterCount]));
  const bySeverity = counted("SEVERITY");
  const byPhase = counted("PHASE");
  const total = [...bySeverity.values()].reduce((sum, count) => sum + count, 0);
  return (
    <div className="tiles">
      <Link to="/clusters" className="tile all">
        <span className="label">Clusters</span>
        <strong>{total.toLocaleString("en-US")}</strong>
        <Shares byPhase={byPhase} total={total} />
      </Link>
      {SEVERITIES.map((severity) => {
        const count = bySeverity.get(severity) ?? 0;
        return (
          <Link key={severity} to={`/clusters?severity=${severity}`} className={`tile ${count > 0 ? `tone-${severity.toLowerCase()}` : "none"}`}>
            <span className="label">
              <Icon name={severity} size={14} />
              {words(severity)}
            </span>
            <strong>{count.toLocaleString("en-US")}</strong>
            <small>{MEANINGS[severity]}</small>
          </Link>
        );
      })}
    </div>
  );
}

function Shares({ byPhase, total }: { byPhase: ReadonlyMap<string, number>; total: number }) {
  return (
    <span className="shares" aria-hidden="true">
      {PHASES.filter((phase) => byPhase.has(phase)).map((phase) => (
        <span
          key={phase}
          className={`tone-${tone(phase)}`}
          style={{ flexGrow: (byPhase.get(phase) ?? 0) / Math.max(1, total) }}
        />
      ))}
    </span>
  );
}
