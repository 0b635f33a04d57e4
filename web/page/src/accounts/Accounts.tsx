/** Accounts at providers: how well they are observed, and what their providers let us ask. */
import { useMemo, useState } from "react";
import { graphql } from "react-relay";
import compiled from "../__generated__/AccountsQuery.graphql";
import type { AccountsQuery } from "../__generated__/AccountsQuery.graphql";
import { Button } from "../parts/Button";
import { Section } from "../parts/Section";
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
  const { accounts, providers } = useFollowed<AccountsQuery>(
    graphql`
      query AccountsQuery {
        accounts(first: 100) {
          nodes {
            id
            provider {
              id
            }
            ...AccountRow_account
          }
          pageInfo {
            hasNextPage
          }
        }
        providers {
          id
          kind
          name
          documentationUrl
        }
      }
    `,
    variables,
    { atLeastEveryMs: AT_LEAST_EVERY_MS },
  );
  const source = { document: compiled, variables };
  return (
    <div className="page">
      <div className="toolbar">
        <p className="muted">
          {accounts.nodes.length} connected{accounts.pageInfo.hasNextPage && ", and more that are not shown"}
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
        const own = accounts.nodes.filter((account) => account.provider.id === provider.id);
        return (
          <Section
            key={provider.id}
            title={provider.name}
            note={own.length > 0 ? `${own.length} connected` : "not connected"}
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
              <p className="line muted">No account is connected.</p>
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
      {isConnecting && <Connect providers={providers} onClose={() => setConnecting(false)} />}
    </div>
  );
}
