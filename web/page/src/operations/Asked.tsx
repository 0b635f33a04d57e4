/** What a change asked for, what its provider said to it, and what came otherwise. */
import { Suspense } from "react";
import { graphql, useFragment } from "react-relay";
import type { AskedIntegrationsQuery } from "../__generated__/AskedIntegrationsQuery.graphql";
import type { Asked_integrations$data } from "../__generated__/Asked_integrations.graphql";
import type { AskedNextQuery } from "../__generated__/AskedNextQuery.graphql";
import type { Asked_operation$data, Asked_operation$key } from "../__generated__/Asked_operation.graphql";
import { saidOf, titleOf, valueOf } from "../model/settings";
import { Fact } from "../parts/Fact";
import { Section, type Source } from "../parts/Section";
import { useRead } from "../relay/useRead";
import { useWhole } from "../relay/useWhole";

export function Asked({ operation, source }: { operation: Asked_operation$key; source: Source }) {
  const { account, input, warnings, differences } = useFragment(
    graphql`
      fragment Asked_operation on Operation {
        account {
          id
        }
        input {
          field
          value
        }
        warnings {
          message
          field
        }
        differences {
          field
          asked
          got
        }
      }
    `,
    operation,
  );
  const namesIntegration = input.some(({ field }) => isIntegration(field));
  return (
    <>
      {input.length > 0 && (
        <Section title="What was asked for" source={source}>
          <dl className="facts">
            {namesIntegration && account ? (
              <Suspense fallback={<Settings input={input} />}>
                <WithNames input={input} accountId={account.id} />
              </Suspense>
            ) : (
              <Settings input={input} />
            )}
          </dl>
        </Section>
      )}
      {warnings.length > 0 && (
        <Section title="Warnings" note="what the provider said when it took the change" source={source}>
          {warnings.map(({ message, field }) => (
            <p key={message} className="line">
              {message} {field && <span className="muted mono">{field}</span>}
            </p>
          ))}
        </Section>
      )}
      {differences.length > 0 && (
        <Section title="Differences" note="what the provider made otherwise" source={source}>
          <dl className="facts">
            {differences.map(({ field, asked, got }) => (
              <Fact key={field} title={titleOf(field.split("."))}>
                {valueOf(field, got)}, not {valueOf(field, asked)}
              </Fact>
            ))}
          </dl>
        </Section>
      )}
    </>
  );
}

type Input = Asked_operation$data["input"];

const isIntegration = (field: string): boolean => field.endsWith("integrationExternalId");

function Settings({ input }: { input: Input }) {
  return saidOf(input).map(({ title, lines }) => (
    <Fact key={title} title={title}>
      {lines.map((line) => (
        <div key={line}>{line}</div>
      ))}
    </Fact>
  ));
}

graphql`
  fragment Asked_integrations on IntegrationConnection {
    nodes {
      externalId
      name
    }
    pageInfo {
      hasNextPage
      endCursor
    }
  }
`;

const nextDocument = graphql`
  query AskedNextQuery($accountIds: [ID!]!, $after: String) {
    integrations(first: 100, after: $after, filter: { accountIds: $accountIds }) {
      ...Asked_integrations @relay(mask: false)
    }
  }
`;

type Integration = Asked_integrations$data["nodes"][number];

/** The operation has the identifier of an integration. People know it by its name, while it is there. */
function WithNames({ input, accountId }: { input: Input; accountId: string }) {
  const accountIds = [accountId];
  const read = useRead<AskedIntegrationsQuery>(
    graphql`
      query AskedIntegrationsQuery($accountIds: [ID!]!) {
        integrations(first: 100, filter: { accountIds: $accountIds }) {
          ...Asked_integrations @relay(mask: false)
        }
      }
    `,
    { accountIds },
  );
  const integrations = useWhole<AskedNextQuery, Integration>(read.integrations, nextDocument, { accountIds }, (data) => data.integrations);
  const names = new Map(integrations.nodes.map(({ externalId, name }) => [externalId, name]));
  return <Settings input={input.map((one) => (isIntegration(one.field) ? { ...one, value: names.get(one.value ?? "") ?? one.value } : one))} />;
}
