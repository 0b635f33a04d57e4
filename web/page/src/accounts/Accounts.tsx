/** Accounts at providers: how well they are observed, and what their providers let us ask. */
import { useMemo, useState } from "react";
import { graphql } from "react-relay";
import type { AccountsPageQuery } from "../__generated__/AccountsPageQuery.graphql";
import compiled from "../__generated__/AccountsQuery.graphql";
import type { AccountsQuery } from "../__generated__/AccountsQuery.graphql";
import type { Accounts_query$key } from "../__generated__/Accounts_query.graphql";
import { Button } from "../parts/Button";
import { More } from "../parts/More";
import { Section } from "../parts/Section";
import { useListed, useLists } from "../relay/lists";
import { useFollowed } from "../relay/useFollowed";
import { ReadOnly, useRefusal } from "../shell/Viewer";
import { AccountRow } from "./AccountRow";
import { Connect } from "./Connect";

/** Budgets and ages move with each observation, though it shows nothing new. */
const AT_LEAST_EVERY_MS = 10_000;

export default function Accounts() {
  const variables = useMemo(() => ({}), []);
  const [isConnecting, setConnecting] = useState(false);
  const refusal = useRefusal("ADMIN");
  const lists = useLists();
  const query = useFollowed<AccountsQuery>(
    graphql`
      query AccountsQuery {
        ...Accounts_query
        providers {
          id
          kind
          name
          documentationUrl
        }
      }
    `,
    variables,
    { atLeastEveryMs: AT_LEAST_EVERY_MS, lists },
  );
  const list = useListed<AccountsPageQuery, Accounts_query$key>(
    graphql`
      fragment Accounts_query on Query
      @argumentDefinitions(count: { type: "Int", defaultValue: 100 }, cursor: { type: "String" })
      @refetchable(queryName: "AccountsPageQuery") {
        accounts(first: $count, after: $cursor) @connection(key: "Accounts_accounts") {
          edges {
            node {
              id
              provider {
                id
              }
              ...AccountRow_account
            }
          }
        }
      }
    `,
    query,
    lists,
  );
  const { providers } = query;
  const accounts = list.data.accounts.edges.map((edge) => edge.node);
  const source = { document: compiled, variables };
  return (
    <div className="page">
      <div className="toolbar">
        <p className="muted">
          {accounts.length} connected{list.hasNext && ", and more"}
        </p>
        <span className="spread" />
        {refusal ? (
          <ReadOnly refusal={refusal} />
        ) : (
          <Button icon="plus" kind="primary" onClick={() => setConnecting(true)}>
            Connect an account
          </Button>
        )}
      </div>
      {providers.map((provider) => {
        const own = accounts.filter((account) => account.provider.id === provider.id);
        return (
          <Section
            key={provider.id}
            title={provider.name}
            note={own.length > 0 ? `${own.length} connected${list.hasNext ? " or more" : ""}` : list.hasNext ? null : "not connected"}
            source={source}
            actions={
              provider.documentationUrl && (
                <a className="small" href={provider.documentationUrl} target="_blank" rel="noopener noreferrer">
                  API documentation
                </a>
              )
            }
          >
            {own.length === 0 ? (
              <p className="line muted">{list.hasNext ? "None of those that were read." : "No account is connected."}</p>
            ) : (
              <ul className="items accounts">
                {own.map((account) => (
                  <AccountRow key={account.id} account={account} />
                ))}
              </ul>
            )}
          </Section>
        );
      })}
      <More of={list} label="More accounts" />
      {isConnecting && <Connect providers={providers} onClose={() => setConnecting(false)} />}
    </div>
  );
}
