/** What clusters may spend in a month: sums by currency, each limit, and what no sum holds. */
import { useMemo } from "react";
import { graphql } from "react-relay";
import { Link } from "wouter";
import compiled from "../__generated__/SpendQuery.graphql";
import type { SpendQuery } from "../__generated__/SpendQuery.graphql";
import { money, plural } from "../model/amount";
import { words } from "../model/phase";
import { Section } from "../parts/Section";
import { Empty } from "../parts/States";
import { usePolled } from "../relay/usePolled";
import { SpendRow } from "./SpendRow";

const REFRESH_MS = 20_000;

export default function Spend() {
  const variables = useMemo(() => ({}), []);
  const { fleet, clusters } = usePolled<SpendQuery>(
    graphql`
      query SpendQuery {
        fleet {
          spendLimits {
            decimal
            currency
          }
          convertedSpendLimits {
            decimal
            currency
          }
          unlimitedClusterCount
          unknownLimitClusterCount
        }
        clusters(first: 100) {
          nodes {
            id
            provider {
              name
            }
            spendLimit {
              state
              limit {
                basis
                money {
                  decimal
                  currency
                }
              }
            }
            ...SpendRow_cluster
          }
          pageInfo {
            hasNextPage
          }
        }
      }
    `,
    variables,
    REFRESH_MS,
  );
  const source = { document: compiled, variables };
  const withLimit = clusters.nodes.filter((one) => one.spendLimit.state === "LIMITED");
  withLimit.sort((a, b) => Number(b.spendLimit.limit?.money?.decimal ?? 0) - Number(a.spendLimit.limit?.money?.decimal ?? 0));
  const groups = (["UNLIMITED", "UNKNOWN"] as const).map((state) => [state, clusters.nodes.filter((one) => one.spendLimit.state === state)] as const);
  const most = Math.max(1, ...withLimit.map((one) => Number(one.spendLimit.limit?.money?.decimal ?? 0)));
  const note = clusters.pageInfo.hasNextPage ? "of the first 100 clusters" : undefined;
  return (
    <div className="page">
      <div className="tiles four">
        <Tile title="Limits held in money" values={fleet.spendLimits.map(money)} note="a calendar month" />
        <Tile title="Limits held in use" values={fleet.convertedSpendLimits.map(money)} note="converted by the provider's rates" />
        <Tile title="Without a limit" values={[String(fleet.unlimitedClusterCount)]} note={plural(fleet.unlimitedClusterCount, "cluster")} />
        <Tile title="Not known in money" values={[String(fleet.unknownLimitClusterCount)]} note={plural(fleet.unknownLimitClusterCount, "cluster")} />
      </div>
      <Section title="Limits" note={note} source={source}>
        {withLimit.length === 0 ? (
          <Empty icon="spend" title="No cluster has a limit." />
        ) : (
          <ul className="limits">
            {withLimit.map((cluster) => (
              <SpendRow key={cluster.id} cluster={cluster} most={most} />
            ))}
          </ul>
        )}
      </Section>
      <div className="halves even">
        {groups.map(([state, members]) => (
          <Section key={state} title={state === "UNLIMITED" ? "Without a limit" : "Limit not known"} note={note} source={source}>
            {members.length === 0 ? (
              <p className="line muted">None.</p>
            ) : (
              <ul className="limits">
                {members.map((cluster) => (
                  <SpendRow key={cluster.id} cluster={cluster} most={most} />
                ))}
              </ul>
            )}
          </Section>
        ))}
      </div>
      <p className="muted small">
        {words("UNSUPPORTED")} limits are not listed: there is no such thing at those providers. <Link to="/clusters?columns=name,provider,account,limit">All clusters with their limits</Link>
      </p>
    </div>
  );
}

function Tile({ title, values, note }: { title: string; values: string[]; note: string }) {
  return (
    <div className="tile">
      <span className="label">{title}</span>
      <strong>{values.join(", ") || "none"}</strong>
      <small>{note}</small>
    </div>
  );
}
