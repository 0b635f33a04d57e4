// What Relay finds again by `node`, with a list of its own in it.
import { graphql } from "react-relay";

export const cluster = graphql`
  fragment Cluster_cluster on Cluster
  @argumentDefinitions(first: { type: "Int", defaultValue: 10 }, after: { type: "String" })
  @refetchable(queryName: "ClusterRefetchQuery") {
    id
    name
    status {
      phase
    }
    statusHistory(first: $first, after: $after) @connection(key: "Cluster_statusHistory") {
      edges {
        node {
          to
          observedAt
        }
      }
    }
  }
`;

export const anything = graphql`
  fragment Cluster_node on Node @refetchable(queryName: "ClusterNodeRefetchQuery") {
    ... on Cluster {
      name
    }
    ... on Account {
      name
    }
  }
`;

export const stop = graphql`
  mutation ClusterStopMutation($id: ID!) {
    stopCluster(id: $id) {
      cluster {
        ...Cluster_cluster
      }
      userErrors {
        message
        path
      }
    }
  }
`;
