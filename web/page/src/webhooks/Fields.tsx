/** What a webhook sends, in which form, and where. */
import { graphql } from "react-relay";
import type { FieldsAccountsQuery } from "../__generated__/FieldsAccountsQuery.graphql";
import type { EventKind, Severity, WebhookForm } from "../__generated__/MakeWebhookMutation.graphql";
import { useAccounts } from "../accounts/useAccounts";
import { SEVERITIES, words } from "../model/phase";
import { Choice, Secret, Several, Text } from "../parts/fields";
import { useRead } from "../relay/useRead";

/** Of what can be chosen, an empty list means all. */
export interface Wanted {
  name: string;
  url: string;
  form: WebhookForm;
  severities: readonly Severity[];
  kinds: readonly EventKind[];
  accountIds: readonly string[];
}

export const ANYTHING: Wanted = { name: "", url: "", form: "STANDARD", severities: [], kinds: [], accountIds: [] };

const KINDS: readonly EventKind[] = [
  "PHASE_CHANGED",
  "VERSION_CHANGED",
  "LIMIT_CHANGED",
  "REVISION_CHANGED",
  "OPERATION_BEGUN",
  "OPERATION_ENDED",
  "ACCOUNT_FAILED",
  "ACCOUNT_RECOVERED",
];

const FORMS: readonly (readonly [WebhookForm, string])[] = [
  ["STANDARD", "Signed JSON"],
  ["SLACK", "A message for Slack"],
];

interface FieldsProps {
  wanted: Wanted;
  onChange: (changed: Partial<Wanted>) => void;
  /** What is said of the address. */
  note: string;
}

export function Fields({ wanted, onChange, note }: FieldsProps) {
  const read = useRead<FieldsAccountsQuery>(
    graphql`
      query FieldsAccountsQuery {
        accounts(first: 100) {
          ...useAccounts_page @relay(mask: false)
        }
      }
    `,
    {},
  );
  const accounts = useAccounts(read.accounts);
  const { name, url, form } = wanted;
  const values = { name, url, form };
  return (
    <>
      <div className="fields">
        <Text name="name" title="Name" values={values} onChange={onChange} />
        <Choice name="form" title="Form" values={values} options={FORMS} onChange={(changed) => onChange({ form: changed.form as WebhookForm })} />
        <div className="across">
          <Secret name="url" title="Address" values={values} onChange={onChange} note={note} />
        </div>
      </div>
      <Several title="Severity" options={SEVERITIES.map((one) => [one, words(one)])} chosen={wanted.severities} onChange={(severities) => onChange({ severities })} />
      <Several title="Kind" options={KINDS.map((one) => [one, words(one)])} chosen={wanted.kinds} onChange={(kinds) => onChange({ kinds })} />
      <Several title="Account" options={accounts.nodes.map((one) => [one.id, one.name])} chosen={wanted.accountIds} onChange={(accountIds) => onChange({ accountIds })} />
    </>
  );
}

const some = <Value,>(chosen: readonly Value[]): readonly Value[] | null => (chosen.length > 0 ? chosen : null);

/** The members of the input that both changes share. */
export const toInput = ({ name, form, severities, kinds, accountIds }: Wanted) => ({
  name: name.trim(),
  form,
  severities: some(severities),
  kinds: some(kinds),
  accountIds: some(accountIds),
});
