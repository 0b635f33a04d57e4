/** Changes of a cluster that need no more than the cluster. */
import { graphql } from "react-relay";
import type { useVerbsDeployMutation } from "../__generated__/useVerbsDeployMutation.graphql";
import type { useVerbsFinalizeMutation } from "../__generated__/useVerbsFinalizeMutation.graphql";
import type { useVerbsRollBackMutation } from "../__generated__/useVerbsRollBackMutation.graphql";
import type { useVerbsStopMutation } from "../__generated__/useVerbsStopMutation.graphql";
import type { Ask } from "../changing/types";
import { useChange } from "../relay/useChange";

export type VerbName = "stop" | "deploy" | "finalize" | "rollBack";

export interface Verb {
  name: VerbName;
  capability: string;
  label: string;
  title: string;
  /** What it means, before it is asked for. */
  meaning: string;
  done: string;
  ask: Ask;
}

export function useVerbs(id: string): readonly Verb[] {
  const [stop] = useChange<useVerbsStopMutation>(graphql`
    mutation useVerbsStopMutation($id: ID!, $dryRun: Boolean) {
      stopCluster(id: $id, dryRun: $dryRun) {
        ...answer_cluster @relay(mask: false)
      }
    }
  `);
  const [deploy] = useChange<useVerbsDeployMutation>(graphql`
    mutation useVerbsDeployMutation($id: ID!, $dryRun: Boolean) {
      deployCluster(id: $id, dryRun: $dryRun) {
        ...answer_cluster @relay(mask: false)
      }
    }
  `);
  const [finalize] = useChange<useVerbsFinalizeMutation>(graphql`
    mutation useVerbsFinalizeMutation($id: ID!, $dryRun: Boolean) {
      finalizeUpgrade(id: $id, dryRun: $dryRun) {
        ...answer_cluster @relay(mask: false)
      }
    }
  `);
  const [rollBack] = useChange<useVerbsRollBackMutation>(graphql`
    mutation useVerbsRollBackMutation($id: ID!, $dryRun: Boolean) {
      rollBackUpgrade(id: $id, dryRun: $dryRun) {
        ...answer_cluster @relay(mask: false)
      }
    }
  `);
  return [
    {
      name: "stop",
      capability: "STOP_CLUSTER",
      label: "Stop",
      title: "Stop the cluster",
      meaning: "It no longer runs, and what it holds stays. Deploying it starts it again.",
      done: "Stopping was asked for.",
      ask: async (dryRun) => (await stop({ id, dryRun })).stopCluster,
    },
    {
      name: "deploy",
      capability: "DEPLOY_CLUSTER",
      label: "Deploy",
      title: "Deploy the cluster",
      meaning: "A stopped cluster starts. On a running one, settings that are registered come into force.",
      done: "The deployment was asked for.",
      ask: async (dryRun) => (await deploy({ id, dryRun })).deployCluster,
    },
    {
      name: "finalize",
      capability: "FINALIZE_UPGRADE",
      label: "Finalize",
      title: "Finalize the upgrade",
      meaning: "The new version stays: it cannot be rolled back any more.",
      done: "Finalizing was asked for.",
      ask: async (dryRun) => (await finalize({ id, dryRun })).finalizeUpgrade,
    },
    {
      name: "rollBack",
      capability: "FINALIZE_UPGRADE",
      label: "Roll back",
      title: "Roll back the upgrade",
      meaning: "The cluster goes back to the version that it had before.",
      done: "Rolling back was asked for.",
      ask: async (dryRun) => (await rollBack({ id, dryRun })).rollBackUpgrade,
    },
  ];
}
