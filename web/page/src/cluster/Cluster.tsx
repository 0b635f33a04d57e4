/** One cluster: what it is, what it did, and what can be done to it. */
import { Suspense, useCallback, useMemo, useState } from "react";
import { graphql } from "react-relay";
import type { ClusterFollowQuery } from "../__generated__/ClusterFollowQuery.graphql";
import compiled from "../__generated__/ClusterQuery.graphql";
import type { ClusterQuery } from "../__generated__/ClusterQuery.graphql";
import { LinkButton } from "../parts/Button";
import { Empty } from "../parts/States";
import { useFollowed, useWhenChanged } from "../relay/useFollowed";
import { Capabilities } from "./Capabilities";
import { Details } from "./Details";
import { Facts } from "./Facts";
import { Header } from "./Header";
import { History } from "./History";
import { Limit } from "./Limit";
import { Networks } from "./Networks";
import { Nodes } from "./Nodes";
import { OperationsOf } from "./OperationsOf";

export default function Cluster({ id }: { id: string }) {
  const variables = useMemo(() => ({ id }), [id]);
  const [paged, setPaged] = useState(NOTHING_PAGED);
  const onMoreHistory = useCallback(() => setPaged((before) => ({ ...before, isHistoryPaged: true })), []);
  const onMoreNodes = useCallback(() => setPaged((before) => ({ ...before, areNodesPaged: true })), []);
  const isDeep = paged.isHistoryPaged || paged.areNodesPaged;
  const { cluster, operations } = useFollowed<ClusterQuery>(
    graphql`
      query ClusterQuery($id: ID!) {
        cluster(id: $id) {
          id
          operation {
            id
          }
          ...Header_cluster
          ...Facts_cluster
          ...Limit_cluster
          ...Networks_cluster
          ...Nodes_cluster
          ...Details_cluster
          ...Capabilities_cluster
          ...History_cluster
        }
        operations(first: 10, filter: { clusterId: $id }) {
          ...OperationsOf_operations
        }
      }
    `,
    variables,
    { isPaused: isDeep },
  );
  if (!cluster) {
    return (
      <Empty icon="UNKNOWN" title="There is no such cluster.">
        <p>It was forgotten, or your key does not see its account.</p>
        <LinkButton to="/clusters">All clusters</LinkButton>
      </Empty>
    );
  }
  return (
    <div className="cluster">
      <Header cluster={cluster} source={{ document: compiled, variables }} />
      <div className="halves">
        <div className="stack">
          <History cluster={cluster} id={id} isPaged={paged.isHistoryPaged} onMore={onMoreHistory} />
          <Nodes cluster={cluster} id={id} onMore={onMoreNodes} />
          <OperationsOf operations={operations} source={{ document: compiled, variables }} />
          <Capabilities cluster={cluster} id={id} />
        </div>
        <div className="stack">
          <Facts cluster={cluster} id={id} />
          <Limit cluster={cluster} id={id} />
          <Networks cluster={cluster} id={id} />
          <Details cluster={cluster} id={id} />
        </div>
      </div>
      <Suspense>{isDeep && <Follow id={id} paged={paged} />}</Suspense>
      {cluster.operation && <Closely />}
    </div>
  );
}

interface Paged {
  isHistoryPaged: boolean;
  areNodesPaged: boolean;
}

const NOTHING_PAGED: Paged = { isHistoryPaged: false, areNodesPaged: false };

/** Asks for all but a listing that was paged on, which would go back to its first page. Of nodes, the first hundred are renewed. */
function Follow({ id, paged }: { id: string; paged: Paged }) {
  const { isHistoryPaged, areNodesPaged } = paged;
  const variables = useMemo(() => ({ id, isHistoryPaged, areNodesPaged }), [id, isHistoryPaged, areNodesPaged]);
  useFollowed<ClusterFollowQuery>(
    graphql`
      query ClusterFollowQuery($id: ID!, $isHistoryPaged: Boolean!, $areNodesPaged: Boolean!) {
        cluster(id: $id) {
          ...Header_cluster
          ...Facts_cluster
          ...Limit_cluster
          ...Networks_cluster
          ...Details_cluster
          ...Capabilities_cluster
          ...History_cluster @skip(if: $isHistoryPaged) @alias(as: "history")
          ...Nodes_cluster @skip(if: $areNodesPaged) @alias(as: "nodesOnPage")
          paged: nodes(first: 100) @include(if: $areNodesPaged) {
            nodes {
              id
              phase
              providerPhase
            }
          }
        }
        operations(first: 10, filter: { clusterId: $id }) {
          ...OperationsOf_operations
        }
      }
    `,
    variables,
  );
  return null;
}

/** While a change is on its way, what follows the fleet hears of it sooner. */
function Closely() {
  useWhenChanged(() => undefined, { isClose: true });
  return null;
}
