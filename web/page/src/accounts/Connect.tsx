/** Connects an account. Its token is tried at the provider before it is kept. */
import { type FormEvent, useState } from "react";
import { graphql } from "react-relay";
import type { ConnectMutation, ProviderKind } from "../__generated__/ConnectMutation.graphql";
import { Button } from "../parts/Button";
import { Dialog } from "../parts/Dialog";
import { say } from "../parts/Toasts";
import { seal } from "../relay/secrets";
import { useChange } from "../relay/useChange";

interface ConnectProps {
  providers: readonly { readonly kind: ProviderKind | null | undefined; readonly name: string }[];
  isOpen: boolean;
  onClose: () => void;
}

export function Connect({ providers, isOpen, onClose }: ConnectProps) {
  const kinds = providers.flatMap(({ kind, name }) => (kind ? [[kind, name] as const] : []));
  const [provider, setProvider] = useState<ProviderKind | null>(null);
  const [fields, setFields] = useState({ name: "", externalId: "", apiVersion: "", apiToken: "" });
  const [fault, setFault] = useState<string | null>(null);
  const [change, isBusy] = useChange<ConnectMutation>(graphql`
    mutation ConnectMutation($input: ConnectAccountInput!) {
      connectAccount(input: $input) {
        userErrors {
          __typename
          message
          path
        }
        account {
          id
          ...AccountRow_account
        }
      }
    }
  `);
  const chosen = provider ?? kinds[0]?.[0];
  const because = isBusy ? "The token is being tried." : !fields.name.trim() ? "Give it a name." : !fields.apiToken ? "Give its token." : null;
  const field = (name: keyof typeof fields) => ({
    id: `connect-${name}`,
    autoComplete: "off",
    value: fields[name],
    onChange: (event: { target: { value: string } }) => setFields({ ...fields, [name]: event.target.value }),
  });
  const connect = async (event: FormEvent) => {
    event.preventDefault();
    if (because || !chosen) return;
    setFault(null);
    const { connectAccount } = await change({
      input: {
        provider: chosen,
        name: fields.name.trim(),
        externalId: fields.externalId.trim() || null,
        apiVersion: fields.apiVersion.trim() || null,
        apiToken: seal(fields.apiToken),
      },
    });
    const refused = connectAccount?.userErrors[0];
    if (refused) setFault(refused.message);
    else if (connectAccount) {
      say(`${fields.name} is connected.`);
      setFields({ name: "", externalId: "", apiVersion: "", apiToken: "" });
      onClose();
    }
  };
  return (
    <Dialog title="Connect an account" isOpen={isOpen} onClose={onClose}>
      <form onSubmit={connect}>
        <label htmlFor="connect-provider">Provider</label>
        <select id="connect-provider" value={chosen} onChange={(event) => setProvider(event.target.value as ProviderKind)}>
          {kinds.map(([kind, name]) => (
            <option key={kind} value={kind}>
              {name}
            </option>
          ))}
        </select>
        <label htmlFor="connect-name">Name</label>
        <input {...field("name")} placeholder="what we call it" />
        <label htmlFor="connect-externalId">Organization, tenant or team</label>
        <input {...field("externalId")} placeholder="optional where the token implies it" />
        <label htmlFor="connect-apiToken">API token</label>
        <input {...field("apiToken")} type="password" />
        <p className="muted small">It is tried at the provider first, then kept in secret. No answer, no message and no log repeats it.</p>
        {fault && (
          <p role="alert" className="tone-broken">
            {fault}
          </p>
        )}
        <footer>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" kind="primary" because={because}>
            {isBusy ? "Trying the token" : "Connect"}
          </Button>
        </footer>
      </form>
    </Dialog>
  );
}
