"""Documents about keys of the Fleetgraph itself."""

from cli.documents.change import USER_ERROR

KEY = """
fragment KeyFields on ApiKey {
  id
  name
  hint
  scopes
  accountIds
  createdAt
  expiresAt
  lastUsedAt
  revokedAt
}
"""

KEYS = (
    """
query Keys($first: Int! = 100, $after: String) {
  apiKeys(first: $first, after: $after) {
    nodes { ...KeyFields }
    pageInfo { hasNextPage endCursor }
  }
}
"""
    + KEY
)

CREATE = (
    """
mutation CreateKey($input: CreateApiKeyInput!) {
  createApiKey(input: $input) {
    apiKey { ...KeyFields }
    token
    userErrors { ...UserErrorFields }
  }
}
"""
    + KEY
    + USER_ERROR
)

REVOKE = (
    """
mutation RevokeKey($id: ID!) {
  revokeApiKey(id: $id) {
    apiKey { ...KeyFields }
    userErrors { ...UserErrorFields }
  }
}
"""
    + KEY
    + USER_ERROR
)

AUDIT_LOG = """
query AuditLog($first: Int!, $after: String) {
  auditLog(first: $first, after: $after) {
    nodes { at action subject name caller callerId outcome }
    pageInfo { hasNextPage endCursor }
  }
}
"""
