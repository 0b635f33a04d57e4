/** Gives an account another token. The old one is forgotten here, not revoked at the provider. */
import { type FormEvent, useState } from "react";
import { graphql } from "react-relay";
import type { ReplaceTokenMutation } from "../__generated__/ReplaceTokenMutation.graphql";
import { Button } from "../parts/Button";
import { Dialog } from "../parts/Dialog";
import { say } from "../parts/Toasts";
import { seal } from "../relay/secrets";
import { useChange } from "../relay/useChange";

export interface OfAccount {
  id: string;
  name: string;
  isOpen: boolean;
  onClose: () => void;
}

export function ReplaceToken({ id, name, isOpen, onClose }: OfAccount) {
  const [apiToken, setToken] = useState("");
  const [fault, setFault] = useState<string | null>(null);
  const [change, isBusy] = useChange<ReplaceTokenMutation>(graphql`
    mutation ReplaceTokenMutation($id: ID!, $apiToken: Secret!) {
      replaceAccountToken(id: $id, apiToken: $apiToken) {
        userErrors {
          __typename
          message
        }
        account {
          ...AccountRow_account
        }
      }
    }
  `);
  const because = isBusy ? "The token is being tried." : apiToken ? null : "Give the token.";
  const replace = async (event: FormEvent) => {
    event.preventDefault();
    if (because) return;
    setFault(null);
    const { replaceAccountToken } = await change({ id, apiToken: seal(apiToken) });
    const refused = replaceAccountToken?.userErrors[0];
    if (refused) setFault(refused.message);
    else if (replaceAccountToken) {
      say(`${name} has another token.`);
      setToken("");
      onClose();
    }
  };
  return (
    <Dialog title={`Another token for ${name}`} isOpen={isOpen} onClose={onClose}>
      <form onSubmit={replace}>
        <label htmlFor="new-token">API token</label>
        <input id="new-token" type="password" autoComplete="off" value={apiToken} onChange={(event) => setToken(event.target.value)} />
        <p className="muted small">It is tried first: a refused one does not replace the old one. The old one is forgotten here, not revoked at the provider.</p>
        {fault && (
          <p role="alert" className="tone-broken">
            {fault}
          </p>
        )}
        <footer>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" kind="primary" because={because}>
            Replace
          </Button>
        </footer>
      </form>
    </Dialog>
  );
}
