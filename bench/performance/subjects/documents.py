"""The documents that are asked."""

PAGE = """query Page {
  clusters(first: 100) {
    nodes {
      id
      name
      displayName
      version
      plan
      cloud
      regions
      provider { name }
      account { id name }
      status { phase since }
      freshness { state observedAt ageSeconds }
      spendLimit { state limit { money { minorUnits currency } period } }
      integration { id name cloud freshness { state } }
      nodes(first: 10) { nodes { id name phase region instanceType freshness { state } } }
    }
    pageInfo { hasNextPage endCursor }
  }
}"""

TYPENAME = "{ __typename }"
SMALL = "{ providers { name } }"
"""Data that both have in memory: it needs no table."""

LIST = """query List($after: String) {
  clusters(first: 100, after: $after) {
    nodes { id name status { phase since } provider { name } account { name } version regions freshness { state } }
    pageInfo { hasNextPage endCursor }
  }
}"""
SEARCH = """{
  clusters(first: 20, search: "ledger phase:ready label.env=stage", orderBy: [{ field: CREATED_AT, direction: DESC }]) {
    totalCount
    nodes { id name status { phase } }
  }
}"""
FACETS = """{
  clusterFacets(by: [{ by: PROVIDER }, { by: PHASE }, { by: REGION }]) { by buckets { value clusterCount } }
}"""
FEED = "{ activity(first: 20) { nodes { id kind occurredAt clusterName } pageInfo { endCursor } } }"

GROWING = {"page": LIST, "search": SEARCH, "facets": FACETS, "feed": FEED}
