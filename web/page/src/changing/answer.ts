/** What is read of the answer to a change. Each form spreads it into its own mutation. */
import { graphql } from "react-relay";

graphql`
  fragment answer_cluster on ClusterOperationPayload {
    userErrors {
      __typename
      message
      path
      ... on ConflictError {
        currentRevision
      }
    }
    operation {
      id
    }
    plan {
      digest
      ...Plan_plan
    }
    cluster {
      ...Header_cluster
    }
  }
`;

graphql`
  fragment answer_limit on SpendLimitPayload {
    userErrors {
      __typename
      message
      path
      ... on ConflictError {
        currentRevision
      }
    }
    operation {
      id
    }
    plan {
      digest
      ...Plan_plan
    }
    cluster {
      ...Header_cluster
      ...Limit_cluster
    }
  }
`;

graphql`
  fragment answer_node on ClusterNodePayload {
    userErrors {
      __typename
      message
      path
    }
    operation {
      id
    }
    plan {
      digest
      ...Plan_plan
    }
  }
`;
