/** One cluster: what it is, what it did, and what can be done to it. */
import { useCallback, useMemo, useState } from "react";
import { graphql } from "react-relay";
import type { ClusterFollowQuery } from "../__generated__/ClusterFollowQuery.graphql";
import compiled from "../__generated__/ClusterQuery.graphql";
import type { ClusterQuery } from "../__generated__/ClusterQuery.graphql";
import { LinkButton } from "../parts/Button";
import { Empty } from "../parts/States";
import { useFollowed } from "../relay/useFollowed";
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
  const [isDeep, setDeep] = useState(false);
  const onMore = useCallback(() => setDeep(true), []);
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
        It was forgotten, or your key does not see its account.
        <LinkButton to="/clusters">All clusters</LinkButton>
      </Empty>
    );
  }
  return (
    <div className="cluster">
      <Header cluster={cluster} source={{ document: compiled, variables }} />
      <div className="halves">
        <div className="stack">
          <History cluster={cluster} id={id} onMore={onMore} />
          <Nodes cluster={cluster} id={id} onMore={onMore} />
          <OperationsOf operations={operations} source={{ document: compiled, variables }} />
        </div>
        <div className="stack">
          <Facts cluster={cluster} id={id} />
          <Limit cluster={cluster} id={id} />
          <Networks cluster={cluster} id={id} />
          <Details cluster={cluster} id={id} />
          <Capabilities cluster={cluster} id={id} />
        </div>
      </div>
      {(cluster.operation || isDeep) && <Follow id={id} isClose={Boolean(cluster.operation)} />}
    </div>
  );
}

/** Asks for what moves, and for no listing. */
function Follow({ id, isClose }: { id: string; isClose: boolean }) {
  const variables = useMemo(() => ({ id }), [id]);
  useFollowed<ClusterFollowQuery>(
    graphql`
      query ClusterFollowQuery($id: ID!) {
        cluster(id: $id) {
          ...Header_cluster
          ...Facts_cluster
          ...Limit_cluster
        }
      }
    `,
    variables,
    { isClose },
  );
  return null;
}
