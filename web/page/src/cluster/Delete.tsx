/** Deletes a cluster once its name was typed. */
import { useState } from "react";
import { graphql } from "react-relay";
import type { DeleteMutation } from "../__generated__/DeleteMutation.graphql";
import { ChangeDialog } from "../changing/ChangeDialog";
import { Icon } from "../parts/icons";
import { useChange } from "../relay/useChange";

interface DeleteProps {
  cluster: { readonly id: string; readonly name: string; readonly revision: string };
  onClose: () => void;
}

export function Delete({ cluster, onClose }: DeleteProps) {
  const [typed, setTyped] = useState("");
  const [change] = useChange<DeleteMutation>(graphql`
    mutation DeleteMutation($id: ID!, $confirmName: String!, $expectedRevision: Revision, $dryRun: Boolean) {
      deleteCluster(id: $id, confirmName: $confirmName, expectedRevision: $expectedRevision, dryRun: $dryRun) {
        ...answer_cluster @relay(mask: false)
      }
    }
  `);
  return (
    <ChangeDialog
      title="Delete the cluster"
      done="The deletion was asked for."
      label="Delete"
      kind="danger"
      because={typed === cluster.name ? null : "Type the name first."}
      ask={async (dryRun) => (await change({ id: cluster.id, confirmName: typed, expectedRevision: cluster.revision, dryRun })).deleteCluster}
      onClose={onClose}
    >
      <p className="warning tone-broken">
        <Icon name="BROKEN" size={14} /> The cluster goes, and the data in it. Nothing brings it back.
      </p>
      <label htmlFor="confirm-name">
        Type <code>{cluster.name}</code> to say that it is meant
      </label>
      <input id="confirm-name" autoComplete="off" spellCheck={false} value={typed} onChange={(event) => setTyped(event.target.value)} />
    </ChangeDialog>
  );
}
