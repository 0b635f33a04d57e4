/** Ends a change that still waits for its provider. */
import { graphql } from "react-relay";
import type { CancelMutation } from "../__generated__/CancelMutation.graphql";
import { Button } from "../parts/Button";
import { say } from "../parts/Toasts";
import { useChange } from "../relay/useChange";
import { useRefusal } from "../shell/Viewer";

export function Cancel({ id, canBeCancelled }: { id: string; canBeCancelled: boolean }) {
  const refusal = useRefusal("WRITE");
  const [change, isBusy] = useChange<CancelMutation>(graphql`
    mutation CancelMutation($id: ID!) {
      cancelOperation(id: $id) {
        userErrors {
          __typename
          message
        }
        operation {
          id
          state
          canBeCancelled
          finishedAt
        }
      }
    }
  `);
  if (refusal) return null;
  const cancel = async () => {
    const { cancelOperation } = await change({ id });
    if (!cancelOperation) return;
    const refused = cancelOperation.userErrors[0];
    say(refused ? refused.message : "It is cancelled. Nothing was sent.", refused ? "broken" : "fine");
  };
  const because = isBusy ? "It is being asked for." : canBeCancelled ? null : "It was sent, and no provider takes a request back.";
  return (
    <Button icon="close" because={because} onClick={() => void cancel()}>
      Cancel
    </Button>
  );
}
