/** Keys of this gateway: make, see, revoke. */
import { useMemo, useState } from "react";
import { graphql, useMutation, usePaginationFragment } from "react-relay";
import compiled from "../__generated__/KeysQuery.graphql";
import type { KeysPageQuery } from "../__generated__/KeysPageQuery.graphql";
import type { KeysQuery } from "../__generated__/KeysQuery.graphql";
import type { KeysRevokeMutation } from "../__generated__/KeysRevokeMutation.graphql";
import type { Keys_query$key } from "../__generated__/Keys_query.graphql";
import { words } from "../model/phase";
import { Ago } from "../parts/Ago";
import { Button } from "../parts/Button";
import { Dialog } from "../parts/Dialog";
import { Section } from "../parts/Section";
import { Empty, Skeleton } from "../parts/States";
import { say } from "../parts/Toasts";
import { useFollowed } from "../relay/useFollowed";
import { useRefusal, useViewer } from "../shell/Viewer";
import { MakeKey } from "./MakeKey";

/** Keys are no part of the fleet, whose changes are followed. */
const AT_LEAST_EVERY_MS = 10_000;

export default function Keys() {
  const { isKnown } = useViewer();
  const refusal = useRefusal("ADMIN");
  if (!isKnown) return <Skeleton />;
  if (refusal) {
    return (
      <Empty icon="lock" title="Keys are for administrators.">
        {refusal}
      </Empty>
    );
  }
  return <List />;
}

function List() {
  const variables = useMemo(() => ({}), []);
  const [isMaking, setMaking] = useState(false);
  const [isDeep, setDeep] = useState(false);
  const query = useFollowed<KeysQuery>(
    graphql`
      query KeysQuery {
        ...Keys_query
      }
    `,
    variables,
    { isPaused: isDeep, atLeastEveryMs: AT_LEAST_EVERY_MS },
  );
  const { data, hasNext, isLoadingNext, loadNext } = usePaginationFragment<KeysPageQuery, Keys_query$key>(
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
  );
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
          <div className="scroll">
            <table className="sheet">
              <thead>
                <tr>
                  {["Name", "Ends in", "May", "Accounts", "Made", "Ends", "Last used"].map((title) => (
                    <th scope="col" key={title}>
                      {title}
                    </th>
                  ))}
                  <th scope="col">
                    <span className="sr">Actions</span>
                  </th>
                </tr>
              </thead>
              <tbody>
                {keys.map((key) => (
                  <tr key={key.id} className={isOver(key) ? "over" : ""}>
                    <td className="name">{key.name}</td>
                    <td className="mono">…{key.hint}</td>
                    <td>{key.scopes.map(words).join(", ")}</td>
                    <td>{key.accountIds ? key.accountIds.length : "all"}</td>
                    <td>
                      <Ago at={key.createdAt} />
                    </td>
                    <td>{key.expiresAt ? <Ago at={key.expiresAt} /> : "never"}</td>
                    <td>
                      <Ago at={key.lastUsedAt} />
                    </td>
                    <td>
                      {key.revokedAt ? (
                        <span className="muted">
                          revoked <Ago at={key.revokedAt} />
                        </span>
                      ) : isOver(key) ? (
                        <span className="muted">ended</span>
                      ) : (
                        <Revoke id={key.id} name={key.name} />
                      )}
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        )}
        {hasNext && (
          <Button
            kind="quiet"
            because={isLoadingNext ? "They are being loaded." : null}
            onClick={() => {
              setDeep(true);
              loadNext(100);
            }}
          >
            More keys
          </Button>
        )}
      </Section>
      {data.apiKeys && <MakeKey isOpen={isMaking} connection={data.apiKeys.__id} onClose={() => setMaking(false)} />}
    </div>
  );
}

const isOver = (key: { readonly revokedAt: string | null | undefined; readonly expiresAt: string | null | undefined }): boolean =>
  Boolean(key.revokedAt) || (key.expiresAt != null && Date.parse(key.expiresAt) < Date.now());

function Revoke({ id, name }: { id: string; name: string }) {
  const [isAsked, setAsked] = useState(false);
  const [commit, isBusy] = useMutation<KeysRevokeMutation>(graphql`
    mutation KeysRevokeMutation($id: ID!) {
      revokeApiKey(id: $id) {
        userErrors {
          __typename
          message
        }
        apiKey {
          id
          revokedAt
        }
      }
    }
  `);
  const revoke = () =>
    commit({
      variables: { id },
      onCompleted: ({ revokeApiKey }, faults) => {
        const refused = revokeApiKey?.userErrors[0] ?? faults?.[0];
        say(refused?.message ?? `${name} opens nothing any more.`, refused ? "broken" : "fine");
        setAsked(false);
      },
      onError: (error) => say(error.message, "broken"),
    });
  return (
    <>
      <Button kind="danger" onClick={() => setAsked(true)} aria-label={`Revoke ${name}`}>
        Revoke
      </Button>
      <Dialog title={`Revoke ${name}`} isOpen={isAsked} onClose={() => setAsked(false)}>
        <p>Whoever uses this key is refused from then on. It cannot be taken back.</p>
        <footer>
          <Button onClick={() => setAsked(false)}>Cancel</Button>
          <Button kind="danger" because={isBusy ? "It is being asked for." : null} onClick={revoke}>
            Revoke
          </Button>
        </footer>
      </Dialog>
    </>
  );
}
