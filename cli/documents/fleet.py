"""Documents that read the fleet as a whole, its activity, and who asks."""

from cli.documents.fragments import COVERAGE, FRESHNESS

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
