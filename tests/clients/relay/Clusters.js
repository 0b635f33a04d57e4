// A list as Relay's documentation writes one: a page, the next, and the whole again.
import { graphql } from "react-relay";

export const listing = graphql`
  fragment Clusters_query on Query
  @argumentDefinitions(first: { type: "Int", defaultValue: 20 }, after: { type: "String" }, filter: { type: "ClusterFilter" })
  @refetchable(queryName: "ClustersPaginationQuery") {
    clusters(first: $first, after: $after, filter: $filter) @connection(key: "Clusters_clusters", filters: ["filter"]) {
      edges {
        node {
          id
          ...Cluster_cluster
        }
      }
      coverage {
        isComplete
      }
    }
  }
`;

export const page = graphql`
  query ClustersQuery($filter: ClusterFilter) {
    ...Clusters_query @arguments(filter: $filter)
  }
`;
