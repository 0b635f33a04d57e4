/** Makes a webhook, and shows once what its messages are signed with. */
import { useState } from "react";
import { graphql } from "react-relay";
import type { MakeWebhookMutation } from "../__generated__/MakeWebhookMutation.graphql";
import { ChangeDialog } from "../changing/ChangeDialog";
import { Once } from "../parts/Once";
import { seal, unsealed } from "../relay/secrets";
import { useChange } from "../relay/useChange";
import { ANYTHING, Fields, toInput, type Wanted } from "./Fields";

export function MakeWebhook({ connection, onClose }: { connection: string; onClose: () => void }) {
  const [wanted, setWanted] = useState<Wanted>(ANYTHING);
  const [secret, setSecret] = useState<string | null>(null);
  const [change] = useChange<MakeWebhookMutation>(graphql`
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
  const ask = async () => {
    const { createWebhook } = await change({ connections: [connection], input: { ...toInput(wanted), url: seal(wanted.url.trim()) } });
    if (createWebhook?.secret) setSecret(unsealed(createWebhook.secret));
    return createWebhook;
  };
  if (secret) return <Once title="What its messages are signed with" label="The secret" secret={secret} copied="The secret is copied." onClose={onClose} />;
  return (
    <ChangeDialog
      title="New webhook"
      label="Create"
      isOurs
      isWide
      because={!wanted.name.trim() ? "Give it a name." : !wanted.url.trim() ? "Give its address." : null}
      ask={ask}
      onClose={onClose}
    >
      <Fields wanted={wanted} onChange={(changed) => setWanted({ ...wanted, ...changed })} note="An https address of the public internet. It can hold a secret, so it is shown to nobody." />
    </ChangeDialog>
  );
}
