/** Deletes a cluster once its name was typed. */
import { useState } from "react";
import { graphql } from "react-relay";
import type { DeleteMutation } from "../__generated__/DeleteMutation.graphql";
import { Button } from "../parts/Button";
import { Dialog } from "../parts/Dialog";
import { Icon } from "../parts/icons";
import { useChange } from "../relay/useChange";
import { tell } from "./useVerbs";

interface DeleteProps {
  cluster: { readonly id: string; readonly name: string; readonly revision: string };
  isOpen: boolean;
  onClose: () => void;
}

export function Delete({ cluster, isOpen, onClose }: DeleteProps) {
  const [typed, setTyped] = useState("");
  const [change, isBusy] = useChange<DeleteMutation>(graphql`
    mutation DeleteMutation($id: ID!, $confirmName: String!, $expectedRevision: Revision) {
      deleteCluster(id: $id, confirmName: $confirmName, expectedRevision: $expectedRevision) {
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
  const because = isBusy ? "It is being asked for." : typed !== cluster.name ? "Type the name first." : null;
  return (
    <Dialog title="Delete the cluster" isOpen={isOpen} onClose={onClose}>
      <form
        onSubmit={async (event) => {
          event.preventDefault();
          if (because) return;
          const { deleteCluster } = await change({ id: cluster.id, confirmName: typed, expectedRevision: cluster.revision });
          if (tell(deleteCluster, "The deletion was asked for.")) onClose();
        }}
      >
        <p className="warning tone-broken">
          <Icon name="BROKEN" size={14} /> The cluster goes, and the data in it. Nothing brings it back.
        </p>
        <label htmlFor="confirm-name">
          Type <code>{cluster.name}</code> to say that it is meant
        </label>
        <input id="confirm-name" autoComplete="off" spellCheck={false} value={typed} onChange={(event) => setTyped(event.target.value)} />
        <footer>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" kind="danger" because={because}>
            Delete
          </Button>
        </footer>
      </form>
    </Dialog>
  );
}
