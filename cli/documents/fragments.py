"""Fragments that documents of several kinds spread."""

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
