"""Documents about webhooks of the Fleetgraph itself."""

from cli.documents.change import USER_ERROR

WEBHOOK = """
fragment WebhookFields on Webhook {
  id
  name
  form
  origin
  kinds
  severities
  providers { kind name }
  accountIds
  createdAt
  createdBy
  pausedAt
  pauseReason
  deliveredAt
  failingSince
  failure
  waitingCount
  deadCount
}
"""

WEBHOOKS = (
    """
query Webhooks($after: String) {
  webhooks(first: 100, after: $after) {
    nodes { ...WebhookFields }
    pageInfo { hasNextPage endCursor }
  }
}
"""
    + WEBHOOK
)

DEAD = """
query DeadDeliveries($id: ID!, $after: String) {
  node(id: $id) {
    ... on Webhook {
      deadDeliveries(first: 100, after: $after) {
        nodes {
          event { id kind severity occurredAt accountName clusterName from to message }
          attempts
          since
          failure
        }
        pageInfo { hasNextPage endCursor }
      }
    }
  }
}
"""

CREATE = (
    """
mutation CreateWebhook($input: CreateWebhookInput!) {
  createWebhook(input: $input) {
    webhook { ...WebhookFields }
    secret
    userErrors { ...UserErrorFields }
  }
}
"""
    + WEBHOOK
    + USER_ERROR
)

UPDATE = (
    """
mutation UpdateWebhook($id: ID!, $input: UpdateWebhookInput!) {
  updateWebhook(id: $id, input: $input) { webhook { ...WebhookFields } userErrors { ...UserErrorFields } }
}
"""
    + WEBHOOK
    + USER_ERROR
)

TEST = (
    """
mutation TestWebhook($id: ID!) {
  testWebhook(id: $id) {
    webhook { ...WebhookFields }
    isDelivered
    failure
    userErrors { ...UserErrorFields }
  }
}
"""
    + WEBHOOK
    + USER_ERROR
)

DELETE = (
    """
mutation DeleteWebhook($id: ID!) {
  deleteWebhook(id: $id) { deletedId userErrors { ...UserErrorFields } }
}
"""
    + USER_ERROR
)

REPLAY = (
    """
mutation ReplayWebhook($id: ID!) {
  replayWebhook(id: $id) { webhook { ...WebhookFields } userErrors { ...UserErrorFields } }
}
"""
    + WEBHOOK
    + USER_ERROR
)
