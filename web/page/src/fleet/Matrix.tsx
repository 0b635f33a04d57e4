/** Providers by severity, in numbers that lead to their clusters. */
import { graphql, useFragment } from "react-relay";
import { Link } from "wouter";
import type { Matrix_fleet$key } from "../__generated__/Matrix_fleet.graphql";
import { PHASES, severityOf, words } from "../model/phase";
import { Icon } from "../parts/icons";
import { Section, type Source } from "../parts/Section";
import { useCells } from "./useCells";

export function Matrix({ fleet, source }: { fleet: Matrix_fleet$key; source: Source }) {
  const { byPhase, byProvider, coverage } = useFragment(
    graphql`
      fragment Matrix_fleet on Fleet {
        byPhase {
          phase
          count
        }
        byProvider {
          provider {
            id
            kind
            name
          }
          count
        }
        coverage {
          missing(first: 50) {
            nodes {
              id
              provider {
                id
              }
            }
          }
        }
      }
    `,
    fleet,
  );
  const silent = new Set(coverage.missing.nodes.map((account) => account.provider.id));
  const cells = useCells(
    byProvider.flatMap(({ provider }) => provider.kind ?? []),
    JSON.stringify([byPhase, byProvider.map((one) => one.count)]),
  );
  const phases = PHASES.filter((phase) => byPhase.some((one) => one.phase === phase));
  return (
    <Section title="Providers" source={source}>
      <div className="scroll">
        <table className="matrix">
          <thead>
            <tr>
              <th scope="col">Provider</th>
              <th scope="col">All</th>
              {phases.map((phase) => (
                <th scope="col" key={phase} className={phase === "STOPPED" ? "tone-still" : `tone-${severityOf(phase).toLowerCase()}`}>
                  <span>{words(phase)}</span>
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {byProvider.map(({ provider, count }) => (
              <tr key={provider.id} className={silent.has(provider.id) ? "old" : ""}>
                <th scope="row">
                  <Link to={`/clusters?provider=${(provider.kind ?? "").toLowerCase()}`}>{provider.name}</Link>
                  {silent.has(provider.id) && (
                    <span className="tone-unknown" title="Not every account of it is current: these numbers are the last known.">
                      {" "}
                      <Icon name="UNKNOWN" size={12} />
                      <span className="sr">, last known</span>
                    </span>
                  )}
                </th>
                <td>{count}</td>
                {phases.map((phase) => {
                  const held = cells.get(`${provider.kind} ${phase}`);
                  return (
                    <td key={phase}>
                      {held ? (
                        <Link to={`/clusters?provider=${(provider.kind ?? "").toLowerCase()}&phase=${phase}`} aria-label={`${provider.name}, ${words(phase)}: ${held}`}>
                          {held}
                        </Link>
                      ) : (
                        <span className="muted" aria-label="none">·</span>
                      )}
                    </td>
                  );
                })}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </Section>
  );
}
