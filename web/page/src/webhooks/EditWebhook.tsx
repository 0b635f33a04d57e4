/** Changes what a webhook sends, and where. */
import { useState } from "react";
import { graphql } from "react-relay";
import type { EditWebhookMutation } from "../__generated__/EditWebhookMutation.graphql";
import { ChangeDialog } from "../changing/ChangeDialog";
import { seal } from "../relay/secrets";
import { useChange } from "../relay/useChange";
import { Fields, toInput, type Wanted } from "./Fields";

export function EditWebhook({ id, initial, onClose }: { id: string; initial: Wanted; onClose: () => void }) {
  const [wanted, setWanted] = useState(initial);
  const [change] = useChange<EditWebhookMutation>(graphql`
    mutation EditWebhookMutation($id: ID!, $input: UpdateWebhookInput!) {
      updateWebhook(id: $id, input: $input) {
        userErrors {
          __typename
          message
          path
        }
        webhook {
          ...WebhookRow_webhook
        }
      }
    }
  `);
  const url = wanted.url.trim();
  return (
    <ChangeDialog
      title={`Change ${initial.name}`}
      done={`${wanted.name} was changed.`}
      label="Change"
      isOurs
      isWide
      because={wanted.name.trim() ? null : "Give it a name."}
      ask={async () => (await change({ id, input: { ...toInput(wanted), ...(url && { url: seal(url) }) } })).updateWebhook}
      onClose={onClose}
    >
      <Fields wanted={wanted} onChange={(changed) => setWanted({ ...wanted, ...changed })} note="Without one, it stays as it is." />
    </ChangeDialog>
  );
}
