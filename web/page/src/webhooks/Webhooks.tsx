/** Webhooks: where what happens in the fleet is sent. */
import { Suspense, useMemo, useState } from "react";
import { graphql } from "react-relay";
import type { WebhooksPageQuery } from "../__generated__/WebhooksPageQuery.graphql";
import compiled from "../__generated__/WebhooksQuery.graphql";
import type { WebhooksQuery } from "../__generated__/WebhooksQuery.graphql";
import type { Webhooks_query$key } from "../__generated__/Webhooks_query.graphql";
import { useAccounts } from "../accounts/useAccounts";
import { Button } from "../parts/Button";
import { More } from "../parts/More";
import { Section } from "../parts/Section";
import { Empty } from "../parts/States";
import { useListed, useLists } from "../relay/lists";
import { useFollowed } from "../relay/useFollowed";
import { ForAdministrators } from "../shell/Viewer";
import { MakeWebhook } from "./MakeWebhook";
import { WebhookRow } from "./WebhookRow";

/** Deliveries are no change of the fleet. */
const AT_LEAST_EVERY_MS = 10_000;

export default function Webhooks() {
  return (
    <ForAdministrators title="Webhooks are for administrators.">
      <List />
    </ForAdministrators>
  );
}

function List() {
  const variables = useMemo(() => ({}), []);
  const [isMaking, setMaking] = useState(false);
  const lists = useLists();
  const query = useFollowed<WebhooksQuery>(
    graphql`
      query WebhooksQuery {
        ...Webhooks_query
        accounts(first: 100) {
          ...useAccounts_page @relay(mask: false)
        }
      }
    `,
    variables,
    { lists, atLeastEveryMs: AT_LEAST_EVERY_MS },
  );
  const list = useListed<WebhooksPageQuery, Webhooks_query$key>(
    graphql`
      fragment Webhooks_query on Query
      @argumentDefinitions(count: { type: "Int", defaultValue: 50 }, cursor: { type: "String" })
      @refetchable(queryName: "WebhooksPageQuery") {
        webhooks(first: $count, after: $cursor) @connection(key: "Webhooks_webhooks") {
          __id
          edges {
            node {
              id
              ...WebhookRow_webhook
            }
          }
        }
      }
    `,
    query,
    lists,
  );
  const accounts = useAccounts(query.accounts);
  const { data } = list;
  const connection = data.webhooks?.__id ?? "";
  const webhooks = (data.webhooks?.edges ?? []).map((edge) => edge.node);
  return (
    <div className="page">
      <Section
        title="Webhooks"
        note="what happens in the fleet, sent to an address of yours"
        source={{ document: compiled, variables }}
        actions={
          <Button icon="plus" onClick={() => setMaking(true)}>
            New webhook
          </Button>
        }
      >
        {webhooks.length === 0 ? (
          <Empty icon="webhooks" title="Nothing is sent anywhere yet.">
            A webhook tells a chat, a pager or a program of yours when a cluster fails, a change ends or an account cannot be observed.
          </Empty>
        ) : (
          <ul className="items">
            {webhooks.map((webhook) => (
              <WebhookRow key={webhook.id} webhook={webhook} accounts={accounts.nodes} connection={connection} />
            ))}
          </ul>
        )}
        <More of={list} label="More webhooks" />
      </Section>
      {isMaking && (
        <Suspense>
          <MakeWebhook connection={connection} onClose={() => setMaking(false)} />
        </Suspense>
      )}
    </div>
  );
}
