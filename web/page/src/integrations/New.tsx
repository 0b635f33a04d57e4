/** A new integration. Its secrets go to the provider, and are forgotten here. */
import { useRef, useState } from "react";
import { graphql } from "react-relay";
import type { NewMutation } from "../__generated__/NewMutation.graphql";
import { ChangeDialog } from "../changing/ChangeDialog";
import { randomKey } from "../changing/randomKey";
import { Choice, Text, type Values } from "../parts/fields";
import { useChange } from "../relay/useChange";
import { CREDENTIALS, type CredentialsName, missingOf, toCredentials } from "./credentials";
import { Credentials, listed, Settings } from "./Fields";
import { fieldsOf, INTEGRATION_KINDS, type IntegrationKind } from "./kinds";

export interface AccountChoice {
  readonly id: string;
  readonly name: string;
  readonly provider: { readonly kind: string | null | undefined; readonly name: string };
}

interface NewProps {
  /** The accounts whose providers make integrations. */
  accounts: readonly AccountChoice[];
  onClose: () => void;
}

export function New({ accounts, onClose }: NewProps) {
  const [accountId, setAccountId] = useState(accounts[0]?.id ?? "");
  const [name, setName] = useState("");
  const [chosen, setChosen] = useState<CredentialsName | null>(null);
  const [values, setValues] = useState<Values>({});
  const idempotencyKey = useRef(randomKey());
  const [change] = useChange<NewMutation>(graphql`
    mutation NewMutation($input: CreateIntegrationInput!, $dryRun: Boolean, $plan: String) {
      createIntegration(input: $input, dryRun: $dryRun, plan: $plan) {
        userErrors {
          __typename
          message
          path
        }
        operation {
          id
        }
        plan {
          digest
          ...Plan_plan
        }
      }
    }
  `);
  const account = accounts.find((one) => one.id === accountId);
  const kind = INTEGRATION_KINDS[account?.provider.kind ?? ""];
  const credentials = chosen && kind?.credentials.includes(chosen) ? chosen : (kind?.credentials[0] ?? "awsRole");
  const missing = kind ? missingOf(fieldsOf(kind, credentials), values) : "the account";
  const onChange = (changed: Values) => setValues((before) => ({ ...before, ...changed }));
  const choose = (another: CredentialsName) => {
    setChosen(another);
    setValues(({ description = "", features = "", teams = "" }) => ({ description, features, teams })); // no secret stays behind
  };
  const ask = async (dryRun: boolean, plan?: string) => {
    if (!kind) return null;
    const input = {
      accountId,
      name: name.trim(),
      credentials: toCredentials(credentials, fieldsOf(kind, credentials), values),
      ...settingsOf(kind, values),
      ...(!dryRun && { idempotencyKey: idempotencyKey.current }),
    };
    const { createIntegration } = await change({ input, dryRun, plan: plan ?? null });
    if (createIntegration?.userErrors.length) idempotencyKey.current = randomKey(); // it is another wish once it is mended
    return createIntegration;
  };
  return (
    <ChangeDialog
      title="New integration"
      done={`${name} was asked for.`}
      label="Create"
      wish={JSON.stringify([accountId, name, credentials, values])}
      hasSecrets
      because={!name.trim() ? "Give it a name." : missing ? `Give: ${missing}.` : null}
      ask={ask}
      onClose={onClose}
    >
      <div className="fields">
        <Choice
          name="account"
          title="Account"
          values={{ account: accountId }}
          options={accounts.map((one) => [one.id, `${one.name}, ${one.provider.name}`])}
          onChange={(changed) => {
            setAccountId(changed.account ?? "");
            choose("awsRole");
          }}
        />
        <Text name="name" title="Name" values={{ name }} onChange={(changed) => setName(changed.name ?? "")} />
        {kind && (
          <>
            <Credentials kind={kind} names={kind.credentials} chosen={credentials} onChoose={choose} values={values} onChange={onChange} />
            {kind.hasSettings && <Settings isAws={CREDENTIALS[credentials].cloud === "AWS" || values.cloud === "AWS"} values={values} onChange={onChange} />}
          </>
        )}
      </div>
      <p className="muted small">Secrets go to {account?.provider.name ?? "the provider"}. Nothing keeps them here, and no answer repeats them.</p>
    </ChangeDialog>
  );
}

/** What is given beside the credentials. */
function settingsOf(kind: IntegrationKind, values: Values) {
  if (!kind.hasSettings) return {};
  const [features, allowedTeams] = [listed(values.features), listed(values.teams)];
  return {
    ...(values.description?.trim() && { description: values.description.trim() }),
    ...(features.length > 0 && { features }),
    ...(allowedTeams.length > 0 && { allowedTeams }),
    ...(values.check?.trim() && { permissionCheck: values.check.trim() }),
  };
}
