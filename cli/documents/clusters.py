"""Documents that read clusters, and what belongs to one."""

from cli.documents.fragments import COVERAGE, FRESHNESS, LIMIT, WATCHED

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
    buckets {
      value
      displayName
      clusterCount
      nodeCount
      spendLimits { minorUnits currency decimal }
      convertedSpendLimits { minorUnits currency decimal }
    }
    leftOut
  }
  clusters(first: 0, filter: $filter, search: $search) { coverage { ...CoverageFields } }
}
"""
    + FRESHNESS
    + COVERAGE
)
