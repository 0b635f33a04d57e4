/** What did not arrive at a webhook within a day. */
import { Suspense, useMemo } from "react";
import { graphql } from "react-relay";
import { Link } from "wouter";
import type { GivenUpPageQuery } from "../__generated__/GivenUpPageQuery.graphql";
import compiled from "../__generated__/GivenUpQuery.graphql";
import type { GivenUpQuery } from "../__generated__/GivenUpQuery.graphql";
import type { GivenUp_webhook$key } from "../__generated__/GivenUp_webhook.graphql";
import { Happening } from "../activity/Happening";
import { plural } from "../model/amount";
import { Ago } from "../parts/Ago";
import { Dialog } from "../parts/Dialog";
import { More } from "../parts/More";
import { Section, type Source } from "../parts/Section";
import { Skeleton } from "../parts/States";
import { type Lists, useListed, useLists } from "../relay/lists";
import { useFollowed } from "../relay/useFollowed";

/** Deliveries are no change of the fleet. */
const AT_LEAST_EVERY_MS = 10_000;

export function GivenUp({ id, name, onClose }: { id: string; name: string; onClose: () => void }) {
  return (
    <Dialog title={`What did not arrive at ${name}`} onClose={onClose} isWide>
      <Suspense fallback={<Skeleton />}>
        <Content id={id} />
      </Suspense>
    </Dialog>
  );
}

function Content({ id }: { id: string }) {
  const variables = useMemo(() => ({ id }), [id]);
  const lists = useLists("node");
  const { node } = useFollowed<GivenUpQuery>(
    graphql`
      query GivenUpQuery($id: ID!) {
        node(id: $id) {
          ...GivenUp_webhook @alias(as: "webhook")
        }
      }
    `,
    variables,
    { lists, atLeastEveryMs: AT_LEAST_EVERY_MS },
  );
  if (!node?.webhook) return <p className="line muted">The webhook is gone.</p>;
  return <Deliveries webhook={node.webhook} lists={lists} source={{ document: compiled, variables }} />;
}

function Deliveries({ webhook, lists, source }: { webhook: GivenUp_webhook$key; lists: Lists; source: Source & { variables: { id: string } } }) {
  const list = useListed<GivenUpPageQuery, GivenUp_webhook$key>(
    graphql`
      fragment GivenUp_webhook on Webhook
      @argumentDefinitions(count: { type: "Int", defaultValue: 50 }, cursor: { type: "String" })
      @refetchable(queryName: "GivenUpPageQuery") {
        deadDeliveries(first: $count, after: $cursor) @connection(key: "GivenUp_deadDeliveries") {
          edges {
            node {
              attempts
              since
              failure
              event {
                id
                kind
                occurredAt
                accountName
                provider {
                  name
                }
                cluster {
                  id
                }
                clusterName
                from
                to
                message
                operationKind
                operation {
                  id
                }
              }
            }
          }
        }
      }
    `,
    webhook,
    lists,
    source.variables,
  );
  const deliveries = list.data.deadDeliveries.edges.map((edge) => edge.node);
  return (
    <Section title="Given up" note="after a day, in the order in which it happened; kept for 30 days" source={source}>
      {deliveries.length === 0 && <p className="line muted">Everything arrived, or is tried again.</p>}
      <ul className="items narrow">
        {deliveries.map(({ attempts, since, failure, event }) => (
          <li key={event.id} className="item">
            <div className="what">
              {event.cluster ? (
                <Link className="name" to={`/clusters/${encodeURIComponent(event.cluster.id)}`}>
                  {event.clusterName}
                </Link>
              ) : (
                <span className="name">{event.clusterName ?? event.accountName}</span>
              )}{" "}
              <span className="where">{[event.provider?.name, event.clusterName && event.accountName].filter(Boolean).join(" · ")}</span>
              <div className="turn">
                <Happening event={event} />
              </div>
              <p className="small muted">
                {failure} Tried {plural(attempts, "time")}, first <Ago at={since} />.
              </p>
            </div>
            <span className="when">
              <Ago at={event.occurredAt} />
            </span>
          </li>
        ))}
      </ul>
      <More of={list} label="Later" />
    </Section>
  );
}
