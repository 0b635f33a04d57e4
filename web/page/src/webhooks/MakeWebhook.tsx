/** Makes a webhook, and shows once what its messages are signed with. */
import { type FormEvent, useState } from "react";
import { graphql } from "react-relay";
import type { MakeWebhookMutation } from "../__generated__/MakeWebhookMutation.graphql";
import { Refusals } from "../changing/ChangeForm";
import type { Refusal } from "../changing/types";
import { Button } from "../parts/Button";
import { Dialog } from "../parts/Dialog";
import { Once } from "../parts/Once";
import { seal } from "../relay/secrets";
import { useChange } from "../relay/useChange";
import { ANYTHING, Fields, toInput, type Wanted } from "./Fields";

export function MakeWebhook({ connection, onClose }: { connection: string; onClose: () => void }) {
  const [wanted, setWanted] = useState<Wanted>(ANYTHING);
  const [refused, setRefused] = useState<readonly Refusal[]>([]);
  const [secret, setSecret] = useState<string | null>(null);
  const [change, isBusy] = useChange<MakeWebhookMutation>(graphql`
    mutation MakeWebhookMutation($input: CreateWebhookInput!, $connections: [ID!]!) {
      createWebhook(input: $input) {
        userErrors {
          __typename
          message
          path
        }
        secret
        webhook @appendNode(connections: $connections, edgeTypeName: "WebhookEdge") {
          id
          ...WebhookRow_webhook
        }
      }
    }
  `);
  const because = isBusy ? "It is being made." : !wanted.name.trim() ? "Give it a name." : !wanted.url.trim() ? "Give its address." : null;
  const make = async (event: FormEvent) => {
    event.preventDefault();
    if (because) return;
    const { createWebhook } = await change({ connections: [connection], input: { ...toInput(wanted), url: seal(wanted.url.trim()) } });
    setRefused(createWebhook?.userErrors ?? []);
    if (createWebhook?.secret) setSecret(createWebhook.secret);
  };
  return (
    <Dialog title={secret ? "What its messages are signed with" : "New webhook"} isOpen onClose={onClose} isWide>
      {secret ? (
        <Once label="The secret" secret={secret} copied="The secret is copied." onDone={onClose} />
      ) : (
        <form onSubmit={make}>
          <Fields wanted={wanted} onChange={(changed) => setWanted({ ...wanted, ...changed })} note="An https address of the public internet. It can hold a secret, so it is shown to nobody." />
          {refused.length > 0 && <Refusals said={refused} />}
          <footer>
            <Button onClick={onClose}>Cancel</Button>
            <Button type="submit" kind="primary" because={because}>
              Create
            </Button>
          </footer>
        </form>
      )}
    </Dialog>
  );
}
