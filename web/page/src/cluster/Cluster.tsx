/** One cluster: what it is, what it did, and what can be done to it. */
import { useMemo } from "react";
import { graphql } from "react-relay";
import compiled from "../__generated__/ClusterQuery.graphql";
import type { ClusterQuery } from "../__generated__/ClusterQuery.graphql";
import { LinkButton } from "../parts/Button";
import { Empty } from "../parts/States";
import { useLists } from "../relay/lists";
import { useFollowed, useWhenChanged } from "../relay/useFollowed";
import { Capabilities } from "./Capabilities";
import { Details } from "./details/Details";
import { Facts } from "./Facts";
import { Header } from "./Header";
import { History } from "./History";
import { Limit } from "./Limit";
import { Networks } from "./Networks";
import { Nodes } from "./Nodes";
import { OperationsOf } from "./OperationsOf";

export default function Cluster({ id }: { id: string }) {
  const variables = useMemo(() => ({ id }), [id]);
  const lists = useLists("cluster");
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
    { lists },
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
          <History cluster={cluster} id={id} lists={lists} />
          <Nodes cluster={cluster} id={id} lists={lists} />
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
      {cluster.operation && <Closely />}
    </div>
  );
}

/** While a change is on its way, what follows the fleet hears of it sooner. */
function Closely() {
  useWhenChanged(() => undefined, { isClose: true });
  return null;
}
