/** Forgets an account once its name was typed. Nothing changes at the provider. */
import { type FormEvent, useState } from "react";
import { graphql } from "react-relay";
import type { DisconnectMutation } from "../__generated__/DisconnectMutation.graphql";
import { Button } from "../parts/Button";
import { Dialog } from "../parts/Dialog";
import { say } from "../parts/Toasts";
import { useChange } from "../relay/useChange";
import type { OfAccount } from "./ReplaceToken";

export function Disconnect({ id, name, isOpen, onClose }: OfAccount) {
  const [typed, setTyped] = useState("");
  const [change, isBusy] = useChange<DisconnectMutation>(graphql`
    mutation DisconnectMutation($id: ID!) {
      disconnectAccount(id: $id) {
        userErrors {
          __typename
          message
        }
        operation {
          id
          state
        }
      }
    }
  `);
  const because = isBusy ? "It is being asked for." : typed === name ? null : "Type the name first.";
  const disconnect = async (event: FormEvent) => {
    event.preventDefault();
    if (because) return;
    const { disconnectAccount } = await change({ id });
    const refused = disconnectAccount?.userErrors[0];
    if (!disconnectAccount) return;
    say(refused?.message ?? `${name} is being forgotten.`, refused ? "broken" : "fine");
    if (!refused) onClose();
  };
  return (
    <Dialog title={`Disconnect ${name}`} isOpen={isOpen} onClose={onClose}>
      <form onSubmit={disconnect}>
        <p>The account, its token and everything observed through it are forgotten. Nothing changes at the provider.</p>
        <label htmlFor="disconnect-name">
          Type <code>{name}</code> to say that it is meant
        </label>
        <input id="disconnect-name" autoComplete="off" value={typed} onChange={(event) => setTyped(event.target.value)} />
        <footer>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" kind="danger" because={because}>
            Disconnect
          </Button>
        </footer>
      </form>
    </Dialog>
  );
}
