"""Documents of queries."""

FRESHNESS = """
fragment FreshnessFields on Freshness {
  state
  observedAt
  ageSeconds
  nextAttemptAt
  reason
  lastFailure { kind message retryAt }
}
"""

LIMIT = """
fragment LimitFields on SpendLimitStatus {
  state
  reason
  limit {
    money { minorUnits currency decimal }
    moneyReason
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

COVERAGE = """
fragment CoverageFields on Coverage {
  isComplete
  accountCount
  missingCount
  missing(first: 10) { nodes { name provider { kind name } freshness { ...FreshnessFields } } }
}
"""

CLUSTERS = (
    """
query Clusters(
  $first: Int! = 100
  $after: String
  $filter: ClusterFilter
  $search: String
  $orderBy: [ClusterOrder!]
) {
  clusters(first: $first, after: $after, filter: $filter, search: $search, orderBy: $orderBy) {
    nodes {
      ...Watched
      provider { kind name }
      plan
      version
      availableVersion
      cloud
      regions
      capacity { nodeCount }
      spendLimit { ...LimitFields }
    }
    pageInfo { hasNextPage endCursor }
    coverage { ...CoverageFields }
  }
}
"""
    + WATCHED
    + LIMIT
    + COVERAGE
)

CLUSTERS_NAMED = (
    """
query ClustersNamed($after: String, $filter: ClusterFilter) {
  clusters(first: 100, after: $after, filter: $filter) {
    nodes { ...Watched }
    pageInfo { hasNextPage endCursor }
    coverage { isComplete }
  }
}
"""
    + WATCHED
)

RUNNING_VERSIONS = """
query RunningVersions($after: String, $filter: ClusterFilter) {
  clusters(first: 100, after: $after, filter: $filter) {
    nodes { name account { name } provider { kind name } engine version availableVersion upgrade { versions } }
    pageInfo { hasNextPage endCursor }
  }
}
"""

CLUSTER_NAMES = """
query ClusterNames($after: String) {
  clusters(first: 100, after: $after) {
    nodes { name account { name } }
    pageInfo { hasNextPage endCursor }
  }
}
"""

CLUSTER = (
    """
