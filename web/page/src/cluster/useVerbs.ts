/** Changes of a cluster that need no more than the cluster. */
import { graphql } from "react-relay";
import type { useVerbsDeployMutation } from "../__generated__/useVerbsDeployMutation.graphql";
import type { useVerbsStopMutation } from "../__generated__/useVerbsStopMutation.graphql";
import { say } from "../parts/Toasts";
import { useChange } from "../relay/useChange";

interface Payload {
  readonly userErrors: readonly { readonly message: string }[];
}

export function useVerbs(id: string) {
  const [commitStop, isStopping] = useChange<useVerbsStopMutation>(graphql`
    mutation useVerbsStopMutation($id: ID!) {
      stopCluster(id: $id) {
        userErrors {
          __typename
          message
        }
        cluster {
          ...Header_cluster
        }
      }
    }
  `);
  const [commitDeploy, isDeploying] = useChange<useVerbsDeployMutation>(graphql`
    mutation useVerbsDeployMutation($id: ID!) {
      deployCluster(id: $id) {
        userErrors {
          __typename
          message
        }
        cluster {
          ...Header_cluster
        }
      }
    }
  `);
  return {
    isBusy: isStopping || isDeploying,
    stop: async () => tell((await commitStop({ id })).stopCluster, "Stopping was asked for."),
    deploy: async () => tell((await commitDeploy({ id })).deployCluster, "The deployment was asked for."),
  };
}

export function tell(payload: Payload | null | undefined, done: string): boolean {
  if (!payload) return false;
  const [refused] = payload.userErrors;
  say(refused?.message ?? done, refused ? "broken" : "fine");
  return !refused;
}
