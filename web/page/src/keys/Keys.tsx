/** Keys of this gateway: make, see, revoke. */
import { Suspense, useMemo, useState } from "react";
import { graphql } from "react-relay";
import compiled from "../__generated__/KeysQuery.graphql";
import type { KeysPageQuery } from "../__generated__/KeysPageQuery.graphql";
import type { KeysQuery } from "../__generated__/KeysQuery.graphql";
import type { KeysRevokeMutation } from "../__generated__/KeysRevokeMutation.graphql";
import type { Keys_query$key } from "../__generated__/Keys_query.graphql";
import { named, useAccounts } from "../accounts/useAccounts";
import { ChangeDialog } from "../changing/ChangeDialog";
import { words } from "../model/phase";
import { Ago } from "../parts/Ago";
import { Button } from "../parts/Button";
import { Icon } from "../parts/icons";
import { More } from "../parts/More";
import { Section } from "../parts/Section";
import { Empty } from "../parts/States";
import { useChange } from "../relay/useChange";
import { useListed, useLists } from "../relay/lists";
import { useFollowed } from "../relay/useFollowed";
import { ForAdministrators } from "../shell/Viewer";
import { MakeKey } from "./MakeKey";

/** Keys are no part of the fleet, whose changes are followed. */
const AT_LEAST_EVERY_MS = 10_000;

export default function Keys() {
  return (
    <ForAdministrators title="Keys are for administrators.">
      <List />
    </ForAdministrators>
  );
}

function List() {
  const variables = useMemo(() => ({}), []);
  const [isMaking, setMaking] = useState(false);
  const lists = useLists();
  const query = useFollowed<KeysQuery>(
    graphql`
      query KeysQuery {
        ...Keys_query
        accounts(first: 100) {
          ...useAccounts_page @relay(mask: false)
        }
      }
    `,
    variables,
    { lists, atLeastEveryMs: AT_LEAST_EVERY_MS },
  );
  const list = useListed<KeysPageQuery, Keys_query$key>(
    graphql`
      fragment Keys_query on Query
      @argumentDefinitions(count: { type: "Int", defaultValue: 50 }, cursor: { type: "String" })
      @refetchable(queryName: "KeysPageQuery") {
        apiKeys(first: $count, after: $cursor) @connection(key: "Keys_apiKeys") {
          __id
          edges {
            node {
              id
              name
              hint
              scopes
              accountIds
              createdAt
              expiresAt
              lastUsedAt
              revokedAt
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
  const keys = (data.apiKeys?.edges ?? []).map((edge) => edge.node);
  return (
    <div className="page">
      <Section
        title="Keys"
        note="the key itself is shown once, when it is made"
        source={{ document: compiled, variables }}
        actions={
          <Button icon="plus" onClick={() => setMaking(true)}>
            Make a key
          </Button>
        }
      >
        {keys.length === 0 ? (
          <Empty icon="keys" title="There is no key yet.">
            Programs and people elsewhere need one to ask this API. It may read, change or administer, in all accounts or in some.
          </Empty>
        ) : (
          <ul className="items">
            {keys.map((key) => (
              <li key={key.id} className={`item key ${isOver(key) ? "over" : ""}`}>
                <span className={`phase tone-${isOver(key) ? "still" : "fine"}`}>
                  <Icon name={isOver(key) ? "STOPPED" : "FINE"} size={14} />
                  {key.revokedAt ? "Revoked" : isOver(key) ? "Ended" : "Good"}
                </span>
                <div className="what">
                  <span className="name">{key.name}</span> <span className="where mono">…{key.hint}</span>
                  <p className="small muted">
                    {key.scopes.map(words).join(", ")} · {named(key.accountIds, accounts.nodes)} · made <Ago at={key.createdAt} /> ·{" "}
                    {key.revokedAt ? (
                      <>
                        revoked <Ago at={key.revokedAt} />
                      </>
                    ) : key.expiresAt ? (
                      <>
                        ends <Ago at={key.expiresAt} />
                      </>
                    ) : (
                      "has no end"
                    )}{" "}
                    · used <Ago at={key.lastUsedAt} />
                  </p>
                </div>
                <span className="actions">{!isOver(key) && <Revoke id={key.id} name={key.name} />}</span>
              </li>
            ))}
          </ul>
        )}
        <More of={list} label="More keys" />
      </Section>
      {isMaking && data.apiKeys && (
        <Suspense>
          <MakeKey connection={data.apiKeys.__id} onClose={() => setMaking(false)} />
        </Suspense>
      )}
    </div>
  );
}

const isOver = (key: { readonly revokedAt: string | null | undefined; readonly expiresAt: string | null | undefined }): boolean =>
  Boolean(key.revokedAt) || (key.expiresAt != null && Date.parse(key.expiresAt) < Date.now());

function Revoke({ id, name }: { id: string; name: string }) {
  const [isAsked, setAsked] = useState(false);
  const [change] = useChange<KeysRevokeMutation>(graphql`
    mutation KeysRevokeMutation($id: ID!) {
      revokeApiKey(id: $id) {
        userErrors {
          __typename
          message
          path
        }
        apiKey {
          id
          revokedAt
        }
      }
    }
  `);
  return (
    <>
      <Button kind="quiet" onClick={() => setAsked(true)} aria-label={`Revoke ${name}`}>
        Revoke
      </Button>
      {isAsked && (
        <ChangeDialog
          title={`Revoke ${name}`}
          done={`${name} opens nothing any more.`}
          label="Revoke"
          kind="danger"
          isOurs
          ask={async () => (await change({ id })).revokeApiKey}
          onClose={() => setAsked(false)}
        >
          <p>Whoever uses this key is refused from then on. It cannot be taken back.</p>
        </ChangeDialog>
      )}
    </>
  );
}
