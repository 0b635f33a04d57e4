/** Forgets an account once its name was typed. Nothing changes at the provider. */
import { useState } from "react";
import { graphql } from "react-relay";
import type { DisconnectMutation } from "../__generated__/DisconnectMutation.graphql";
import { ChangeDialog } from "../changing/ChangeDialog";
import { useChange } from "../relay/useChange";
import type { OfAccount } from "./ReplaceToken";

export function Disconnect({ id, name, onClose }: OfAccount) {
  const [typed, setTyped] = useState("");
  const [change] = useChange<DisconnectMutation>(graphql`
    mutation DisconnectMutation($id: ID!) {
      disconnectAccount(id: $id) {
        userErrors {
          __typename
          message
          path
        }
        operation {
          id
          state
        }
      }
    }
  `);
  return (
    <ChangeDialog
      title={`Disconnect ${name}`}
      done={`${name} is being forgotten.`}
      label="Disconnect"
      kind="danger"
      isOurs
      because={typed === name ? null : "Type the name first."}
      ask={async () => (await change({ id })).disconnectAccount}
      onClose={onClose}
    >
      <p>The account, its token and everything observed through it are forgotten. Nothing changes at the provider.</p>
      <label htmlFor="disconnect-name">
        Type <code>{name}</code> to say that it is meant
      </label>
      <input id="disconnect-name" autoComplete="off" value={typed} onChange={(event) => setTyped(event.target.value)} />
    </ChangeDialog>
  );
}
