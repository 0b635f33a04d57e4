/** Providers by severity, in numbers that lead to their clusters. */
import { graphql, useFragment } from "react-relay";
import { Link } from "wouter";
import type { Matrix_fleet$data, Matrix_fleet$key } from "../__generated__/Matrix_fleet.graphql";
import { plural } from "../model/amount";
import { PHASES, words } from "../model/phase";
import { Icon } from "../parts/icons";
import { phaseIcon, tone } from "../parts/Phase";
import { Section, type Source } from "../parts/Section";
import { useNarrow } from "../shell/narrow";
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
          missing(first: 100) {
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
  const isNarrow = useNarrow();
  return (
    <Section title="Providers" source={source}>
      {isNarrow ? (
        <ul className="items narrow">
          {byProvider.map(({ provider, count }) => (
            <li key={provider.id} className={silent.has(provider.id) ? "item old" : "item"}>
              <div className="what">
                <Name provider={provider} isSilent={silent.has(provider.id)} /> <span className="where">{plural(count, "cluster")}</span>
                <p className="shares-of">
                  {phases.map((phase) => {
                    const held = cells.get(`${provider.kind} ${phase}`);
                    return (
                      held && (
                        <Link key={phase} to={addressOf(provider, phase)} className={toneOf(phase)}>
                          <Icon name={phaseIcon(phase)} size={12} /> {held} {words(phase).toLowerCase()}
                        </Link>
                      )
                    );
                  })}
                </p>
              </div>
            </li>
          ))}
        </ul>
      ) : (
        <table className="matrix">
          <thead>
            <tr>
              <th scope="col">Provider</th>
              <th scope="col">All</th>
              {phases.map((phase) => (
                <th scope="col" key={phase} className={toneOf(phase)}>
                  <span>{words(phase)}</span>
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {byProvider.map(({ provider, count }) => (
              <tr key={provider.id} className={silent.has(provider.id) ? "old" : ""}>
                <th scope="row">
                  <Name provider={provider} isSilent={silent.has(provider.id)} />
                </th>
                <td>{count}</td>
                {phases.map((phase) => {
                  const held = cells.get(`${provider.kind} ${phase}`);
                  return (
                    <td key={phase}>
                      {held ? (
                        <Link to={addressOf(provider, phase)} aria-label={`${provider.name}, ${words(phase)}: ${held}`}>
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
      )}
    </Section>
  );
}

type Provider = Matrix_fleet$data["byProvider"][number]["provider"];

function Name({ provider, isSilent }: { provider: Provider; isSilent: boolean }) {
  return (
    <>
      <Link to={addressOf(provider)} className="name">
        {provider.name}
      </Link>
      {isSilent && (
        <span className="tone-unknown" title="Not every account of it is current: these numbers are the last known.">
          {" "}
          <Icon name="UNKNOWN" size={12} />
          <span className="sr">, last known</span>
        </span>
      )}
    </>
  );
}

const addressOf = ({ kind }: Provider, phase?: string): string => `/clusters?provider=${(kind ?? "").toLowerCase()}${phase ? `&phase=${phase}` : ""}`;

const toneOf = (phase: string): string => `tone-${tone(phase)}`;
