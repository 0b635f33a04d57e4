/** One webhook: what it sends, and whether it arrives. */
import { useState } from "react";
import { graphql, useFragment } from "react-relay";
import type { WebhookRowDeleteMutation } from "../__generated__/WebhookRowDeleteMutation.graphql";
import type { WebhookRowPauseMutation } from "../__generated__/WebhookRowPauseMutation.graphql";
import type { WebhookRowReplayMutation } from "../__generated__/WebhookRowReplayMutation.graphql";
import type { WebhookRowTestMutation } from "../__generated__/WebhookRowTestMutation.graphql";
import type { WebhookRow_webhook$data, WebhookRow_webhook$key } from "../__generated__/WebhookRow_webhook.graphql";
import { named } from "../accounts/useAccounts";
import { ChangeDialog } from "../changing/ChangeDialog";
import { words } from "../model/phase";
import { Ago } from "../parts/Ago";
import { Button } from "../parts/Button";
import { Icon, type IconName } from "../parts/icons";
import { say } from "../parts/Toasts";
import { useChange } from "../relay/useChange";
import { EditWebhook } from "./EditWebhook";
import { GivenUp } from "./GivenUp";

interface WebhookRowProps {
  webhook: WebhookRow_webhook$key;
  /** Those that the viewer sees, to name the webhook's by. */
  accounts: Parameters<typeof named>[1];
  connection: string;
}

