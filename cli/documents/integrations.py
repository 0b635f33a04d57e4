"""Documents that read integrations."""

from cli.documents.fragments import FRESHNESS

INTEGRATIONS = (
    """
query Integrations($after: String, $filter: IntegrationFilter) {
  integrations(first: 100, after: $after, filter: $filter) {
    nodes {
      id
      name
      description
      cloud
      providerCloud
      authentication
      identity {
        cloudAccountId
        roleArn
        accessKeyId
        organizationId
        projectId
        serviceAccount
        workloadIdentityProvider
        subscriptionId
        tenantId
        applicationId
        userId
      }
      permissionCheck
      allowedTeams
      features
      createdAt
      externalId
      account { id name provider { kind name } }
      freshness { ...FreshnessFields }
    }
    pageInfo { hasNextPage endCursor }
  }
}
"""
    + FRESHNESS
)

INTEGRATION_USE = """
query IntegrationUse($id: ID!, $after: String) {
  node(id: $id) {
    ... on Integration {
      usedBy(first: 100, after: $after) {
        nodes { name account { name } }
        pageInfo { hasNextPage endCursor }
      }
    }
  }
}
"""
