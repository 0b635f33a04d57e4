"""Documents that ask."""

FRESHNESS = """
fragment FreshnessFields on Freshness {
  state
  observedAt
  ageSeconds
  nextAttemptAt
  lastFailure { kind message retryAt }
}
"""

LIMIT = """
fragment LimitFields on SpendLimitStatus {
  state
  reason
  limit {
    money { minorUnits currency decimal }
    usage { requestUnits storageMiB provisionedVcpus }
    basis
    period
    enforcement
  }
}
"""

WATCHED = (
    """
fragment Watched on Cluster {
  id
  name
  account { name provider { kind name } }
  status { phase providerPhase providerOperation message since isConverged }
  operation { id kind state pollAfterSeconds }
  freshness { ...FreshnessFields }
}
"""
    + FRESHNESS
)

CLUSTERS = (
    """
query Clusters($after: String, $filter: ClusterFilter) {
  clusters(first: 100, after: $after, filter: $filter) {
    nodes {
      ...Watched
      provider { kind name }
      plan
      version
      cloud
      regions
      capacity { nodeCount }
      spendLimit { ...LimitFields }
    }
    pageInfo { hasNextPage endCursor }
    coverage {
      isComplete
      accountCount
      missingCount
      missing(first: 10) { nodes { name provider { kind name } freshness { ...FreshnessFields } } }
    }
  }
}
"""
    + WATCHED
    + LIMIT
)

CLUSTER = (
    """
query Cluster($id: ID!) {
  cluster(id: $id) {
    ...Watched
    externalId
    displayName
    description
    provider { kind name }
    engine
    version
    availableVersion
    plan
    cloud
    providerCloud
    regions
    capabilities { capability isSupported reason }
    capacity {
      total { cpuMillicores memoryMiB storageMiB }
      perNode { cpuMillicores memoryMiB storageMiB }
      nodeCount
      minNodes
      maxNodes
      instanceType
    }
    labels { key value }
    isDeletionProtected
    createdAt
    updatedAt
    deletedAt
    revision
    connection { endpoint }
    nodes(first: 100) { nodes { name phase region instanceType } pageInfo { hasNextPage } }
    spendLimit { ...LimitFields }
    costEstimate { minimum { decimal currency } maximum { decimal currency } period }
    integration { id name }
    statusHistory(first: 5) { nodes { from to observedAt afterSeconds } }
    details { consoleUrl }
  }
}
"""
    + WATCHED
    + LIMIT
)

WATCH = (
    """
query Watch($id: ID!) { cluster(id: $id) { ...Watched } }
"""
    + WATCHED
)

CLUSTER_BY_NAME = (
    """
query ClusterByName($accountId: ID!, $name: String!) {
  clusterByName(accountId: $accountId, name: $name) { ...Watched }
}
"""
    + WATCHED
)

ACCOUNTS = (
    """
query Accounts($after: String, $provider: ProviderKind) {
  accounts(first: 100, after: $after, provider: $provider) {
    nodes {
      id
      name
      externalId
      provider { kind name }
      freshness { ...FreshnessFields }
      token { hint replacedAt isAccepted }
      hold { since reason }
      requestBudget { limit remaining reserved windowSeconds resetsAt }
      apiVersion
    }
    pageInfo { hasNextPage endCursor }
  }
}
"""
    + FRESHNESS
)

ACCOUNT_NAMES = """
query AccountNames($after: String, $provider: ProviderKind) {
  accounts(first: 100, after: $after, provider: $provider) {
    nodes { id name provider { kind name } freshness { state } }
    pageInfo { hasNextPage endCursor }
  }
}
"""

INTEGRATIONS = """
query Integrations($after: String, $filter: IntegrationFilter) {
  integrations(first: 100, after: $after, filter: $filter) {
    nodes { id name cloud }
    pageInfo { hasNextPage endCursor }
  }
}
"""
