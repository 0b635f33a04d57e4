/** Integrations: with what the providers build in clouds, registries and similar services of one's own. */
import { useMemo, useState } from "react";
import { graphql } from "react-relay";
import type { IntegrationsPageQuery } from "../__generated__/IntegrationsPageQuery.graphql";
import compiled from "../__generated__/IntegrationsQuery.graphql";
import type { IntegrationsQuery } from "../__generated__/IntegrationsQuery.graphql";
import type { Integrations_query$key } from "../__generated__/Integrations_query.graphql";
import { useAccounts } from "../accounts/useAccounts";
import { plural } from "../model/amount";
import { Button } from "../parts/Button";
import { Fact } from "../parts/Fact";
import { More } from "../parts/More";
import { Section } from "../parts/Section";
import { Empty, NoAccount } from "../parts/States";
import { useListed, useLists } from "../relay/lists";
import { useFollowed } from "../relay/useFollowed";
import { ReadOnly, useRefusal } from "../shell/Viewer";
import { INTEGRATION_KINDS } from "./kinds";
import { New } from "./New";
import { Row } from "./Row";

export default function Integrations() {
  const variables = useMemo(() => ({}), []);
  const [isMaking, setMaking] = useState(false);
  const scope = useRefusal("WRITE");
  const lists = useLists();
  const query = useFollowed<IntegrationsQuery>(
    graphql`
      query IntegrationsQuery {
        providers {
          id
          kind
          name
          capabilities {
            capability
            isSupported
            reason
          }
        }
        accounts(first: 100) {
          ...useAccounts_page @relay(mask: false)
        }
        ...Integrations_query
      }
    `,
    variables,
    { lists },
  );
  const { providers } = query;
  const accounts = useAccounts(query.accounts);
  const list = useListed<IntegrationsPageQuery, Integrations_query$key>(
    graphql`
      fragment Integrations_query on Query
      @argumentDefinitions(count: { type: "Int", defaultValue: 50 }, cursor: { type: "String" })
      @refetchable(queryName: "IntegrationsPageQuery") {
        integrations(first: $count, after: $cursor) @connection(key: "Integrations_integrations") {
          edges {
            node {
              id
              account {
                provider {
                  id
                }
              }
              ...Row_integration
            }
          }
        }
      }
    `,
    query,
    lists,
  );
  const { data, hasNext } = list;
  const integrations = data.integrations.edges.map((edge) => edge.node);
  const source = { document: compiled, variables };
  const support = (provider: (typeof providers)[number], name: string) => provider.capabilities.find((one) => one.capability === name);
  const changing = providers.filter((provider) => support(provider, "CHANGE_INTEGRATION")?.isSupported && INTEGRATION_KINDS[provider.kind ?? ""]);
  const listing = providers.filter((provider) => support(provider, "LIST_INTEGRATIONS")?.isSupported);
  const others = providers.filter((provider) => !listing.includes(provider));
  const usable = accounts.nodes.filter((account) => changing.some((provider) => provider.id === account.provider.id));
  const none = usable.length === 0 ? `Connect an account first, at ${changing.map((provider) => provider.name).join(" or ")}.` : null;
  return (
    <div className="page">
      <div className="toolbar">
        <p className="muted">
          {plural(integrations.length, "integration")}
          {hasNext && " and more"}. They let a provider build in a cloud, a registry or a similar service of yours.
        </p>
        <span className="spread" />
        {scope ? (
          <ReadOnly refusal={scope} />
        ) : (
          <Button icon="plus" kind="primary" because={none} onClick={() => setMaking(true)}>
            New integration
          </Button>
        )}
      </div>
      {listing.map((provider) => {
        const own = integrations.filter((one) => one.account.provider.id === provider.id);
        const isConnected = accounts.nodes.some((account) => account.provider.id === provider.id);
        return (
          <Section key={provider.id} title={provider.name} source={source} note={own.length > 0 && `${own.length}`}>
            {!isConnected ? (
              <NoAccount />
            ) : own.length === 0 ? (
              <Empty icon="integrations" title="No integration was seen yet." />
            ) : (
              <ul className="items">
                {own.map((one) => (
                  <Row key={one.id} integration={one} because={support(provider, "CHANGE_INTEGRATION")?.reason ?? null} isReadOnly={scope !== null} />
                ))}
              </ul>
            )}
          </Section>
        );
      })}
      {others.length > 0 && (
        <Section title="Without integrations" source={source}>
          <dl className="facts">
            {others.map((provider) => (
              <Fact key={provider.id} title={provider.name}>
                {support(provider, "LIST_INTEGRATIONS")?.reason ?? "The provider cannot do this."}
              </Fact>
            ))}
          </dl>
        </Section>
      )}
      <More of={list} label="More integrations" />
      {isMaking && <New accounts={usable} onClose={() => setMaking(false)} />}
    </div>
  );
}
