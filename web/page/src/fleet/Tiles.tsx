/** How many clusters there are of each severity, with their phases. */
import { graphql, useFragment } from "react-relay";
import { Link } from "wouter";
import type { Tiles_fleet$key } from "../__generated__/Tiles_fleet.graphql";
import { PHASES, phasesOf, SEVERITIES, type Severity, severityOf, words } from "../model/phase";
import { Icon } from "../parts/icons";

const TITLES: Record<Severity, string> = {
  BROKEN: "Broken",
  UNKNOWN: "Unknown",
  MOVING: "Moving",
  FINE: "Fine",
};

export function Tiles({ fleet }: { fleet: Tiles_fleet$key }) {
  const { clusterCount, byPhase } = useFragment(
    graphql`
      fragment Tiles_fleet on Fleet {
        clusterCount
        byPhase {
          phase
          count
        }
      }
    `,
    fleet,
  );
  return (
    <div className="tiles">
      <Link to="/clusters" className="tile all">
        <span className="label">Clusters</span>
        <strong>{clusterCount.toLocaleString("en-US")}</strong>
        <Shares byPhase={byPhase} total={clusterCount} />
      </Link>
      {SEVERITIES.map((severity) => {
        const phases = byPhase.filter(({ phase }) => severityOf(phase) === severity);
        const count = phases.reduce((sum, one) => sum + one.count, 0);
        return (
          <Link
            key={severity}
            to={`/clusters?phase=${phasesOf(severity).filter((phase) => phase !== "DELETED").join(",")}`}
            className={`tile ${count > 0 ? `tone-${severity.toLowerCase()}` : "none"}`}
          >
            <span className="label">
              <Icon name={severity} size={14} />
              {TITLES[severity]}
            </span>
            <strong>{count.toLocaleString("en-US")}</strong>
            <small>{phases.map(({ phase, count }) => `${count} ${words(phase).toLowerCase()}`).join(" · ") || "none"}</small>
          </Link>
        );
      })}
    </div>
  );
}

function Shares({ byPhase, total }: { byPhase: readonly { phase: string; count: number }[]; total: number }) {
  const known = PHASES as readonly string[];
  const ordered = [...byPhase].sort((a, b) => known.indexOf(a.phase) - known.indexOf(b.phase));
  return (
    <span className="shares" aria-hidden="true">
      {ordered.map(({ phase, count }) => (
        <span
          key={phase}
          className={phase === "STOPPED" ? "tone-still" : `tone-${severityOf(phase).toLowerCase()}`}
          style={{ flexGrow: count / Math.max(1, total) }}
        />
      ))}
    </span>
  );
}
