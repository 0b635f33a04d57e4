"""Documents that read accounts: what they cost, when they are observed, and what an observation did."""

from cli.documents.fragments import FRESHNESS

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
