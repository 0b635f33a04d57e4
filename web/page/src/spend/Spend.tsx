/** What clusters may spend in a month: sums by currency, each limit, and what no sum holds. */
import { Suspense, useMemo } from "react";
import { graphql } from "react-relay";
import { Link } from "wouter";
import compiled from "../__generated__/SpendQuery.graphql";
import type { SpendPageQuery } from "../__generated__/SpendPageQuery.graphql";
import type { SpendQuery } from "../__generated__/SpendQuery.graphql";
import { decimal, digitsOf, money, plural } from "../model/amount";
import { words } from "../model/phase";
import { Section, type Source } from "../parts/Section";
import { Empty, Skeleton } from "../parts/States";
import { useFollowed } from "../relay/useFollowed";
import { useWhole } from "../relay/useWhole";
import { Costs } from "./Costs";
import { Envelopes } from "./Envelopes";
import { Months } from "./Months";
import { type Limited, SpendRow } from "./SpendRow";

const spendDocument = graphql`
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
      freeAllowances {
        decimal
        currency
      }
      unlimitedClusterCount
      unknownLimitClusterCount
      vcpuLimitedClusterCount
      vcpuLimit
      ...Costs_fleet
    }
    clusters(first: 100, filter: { limitStates: [LIMITED, UNLIMITED, UNKNOWN] }) {
      ...Spend_page @relay(mask: false)
    }
  }
`;

/** Plain data and no fragments: what is read after the first page is kept by this view alone. */
graphql`
  fragment Spend_page on ClusterConnection {
    nodes {
      ...SpendRow_cluster @relay(mask: false)
    }
    pageInfo {
      hasNextPage
      endCursor
    }
  }
`;

const nextDocument = graphql`
  query SpendPageQuery($after: String) {
    clusters(first: 100, after: $after, filter: { limitStates: [LIMITED, UNLIMITED, UNKNOWN] }) {
      ...Spend_page @relay(mask: false)
    }
  }
`;

export default function Spend() {
  const variables = useMemo(() => ({}), []);
  const { fleet, clusters: firstClusters } = useFollowed<SpendQuery>(spendDocument, variables);
  const clusters = useWhole<SpendPageQuery, Limited>(firstClusters, nextDocument, {}, (data) => data.clusters, true);
  const source = { document: compiled, variables };
  const withLimit = clusters.nodes.filter((one) => one.spendLimit.state === "LIMITED");
  withLimit.sort((a, b) => Number(b.spendLimit.limit?.money?.decimal ?? 0) - Number(a.spendLimit.limit?.money?.decimal ?? 0));
  const groups = (["UNLIMITED", "UNKNOWN"] as const).map((state) => [state, clusters.nodes.filter((one) => one.spendLimit.state === state)] as const);
  const most = Math.max(1, ...withLimit.map((one) => Number(one.spendLimit.limit?.money?.decimal ?? 0)));
  const note = clusters.isCut ? `of the first ${plural(clusters.nodes.length, "cluster")}` : undefined;
  return (
    <div className="page">
      <div className="tiles four">
        <Tile title="Limits held in money" values={fleet.spendLimits.map(money)} note="a calendar month" />
        <Tile title="Limits held in use" values={fleet.convertedSpendLimits.map(money)} note={fleet.freeAllowances.length === 0 ? "converted by the provider's rates" : `converted, less ${fleet.freeAllowances.map(money).join(", ")} that are free`} />
        <Tile title="Without a limit" values={[String(fleet.unlimitedClusterCount)]} note={`${clustersOf(fleet.unlimitedClusterCount)}, whose use has no end`} />
        <Tile title="Not known in money" values={[String(fleet.unknownLimitClusterCount)]} note={fleet.vcpuLimitedClusterCount > 0 ? `${clustersOf(fleet.unknownLimitClusterCount)}; ${plural(fleet.vcpuLimitedClusterCount, "more is", "more are")} limited to ${fleet.vcpuLimit} vCPU` : clustersOf(fleet.unknownLimitClusterCount)} />
      </div>
      <Suspense fallback={<Skeleton rows={3} />}>
        <Envelopes />
      </Suspense>
      <div className="halves even">
        <Suspense fallback={<Skeleton rows={6} />}>
          <Months />
        </Suspense>
        <Costs fleet={fleet} source={source} />
      </div>
      <div className="halves even">
        <Sums title="Limits by provider" note={note} source={source} sums={sumsBy(withLimit, (one) => [one.provider.name, ""])} />
        <Sums title="Limits by account" note={note} source={source} sums={sumsBy(withLimit, (one) => [one.account.name, one.provider.name])} />
      </div>
      <Section title="Limits" note={note} source={source}>
        {withLimit.length === 0 ? (
          <Empty icon="spend" title="No cluster has a limit." />
        ) : (
          <Rows clusters={withLimit} most={most} />
        )}
      </Section>
      <div className="halves even">
        {groups.map(([state, members]) => (
          <Section key={state} title={state === "UNLIMITED" ? "Without a limit" : "Limit not known"} note={note} source={source}>
            {members.length === 0 ? (
              <p className="line muted">None.</p>
            ) : (
              <Rows clusters={members} most={most} />
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

/** Shown of one kind. The sums are of all. */
const SHOWN = 100;

function Rows({ clusters, most }: { clusters: readonly Limited[]; most: number }) {
  return (
    <>
      <ul className="limits">
        {clusters.slice(0, SHOWN).map((cluster) => (
          <SpendRow key={cluster.id} cluster={cluster} most={most} />
        ))}
      </ul>
      {clusters.length > SHOWN && <p className="line muted">{plural(clusters.length - SHOWN, "more cluster")}, in the table of all clusters.</p>}
    </>
  );
}

interface Sum {
  name: string;
  where: string;
  currency: string;
  minorUnits: bigint;
  /** How many of its digits are behind the point. */
  digits: number;
}

/** Of the limits that are known in money, held or converted; largest first. */
function sumsBy(clusters: readonly Limited[], nameOf: (cluster: Limited) => [name: string, where: string]): Sum[] {
  const sums = new Map<string, Sum>();
  for (const cluster of clusters) {
    const amount = cluster.spendLimit.limit?.money;
    if (!amount) continue;
    const [name, where] = nameOf(cluster);
    const key = JSON.stringify([name, where, amount.currency]);
    const digits = digitsOf(amount.decimal);
    const before = sums.get(key)?.minorUnits ?? 0n;
    sums.set(key, { name, where, currency: amount.currency, digits, minorUnits: before + BigInt(amount.minorUnits) });
  }
  return [...sums.values()].sort((a, b) => Number(b.minorUnits - a.minorUnits));
}

function Sums({ title, note, source, sums }: { title: string; note: string | undefined; source: Source; sums: Sum[] }) {
  const most = Number(sums[0]?.minorUnits ?? 1n) || 1;
  return (
    <Section title={title} note={note} source={source}>
      <ul className="limits">
        {sums.map(({ name, where, currency, minorUnits, digits }) => (
          <li key={`${name} ${where} ${currency}`}>
            <span className="what">
              <span className="name">{name}</span>{" "}
              <span className="where">{where}</span>
            </span>
            <span className="bar" aria-hidden="true">
              <span style={{ width: `${(Number(minorUnits) / most) * 100}%` }} />
            </span>
            <span className="when">{money({ decimal: decimal(minorUnits, digits), currency })}</span>
          </li>
        ))}
      </ul>
      {sums.length === 0 && <p className="line muted">No limit is known in money.</p>}
    </Section>
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

const clustersOf = (count: number): string => (count === 1 ? "cluster" : "clusters");