export function WebhookRow({ webhook, accounts, connection }: WebhookRowProps) {
  const data = useFragment(
    graphql`
      fragment WebhookRow_webhook on Webhook {
        id
        name
        form
        origin
        kinds
        severities
        providers {
          name
        }
        accountIds
        createdAt
        createdBy
        pausedAt
        pauseReason
        deliveredAt
        failingSince
        failure
        waitingCount
        deadCount
      }
    `,
    webhook,
  );
  const [open, setOpen] = useState<"edit" | "delete" | "given up" | null>(null);
  const close = () => setOpen(null);
  const [test, isTesting] = useChange<WebhookRowTestMutation>(graphql`
    mutation WebhookRowTestMutation($id: ID!) {
      testWebhook(id: $id) {
        userErrors {
          __typename
          message
        }
        isDelivered
        failure
        webhook {
          ...WebhookRow_webhook
        }
      }
    }
  `);
  const [pause, isPausing] = useChange<WebhookRowPauseMutation>(graphql`
    mutation WebhookRowPauseMutation($id: ID!, $input: UpdateWebhookInput!) {
      updateWebhook(id: $id, input: $input) {
        userErrors {
          __typename
          message
        }
        webhook {
          ...WebhookRow_webhook
        }
      }
    }
  `);
  const [replay, isReplaying] = useChange<WebhookRowReplayMutation>(graphql`
    mutation WebhookRowReplayMutation($id: ID!) {
      replayWebhook(id: $id) {
        userErrors {
          __typename
          message
        }
        webhook {
          ...WebhookRow_webhook
        }
      }
    }
  `);
  const { id, name } = data;
  const tell = (answer: { readonly userErrors: readonly { readonly message: string }[] } | null | undefined, done: string) => {
    const refused = answer?.userErrors[0];
    if (answer) say(refused?.message ?? done, refused ? "broken" : "fine");
  };
  const tryIt = async () => {
    const { testWebhook } = await test({ id });
    const refused = testWebhook?.userErrors[0]?.message ?? testWebhook?.failure;
    if (testWebhook) say(testWebhook.isDelivered ? "The test message arrived." : `It did not arrive. ${refused ?? ""}`, testWebhook.isDelivered ? "fine" : "broken");
  };
  const isPaused = data.pausedAt != null;
  return (
    <li className="item webhook">
      <State webhook={data} />
      <div className="what">
        <span className="name">{name}</span>{" "}
        <span className="where mono">{data.origin}</span>
        <p className="small muted">
          {[
            data.form === "SLACK" ? "a message for Slack" : "signed JSON",
            data.severities ? data.severities.map(words).join(", ") : "every severity",
            data.kinds ? data.kinds.map(words).join(", ") : "every kind",
            data.providers?.map((provider) => provider.name).join(", "),
            named(data.accountIds, accounts),
          ]
            .filter(Boolean)
            .join(" · ")}
        </p>
        {data.pauseReason && <p className="tone-unknown">{data.pauseReason}</p>}
        {data.failure && <p className="tone-broken">{data.failure}</p>}
        <p className="small muted">
          made by {data.createdBy} <Ago at={data.createdAt} /> ·{" "}
          {data.deliveredAt ? (
            <>
              delivered <Ago at={data.deliveredAt} />
            </>
          ) : (
            "nothing was delivered yet"
          )}
          {data.waitingCount > 0 && ` · ${data.waitingCount} waiting`}
          {data.deadCount > 0 && (
            <>
              {" · "}
              <button type="button" className="link" aria-label={`${data.deadCount} given up by ${name}`} onClick={() => setOpen("given up")}>
                {data.deadCount} given up
              </button>
            </>
          )}
        </p>
      </div>
      <span className="actions">
        {data.deadCount > 0 && (
          <Button
            kind="quiet"
            aria-label={`Send again to ${name}`}
            because={isReplaying ? "It is being asked for." : null}
            onClick={async () => tell((await replay({ id })).replayWebhook, isPaused ? "They are sent when it is resumed." : "They are sent again.")}
          >
            Send again
          </Button>
        )}
        <Button kind="quiet" aria-label={`Test ${name}`} because={isTesting ? "The message is on its way." : null} onClick={tryIt}>
          Test
        </Button>
        <Button
          kind="quiet"
          aria-label={`${isPaused ? "Resume" : "Pause"} ${name}`}
          because={isPausing ? "It is being asked for." : null}
          onClick={async () => tell((await pause({ id, input: { isPaused: !isPaused } })).updateWebhook, isPaused ? `${name} sends again.` : `${name} is paused. Nothing is lost.`)}
        >
          {isPaused ? "Resume" : "Pause"}
        </Button>
        <Button kind="quiet" aria-label={`Change ${name}`} onClick={() => setOpen("edit")}>
          Change
        </Button>
        <Button kind="quiet" aria-label={`Delete ${name}`} onClick={() => setOpen("delete")}>
          Delete
        </Button>
        {open === "edit" && (
          <EditWebhook
            id={id}
            initial={{ name, url: "", form: data.form, severities: data.severities ?? [], kinds: data.kinds ?? [], accountIds: data.accountIds ?? [] }}
            onClose={close}
          />
        )}
        {open === "given up" && <GivenUp id={id} name={name} onClose={close} />}
        {open === "delete" && <Delete id={id} name={name} connection={connection} onClose={close} />}
      </span>
    </li>
  );
}

function State({ webhook }: { webhook: WebhookRow_webhook$data }) {
  const [tone, icon, said]: readonly [string, IconName, string] = webhook.pausedAt
    ? ["still", "STOPPED", "Paused"]
    : webhook.failingSince
      ? ["broken", "BROKEN", "Failing"]
      : ["fine", "FINE", webhook.deliveredAt ? "Delivers" : "Ready"];
  return (
    <span className={`phase tone-${tone}`}>
      <Icon name={icon} size={14} />
      {said}
    </span>
  );
}

function Delete({ id, name, connection, onClose }: { id: string; name: string; connection: string; onClose: () => void }) {
  const [change] = useChange<WebhookRowDeleteMutation>(graphql`
    mutation WebhookRowDeleteMutation($id: ID!, $connections: [ID!]!) {
      deleteWebhook(id: $id) {
        userErrors {
          __typename
          message
          path
        }
        deletedId @deleteEdge(connections: $connections)
      }
    }
  `);
  return (
    <ChangeDialog
      title={`Delete ${name}`}
      done={`${name} is gone.`}
      label="Delete"
      kind="danger"
      isOurs
      ask={async () => (await change({ id, connections: [connection] })).deleteWebhook}
      onClose={onClose}
    >
      <p>Everything that waits for it goes with it.</p>
    </ChangeDialog>
  );
}
