/** Gives an account another token. The old one is forgotten here, not revoked at the provider. */
import { useState } from "react";
import { graphql } from "react-relay";
import type { ReplaceTokenMutation } from "../__generated__/ReplaceTokenMutation.graphql";
import { ChangeDialog } from "../changing/ChangeDialog";
import { Secret } from "../parts/fields";
import { seal } from "../relay/secrets";
import { useChange } from "../relay/useChange";

export interface OfAccount {
  id: string;
  name: string;
  onClose: () => void;
}

export function ReplaceToken({ id, name, onClose }: OfAccount) {
  const [token, setToken] = useState("");
  const [change] = useChange<ReplaceTokenMutation>(graphql`
    mutation ReplaceTokenMutation($id: ID!, $apiToken: Secret!) {
      replaceAccountToken(id: $id, apiToken: $apiToken) {
        userErrors {
          __typename
          message
          path
        }
        account {
          ...AccountRow_account
        }
      }
    }
  `);
  return (
    <ChangeDialog
      title={`Another token for ${name}`}
      done={`${name} has another token.`}
      label="Replace"
      isOurs
      because={token ? null : "Give the token."}
      ask={async () => (await change({ id, apiToken: seal(token) })).replaceAccountToken}
      onClose={onClose}
    >
      <Secret
        name="token"
        title="API token"
        values={{ token }}
        onChange={(changed) => setToken(changed.token ?? "")}
        note="It is tried first: a refused one does not replace the old one. The old one is forgotten here, not revoked at the provider."
      />
    </ChangeDialog>
  );
}