query Cluster($id: ID!) {
  cluster(id: $id) {
    ...Watched
    assessment { severity reason since }
    eta { expectedAt lateAt sampleCount }
    account { id }
    externalId
    displayName
    description
    provider { kind name }
    engine
    version
    availableVersion
    upgrade { state versions }
    plan
    cloud
    providerCloud
    regions
    capabilities { capability isSupported reason }
    capacity {
      total { cpuMillicores memoryMiB storageMiB memoryBytes storageBytes }
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
    connection { endpoint url }
    nodes(first: 100) { nodes { name phase region instanceType } pageInfo { hasNextPage } }
    spendLimit { ...LimitFields }
    costEstimate { minimum { decimal currency } maximum { decimal currency } period }
    spend { period amount { minorUnits currency decimal } isFinal }
    integration { id name }
    lastBackup { asOf ageSeconds }
    maintenanceWindow { weekday time lengthSeconds }
    statusHistory(first: 5) { nodes { from to providerPhase observedAt afterSeconds } }
    consoleUrl
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

WATCH_SEVERAL = (
    """
query WatchSeveral($ids: [ID!]!) { nodes(ids: $ids) { ... on Cluster { ...Watched } } }
"""
    + WATCHED
)

WATCH_FIELDS = (
    """
query WatchFields($ids: [ID!]!) {
  nodes(ids: $ids) {
    ... on Cluster {
      ...Watched
      externalId
      displayName
      description
      engine
      version
      availableVersion
      plan
      cloud
      providerCloud
      regions
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
      revision
      connection { endpoint }
      spendLimit { ...LimitFields }
      capabilities { capability isSupported reason }
    }
  }
}
"""
    + WATCHED
    + LIMIT
)

CLUSTER_BY_NAME = (
    """
query ClusterByName($accountId: ID!, $name: String!) {
  clusterByName(accountId: $accountId, name: $name) { ...Watched }
}
"""
    + WATCHED
)

ACCOUNT_FIELDS = (
    """
fragment AccountFields on Account {
  id
  name
  externalId
  provider { kind name }
  freshness { ...FreshnessFields }
  token { hint replacedAt expiresAt isAccepted }
  deletionGuard { since reason }
  requestBudget { limit remaining reserved windowSeconds resetsAt }
  apiVersion
  subscription {
    plan
    clusterCount
    pool { cpuMillicores memoryMiB storageMiB memoryBytes storageBytes }
    allocated { cpuMillicores memoryMiB storageMiB memoryBytes storageBytes }
    meters { name quantity unit isCapped }
    renewsAt
    trialDaysLeft
  }
}
"""
    + FRESHNESS
)

ACCOUNTS = (
    """
query Accounts($after: String, $provider: ProviderKind) {
  accounts(first: 100, after: $after, provider: $provider) {
    nodes { ...AccountFields }
    pageInfo { hasNextPage endCursor }
  }
}
"""
    + ACCOUNT_FIELDS
)

ACCOUNT = (
    """
query Account($id: ID!) {
  node(id: $id) {
    ... on Account {
      ...AccountFields
      offeredPlans {
        name
        displayName
        monthlyFee
        mostClusters
        pool { cpuMillicores memoryMiB storageMiB memoryBytes storageBytes }
        allowances { name quantity unit }
      }
    }
  }
}
"""
    + ACCOUNT_FIELDS
)

ACCOUNT_NAMES = """
query AccountNames($after: String, $provider: ProviderKind) {
  accounts(first: 100, after: $after, provider: $provider) {
    nodes { id name provider { kind name } freshness { state } }
    pageInfo { hasNextPage endCursor }
  }
}
"""

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

NODES = (
    """
query Nodes($id: ID!, $after: String) {
  cluster(id: $id) {
    nodes(first: 100, after: $after) {
      nodes {
        id
        name
        phase
        providerPhase
        region
        zone
        instanceType
        pool
        createdAt
        freshness { ...FreshnessFields }
      }
      pageInfo { hasNextPage endCursor }
    }
  }
}
"""
    + FRESHNESS
)

REGIONS = """
query Regions($id: ID!, $after: String, $cloud: Cloud) {
  node(id: $id) {
    ... on Account {
      provider { name capabilities { capability isSupported reason } }
      regions(first: 100, after: $after, cloud: $cloud) {
        nodes { name location cloud isServerless }
        pageInfo { hasNextPage endCursor }
      }
    }
  }
}
"""

VERSIONS = """
query Versions($id: ID!, $after: String) {
  node(id: $id) {
    ... on Account {
      provider { name capabilities { capability isSupported reason } }
      versions(first: 100, after: $after) {
        nodes { name engine plans release supportEndsAt upgradesTo }
        pageInfo { hasNextPage endCursor }
      }
    }
  }
}
"""

MACHINE_TYPES = """
query MachineTypes($id: ID!, $after: String, $cloud: Cloud, $region: String) {
  node(id: $id) {
    ... on Account {
      provider { name capabilities { capability isSupported reason } }
      instanceTypes(first: 100, after: $after, cloud: $cloud, region: $region) {
        nodes { name cloud region cpuMillicores memoryMiB }
        pageInfo { hasNextPage endCursor }
      }
    }
  }
}
"""

PROVIDERS = """
query Providers {
  providers { id kind name documentationUrl capabilities { capability isSupported reason } }
}
"""

FLEET = (
    """
query Fleet {
  fleet {
    spend {
      total { minorUnits currency decimal }
      leftOutCount
      leftOut(first: 100) { account { name provider { kind name } } reason }
    }
    clusterCount
    byPhase { phase count }
    byProvider { provider { kind name } count }
    spendLimits { minorUnits currency decimal }
    convertedSpendLimits { minorUnits currency decimal }
    freeAllowances { minorUnits currency decimal }
    vcpuLimitedClusterCount
    vcpuLimit
    unlimitedClusterCount
    unknownLimitClusterCount
    coverage { ...CoverageFields }
  }
}
"""
    + COVERAGE
    + FRESHNESS
)

ACTIVITY = """
query Activity(
  $first: Int!
  $after: String
  $order: EventOrder!
  $since: DateTime
  $filter: EventFilter
) {
  activity(first: $first, after: $after, order: $order, since: $since, filter: $filter) {
    nodes {
      id
      kind
      occurredAt
      accountName
      provider { kind name }
      cluster { id }
      clusterName
      from
      to
      message
      operationKind
    }
    pageInfo { hasNextPage endCursor }
  }
}
"""

CONSOLE = """
query Console($id: ID!) { cluster(id: $id) { id name consoleUrl } }
"""

VIEWER = """
query Viewer($after: String) {
  viewer {
    name
    scopes
    accounts(first: 100, after: $after) {
      nodes { id name provider { kind name } }
      pageInfo { hasNextPage endCursor }
    }
  }
  rateLimit { limit remaining resetsAt }
}
"""

SPEND = (
    """
query Spend($first: Int!, $after: String, $periods: Int!, $lines: Int!) {
  accounts(first: $first, after: $after) {
    nodes {
      id
      name
      provider { kind name }
      spendFreshness { ...FreshnessFields }
      spend(first: $periods) {
        period
        since
        until
        total { minorUnits currency decimal }
        isFinal
        asOf
        leavesOut
        lines(first: $lines) { label cluster { id name } amount { minorUnits currency decimal } }
      }
    }
    pageInfo { hasNextPage endCursor }
  }
}
"""
    + FRESHNESS
)

ALLOWLIST = """
query Allowlist($id: ID!) {
  cluster(id: $id) {
    id
    name
    account { name }
    capabilities { capability isSupported reason }
    allowlist { networks { cidr name allowsSql allowsUi } isPropagating }
  }
}
"""

CLUSTER_COUNT = (
    """
query ClusterCount($filter: ClusterFilter, $search: String) {
  clusters(first: 0, filter: $filter, search: $search) {
    totalCount
    coverage { ...CoverageFields }
  }
}
"""
    + FRESHNESS
    + COVERAGE
)

FACETS = (
    """
query ClusterFacets($by: [FacetInput!]!, $filter: ClusterFilter, $search: String) {
  clusterFacets(by: $by, filter: $filter, search: $search) {
    buckets { value displayName clusterCount nodeCount spendLimits { minorUnits currency decimal } }
    leftOut
  }
  clusters(first: 0, filter: $filter, search: $search) { coverage { ...CoverageFields } }
}
"""
    + FRESHNESS
    + COVERAGE
)

OBSERVATIONS = """
query Observations($accountId: ID!, $first: Int!, $after: String) {
  observations(accountId: $accountId, first: $first, after: $after) {
    nodes { beganAt endedAt requests changedCount failure quietBefore }
    pageInfo { hasNextPage endCursor }
  }
}
"""

SCHEDULE = """
query Schedule($accountId: ID!) {
  explainSchedule(accountId: $accountId) {
    nextObservationAt
    collections { collection observedAt nextAttemptAt intervalSeconds requests reason }
  }
}
"""
