/** Connects an account. Its token is tried at the provider before it is kept. */
import { useState } from "react";
import { graphql } from "react-relay";
import type { ConnectMutation, ProviderKind } from "../__generated__/ConnectMutation.graphql";
import { ChangeDialog } from "../changing/ChangeDialog";
import { Choice, Secret, Text, type Values } from "../parts/fields";
import { seal } from "../relay/secrets";
import { useChange } from "../relay/useChange";

interface ConnectProps {
  providers: readonly { readonly kind: ProviderKind | null | undefined; readonly name: string }[];
  onClose: () => void;
}

export function Connect({ providers, onClose }: ConnectProps) {
  const kinds = providers.flatMap(({ kind, name }) => (kind ? [[kind, name] as const] : []));
  const [values, setValues] = useState<Values>({ provider: kinds[0]?.[0] ?? "" });
  const given = { values, onChange: (changed: Values) => setValues((before) => ({ ...before, ...changed })) };
  const [change] = useChange<ConnectMutation>(graphql`
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
  const { provider, name = "", token = "", externalId, apiVersion } = values;
  const ask = async () => {
    const input = {
      provider: provider as ProviderKind,
      name: name.trim(),
      externalId: externalId?.trim() || null,
      apiVersion: apiVersion?.trim() || null,
      apiToken: seal(token),
    };
    return (await change({ input })).connectAccount;
  };
  return (
    <ChangeDialog
      title="Connect an account"
      done={`${name} is connected.`}
      label="Connect"
      isOurs
      because={!name.trim() ? "Give it a name." : !token ? "Give its token." : null}
      ask={ask}
      onClose={onClose}
    >
      <Choice {...given} name="provider" title="Provider" options={kinds} />
      <Text {...given} name="name" title="Name" placeholder="what we call it" />
      <Text {...given} name="externalId" title="Organization, tenant or team" placeholder="optional where the token implies it" />
      <Text {...given} name="apiVersion" title="Version of its API" placeholder="the newest that Fleetgraph knows" />
      <Secret {...given} name="token" title="API token" note="It is tried at the provider first, then kept in secret. No answer, no message and no log repeats it." />
    </ChangeDialog>
  );
}
