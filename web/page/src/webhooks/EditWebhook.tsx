/** Changes what a webhook sends, and where. */
import { type FormEvent, useState } from "react";
import { graphql } from "react-relay";
import type { EditWebhookMutation } from "../__generated__/EditWebhookMutation.graphql";
import { Refusals } from "../changing/ChangeForm";
import type { Refusal } from "../changing/types";
import { Button } from "../parts/Button";
import { Dialog } from "../parts/Dialog";
import { say } from "../parts/Toasts";
import { seal } from "../relay/secrets";
import { useChange } from "../relay/useChange";
import { Fields, toInput, type Wanted } from "./Fields";

export function EditWebhook({ id, initial, onClose }: { id: string; initial: Wanted; onClose: () => void }) {
  const [wanted, setWanted] = useState(initial);
  const [refused, setRefused] = useState<readonly Refusal[]>([]);
  const [change, isBusy] = useChange<EditWebhookMutation>(graphql`
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
  const because = isBusy ? "It is being changed." : wanted.name.trim() ? null : "Give it a name.";
  const save = async (event: FormEvent) => {
    event.preventDefault();
    if (because) return;
    const url = wanted.url.trim();
    const { updateWebhook } = await change({ id, input: { ...toInput(wanted), ...(url && { url: seal(url) }) } });
    setRefused(updateWebhook?.userErrors ?? []);
    if (!updateWebhook || updateWebhook.userErrors.length > 0) return;
    say(`${wanted.name} was changed.`);
    onClose();
  };
  return (
    <Dialog title={`Change ${initial.name}`} isOpen onClose={onClose} isWide>
      <form onSubmit={save}>
        <Fields wanted={wanted} onChange={(changed) => setWanted({ ...wanted, ...changed })} note="Without one, it stays as it is." />
        {refused.length > 0 && <Refusals said={refused} />}
        <footer>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" kind="primary" because={because}>
            Change
          </Button>
        </footer>
      </form>
    </Dialog>
  );
}
