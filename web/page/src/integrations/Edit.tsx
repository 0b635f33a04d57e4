/** Changes an integration. What is left as it was is not sent; credentials are never shown, only replaced. */
import { useState } from "react";
import { graphql } from "react-relay";
import type { EditMutation } from "../__generated__/EditMutation.graphql";
import { ChangeDialog } from "../changing/ChangeDialog";
import { Tick, type Values } from "../parts/fields";
import { useChange } from "../relay/useChange";
import { type CredentialsName, missingOf, toCredentials } from "./credentials";
import { Credentials, listed, Settings } from "./Fields";
import { fieldsOf, type IntegrationKind, replacing } from "./kinds";

interface EditProps {
  integration: {
    readonly id: string;
    readonly name: string;
    readonly description: string | null | undefined;
    readonly cloud: string;
    readonly features: readonly string[];
    readonly allowedTeams: readonly string[] | null | undefined;
    readonly permissionCheck: string | null | undefined;
  };
  kind: IntegrationKind;
  onClose: () => void;
}

export function Edit({ integration, kind, onClose }: EditProps) {
  const names = replacing(kind, integration.cloud);
  const [initial] = useState<Values>(() => ({
    description: integration.description ?? "",
    features: integration.features.join(", "),
    teams: integration.allowedTeams?.join(", ") ?? "",
    check: integration.permissionCheck ?? "",
  }));
  const [values, setValues] = useState(initial);
  const [secrets, setSecrets] = useState<Values>({});
  const [chosen, setChosen] = useState<CredentialsName | undefined>(names[0]);
  const [isReplacing, setReplacing] = useState(kind.replacesWhole);
  const [change] = useChange<EditMutation>(graphql`
    mutation EditMutation($id: ID!, $input: UpdateIntegrationInput!, $dryRun: Boolean, $plan: String) {
      updateIntegration(id: $id, input: $input, dryRun: $dryRun, plan: $plan) {
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
        integration {
          ...Row_integration
        }
      }
    }
  `);
  const differs = (name: string) => values[name]?.trim() !== initial[name];
  const settings = {
    ...(differs("description") && { description: values.description?.trim() ?? "" }),
    ...(differs("features") && { features: listed(values.features) }),
    ...(differs("teams") && { allowedTeams: listed(values.teams) }),
    ...(differs("check") && { permissionCheck: values.check?.trim() ?? "" }),
  };
  const fields = isReplacing && chosen ? fieldsOf(kind, chosen) : null;
  const missing = fields && missingOf(fields, secrets);
  const because = missing ? `Give: ${missing}.` : !fields && Object.keys(settings).length === 0 ? "Change something first." : null;
  const choose = (another: CredentialsName) => {
    setChosen(another);
    setSecrets({});
  };
  return (
    <ChangeDialog
      title={`Change ${integration.name}`}
      done="The change was asked for."
      label="Change"
      wish={JSON.stringify([settings, isReplacing && [chosen, secrets]])}
      hasSecrets
      because={because}
      ask={async (dryRun, plan) => {
        const input = { ...settings, ...(fields && chosen && { credentials: toCredentials(chosen, fields, secrets) }) };
        return (await change({ id: integration.id, input, dryRun, plan: plan ?? null })).updateIntegration;
      }}
      onClose={onClose}
    >
      <div className="fields">
        {kind.hasSettings && <Settings isAws={integration.cloud === "AWS"} values={values} onChange={(changed) => setValues((before) => ({ ...before, ...changed }))} />}
        {!kind.replacesWhole && chosen && (
          <Tick
            name="replace"
            title="Replace its credentials"
            values={{ replace: isReplacing ? "yes" : "" }}
            onChange={({ replace }) => {
              setReplacing(replace === "yes");
              setSecrets({});
            }}
          />
        )}
        {fields && chosen && (
          <Credentials kind={kind} names={names} chosen={chosen} onChoose={choose} values={secrets} onChange={(changed) => setSecrets((before) => ({ ...before, ...changed }))} />
        )}
      </div>
      {fields && <p className="muted small">The credentials that it has are not shown by anybody: give all of the new ones.</p>}
    </ChangeDialog>
  );
}
