/** What an account can offer a new cluster: the first page of each list in one read, and what is left of it after that. */
import { useMemo } from "react";
import { graphql } from "react-relay";
import type { AccountPlan_account$key } from "../__generated__/AccountPlan_account.graphql";
import type { useOffersIntegrationsQuery } from "../__generated__/useOffersIntegrationsQuery.graphql";
import type { useOffersQuery } from "../__generated__/useOffersQuery.graphql";
import type { useOffersRegionsQuery } from "../__generated__/useOffersRegionsQuery.graphql";
import type { useOffersVersionsQuery } from "../__generated__/useOffersVersionsQuery.graphql";
import { useRead } from "../relay/useRead";
import { useWhole } from "../relay/useWhole";
import type { Offers } from "./types";

graphql`
  fragment useOffers_regions on RegionConnection {
    nodes {
      name
      location
      cloud
      isServerless
    }
    pageInfo {
      hasNextPage
      endCursor
    }
  }
`;

graphql`
  fragment useOffers_versions on ClusterVersionConnection {
    nodes {
      name
      plans
      release
      supportEndsAt
    }
    pageInfo {
      hasNextPage
      endCursor
    }
  }
`;

graphql`
  fragment useOffers_integrations on IntegrationConnection {
    nodes {
      id
      name
      cloud
    }
    pageInfo {
      hasNextPage
      endCursor
    }
  }
`;

const regionsDocument = graphql`
  query useOffersRegionsQuery($accountId: ID!, $after: String) {
    node(id: $accountId) {
      ... on Account {
        regions(first: 100, after: $after) {
          ...useOffers_regions @relay(mask: false)
        }
      }
    }
  }
`;

const versionsDocument = graphql`
  query useOffersVersionsQuery($accountId: ID!, $after: String) {
    node(id: $accountId) {
      ... on Account {
        versions(first: 100, after: $after) {
          ...useOffers_versions @relay(mask: false)
        }
      }
    }
  }
`;

const integrationsDocument = graphql`
  query useOffersIntegrationsQuery($accountIds: [ID!]!, $after: String) {
    integrations(first: 100, after: $after, filter: { accountIds: $accountIds }) {
      ...useOffers_integrations @relay(mask: false)
    }
  }
`;

export function useOffers(accountId: string): { offers: Offers; account: AccountPlan_account$key | null } {
  const variables = useMemo(() => ({ accountId, accountIds: [accountId] }), [accountId]);
  const { node, integrations: firstIntegrations } = useRead<useOffersQuery>(
    graphql`
      query useOffersQuery($accountId: ID!, $accountIds: [ID!]!) {
        node(id: $accountId) {
          ... on Account {
            regions(first: 100) {
              ...useOffers_regions @relay(mask: false)
            }
            versions(first: 100) {
              ...useOffers_versions @relay(mask: false)
            }
            provider {
              capabilities {
                capability
                reason
              }
            }
            ...AccountPlan_account @alias(as: "plan")
          }
        }
        integrations(first: 100, filter: { accountIds: $accountIds }) {
          ...useOffers_integrations @relay(mask: false)
        }
      }
    `,
    variables,
    "store-and-network", // an integration may have been made a moment ago
  );
  const { accountIds } = variables;
  const regions = useWhole<useOffersRegionsQuery, Offers["regions"][number]>(node?.regions, regionsDocument, { accountId }, (data) => data.node?.regions);
  const versions = useWhole<useOffersVersionsQuery, Offers["versions"][number]>(node?.versions, versionsDocument, { accountId }, (data) => data.node?.versions);
  const integrations = useWhole<useOffersIntegrationsQuery, Offers["integrations"][number]>(firstIntegrations, integrationsDocument, { accountIds }, (data) => data.integrations);
  const cut = [regions.isCut && "regions", versions.isCut && "versions", integrations.isCut && "integrations"].filter((name) => name !== false);
  const offers = {
    accountId,
    regions: regions.nodes,
    versions: versions.nodes,
    noVersions: node?.provider?.capabilities.find((one) => one.capability === "LIST_VERSIONS")?.reason ?? null,
    integrations: integrations.nodes,
    cut,
  };
  return { offers, account: node?.plan ?? null };
}
