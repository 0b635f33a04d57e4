"""Documents of mutations, and those that follow an operation."""

from cli.documents.fragments import LIMIT, WATCHED

OPERATION = (
    """
fragment OperationFields on Operation {
  id
  kind
  state
  account { name provider { kind name } }
  target { ... on Cluster { ...Watched } }
  targetName
  requestedBy
  requestedAt
  finishedAt
  deadline
  pollAfterSeconds
  canBeCancelled
  failure { kind message httpStatus retryAt }
  differences { field asked got }
  warnings { code message field }
  candidates { id name account { name } status { phase } }
}
"""
    + WATCHED
)

USER_ERROR = """
fragment UserErrorFields on UserError {
  __typename
  message
  path
  ... on ConflictError { currentRevision operation { id kind } }
  ... on ProviderFailedError { failure { message retryAt } }
  ... on BudgetExhaustedError { retryAt }
  ... on InUseError { usedBy(first: 10) { nodes { name } } }
  ... on ForbiddenError { requiredScope }
}
"""

OPERATIONS = (
    """
query Operations($first: Int!, $after: String, $filter: OperationFilter, $orderBy: [OperationOrder!]) {
  operations(first: $first, after: $after, filter: $filter, orderBy: $orderBy) {
    nodes { ...OperationFields }
    pageInfo { hasNextPage endCursor }
  }
}
"""
    + OPERATION
)

OPERATION_BY_ID = (
    """
query Operation($id: ID!) { node(id: $id) { __typename ...OperationFields } }
"""
    + OPERATION
)

SPEND_LIMIT = (
    """
query SpendLimit($id: ID!) { cluster(id: $id) { ...Watched revision spendLimit { ...LimitFields } } }
"""
    + WATCHED
    + LIMIT
)


CONNECTED = """
fragment ConnectedFields on Account { id name provider { kind name } token { hint } }
"""


PLAN = """
fragment PlanFields on Plan {
  digest
  kind
  targetName
  revision
  requests { method url headers body isMasked }
  warnings
  cost { minimum { decimal currency } maximum { decimal currency } }
  expiresAt
  isWhole
}
"""

plans: dict[str, str] = {}
"""The dry run of each change at a provider, by the document of the change."""

bound: dict[str, str] = {}
"""The same change as its plan shows it, of those whose input may hold secrets, which no plan keeps."""


def _change(signature: str, call: str, fields: str = "operation { ...OperationFields }") -> str:
    fragments = {"operation": OPERATION, "account": CONNECTED, "plan": PLAN}[fields.partition(" ")[0]]
    return f"""
mutation {signature} {{
  {call} {{
    {fields}
    userErrors {{ ...UserErrorFields }}
  }}
}}
{fragments}{USER_ERROR}"""


def _at_provider(signature: str, call: str, *, may_hold_secrets: bool = False) -> str:
    document = _change(signature, call)
    if may_hold_secrets:
        bound[document] = _change(
            f"Bound{signature.removesuffix(')')}, $plan: String!)", f"{call.removesuffix(')')}, plan: $plan)"
        )
    plans[document] = _change(
        f"Plan{signature}", f"{call.removesuffix(')')}, dryRun: true)", "plan { ...PlanFields }"
    )
    return document


CREATE_CLUSTER = _at_provider(
    "Create($input: CreateClusterInput!)", "createCluster(input: $input)", may_hold_secrets=True
)

UPDATE_CLUSTER = _at_provider(
    "Update($id: ID!, $input: UpdateClusterInput!, $expectedRevision: Revision)",
    "updateCluster(id: $id, input: $input, expectedRevision: $expectedRevision)",
    may_hold_secrets=True,
)

DELETE_CLUSTER = _at_provider(
    "Delete($id: ID!, $confirmName: String!, $expectedRevision: Revision)",
    "deleteCluster(id: $id, confirmName: $confirmName, expectedRevision: $expectedRevision)",
)

STOP_CLUSTER = _at_provider("Stop($id: ID!)", "stopCluster(id: $id)")
UPGRADE_CLUSTER = _at_provider(
    "Upgrade($id: ID!, $version: String, $expectedRevision: Revision)",
    "upgradeCluster(id: $id, version: $version, expectedRevision: $expectedRevision)",
)
LOCK_CLUSTER = _at_provider(
    "Lock($id: ID!, $reason: String!, $days: Int)", "lockCluster(id: $id, reason: $reason, days: $days)"
)
UNLOCK_CLUSTER = _at_provider("Unlock($id: ID!)", "unlockCluster(id: $id)")
ALLOW_NETWORK = _at_provider(
    "AllowNetwork($id: ID!, $network: AllowedNetworkInput!)", "allowNetwork(id: $id, network: $network)"
)
DISALLOW_NETWORK = _at_provider(
    "DisallowNetwork($id: ID!, $cidr: String!)", "disallowNetwork(id: $id, cidr: $cidr)"
)
FINALIZE_UPGRADE = _at_provider("FinalizeUpgrade($id: ID!)", "finalizeUpgrade(id: $id)")
ROLL_BACK_UPGRADE = _at_provider("RollBackUpgrade($id: ID!)", "rollBackUpgrade(id: $id)")

DEPLOY_CLUSTER = _at_provider("Deploy($id: ID!)", "deployCluster(id: $id)")

SET_SPEND_LIMIT = _at_provider(
    "SetSpendLimit($id: ID!, $limit: SpendLimitInput!, $expectedRevision: Revision)",
    "setSpendLimit(clusterId: $id, limit: $limit, expectedRevision: $expectedRevision)",
)

CLEAR_SPEND_LIMIT = _at_provider(
    "ClearSpendLimit($id: ID!, $expectedRevision: Revision)",
    "clearSpendLimit(clusterId: $id, expectedRevision: $expectedRevision)",
)

CONNECT_ACCOUNT = _change(
    "Connect($input: ConnectAccountInput!)",
    "connectAccount(input: $input)",
    "account { ...ConnectedFields }",
)

REPLACE_TOKEN = _change(
    "ReplaceToken($id: ID!, $apiToken: Secret!)",
    "replaceAccountToken(id: $id, apiToken: $apiToken)",
    "account { ...ConnectedFields }",
)

DISCONNECT_ACCOUNT = _change("Disconnect($id: ID!)", "disconnectAccount(id: $id)")

REFRESH_ACCOUNT = _change("Refresh($id: ID!)", "refreshAccount(id: $id)")

CREATE_INTEGRATION = _at_provider(
    "CreateIntegration($input: CreateIntegrationInput!)",
    "createIntegration(input: $input)",
    may_hold_secrets=True,
)

UPDATE_INTEGRATION = _at_provider(
    "UpdateIntegration($id: ID!, $input: UpdateIntegrationInput!)",
    "updateIntegration(id: $id, input: $input)",
    may_hold_secrets=True,
)

DELETE_INTEGRATION = _at_provider("DeleteIntegration($id: ID!)", "deleteIntegration(id: $id)")

CORDON_NODE = _at_provider("Cordon($id: ID!)", "cordonNode(id: $id)")

UNCORDON_NODE = _at_provider("Uncordon($id: ID!)", "uncordonNode(id: $id)")

DRAIN_NODE = _at_provider("Drain($id: ID!)", "drainNode(id: $id)")

APPLY_PLAN = _change("Apply($digest: String!)", "applyPlan(digest: $digest)")

CANCEL_OPERATION = _change("Cancel($id: ID!)", "cancelOperation(id: $id)")
