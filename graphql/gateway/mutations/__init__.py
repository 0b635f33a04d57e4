"""The mutations, one for each intent. A change at a provider is followed as an `Operation`."""

import strawberry

from gateway.mutations import (
    accounts,
    clusters,
    envelopes,
    integrations,
    keys,
    nodes,
    operations,
    plans,
    webhooks,
)
from gateway.mutations.payloads import (
    AccountPayload,
    ApiKeyPayload,
    ApplyPlanPayload,
    CancelOperationPayload,
    ClusterNodePayload,
    ClusterOperationPayload,
    CreateApiKeyPayload,
    CreateWebhookPayload,
    DeleteIntegrationPayload,
    DeleteWebhookPayload,
    EnvelopePayload,
    IntegrationPayload,
    OperationPayload,
    SpendLimitPayload,
    TestWebhookPayload,
    WebhookPayload,
)
from gateway.types.records import field


@strawberry.type(
    description="The changes. Each answers with `userErrors` for what the caller can act on. The answer of a "
    "mutation is null only after a fault of the gateway itself, so that one faulty mutation does not remove "
    "the answers of the others."
)
class Mutation:
    connect_account: AccountPayload | None = field(
        "Connect an account. The provider must accept the token before it is stored.",
        resolver=accounts.connect,
    )
    replace_account_token: AccountPayload | None = field(
        "Replace the token of an account, after the provider accepted the new one. The old token is deleted here "
        "and not revoked at the provider.",
        resolver=accounts.replace_token,
    )
    disconnect_account: OperationPayload | None = field(
        "Delete an account here, with its token and everything observed through it. Nothing changes at the provider.",
        resolver=accounts.disconnect,
    )
    refresh_account: OperationPayload | None = field(
        "Observe an account now, with the part of its rate limit that is reserved for people.",
        resolver=accounts.refresh,
    )
    create_cluster: ClusterOperationPayload | None = field(
        "Create a cluster. The answer comes at once; follow `operation` to its end.",
        resolver=clusters.create,
    )
    update_cluster: ClusterOperationPayload | None = field(
        "Change a cluster. With `expectedRevision`, another change is not overwritten.",
        resolver=clusters.update,
    )
    stop_cluster: ClusterOperationPayload | None = field(
        "Stop a running cluster, where the provider supports it.", resolver=clusters.stop
    )
    deploy_cluster: ClusterOperationPayload | None = field(
        "Start a stopped cluster, or apply registered settings, where the provider supports it.",
        resolver=clusters.deploy,
    )
    upgrade_cluster: ClusterOperationPayload | None = field(
        "Upgrade a cluster to a version that is on offer: `Cluster.upgrade` shows them.",
        resolver=clusters.upgrade,
    )
    finalize_upgrade: ClusterOperationPayload | None = field(
        "Make an upgrade final, so that it cannot be rolled back.", resolver=clusters.finalize_upgrade
    )
    roll_back_upgrade: ClusterOperationPayload | None = field(
        "Go back to the version before an upgrade that is not final.", resolver=clusters.roll_back_upgrade
    )
    lock_cluster: ClusterOperationPayload | None = field(
        "Keep everybody from changing a cluster at its provider, where it has locks.", resolver=clusters.lock
    )
    unlock_cluster: ClusterOperationPayload | None = field(
        "Take the lock off a cluster.", resolver=clusters.unlock
    )
    allow_network: ClusterOperationPayload | None = field(
        "Let a network connect to a cluster, where its provider keeps a list of them.",
        resolver=clusters.allow_network,
    )
    disallow_network: ClusterOperationPayload | None = field(
        "Take a network off the list.", resolver=clusters.disallow_network
    )
    delete_cluster: ClusterOperationPayload | None = field(
        "Delete a cluster and the data in it.", resolver=clusters.delete
    )
    set_spend_limit: SpendLimitPayload | None = field(
        "Set the most that a cluster may spend or use per calendar month.", resolver=clusters.set_spend_limit
    )
    clear_spend_limit: SpendLimitPayload | None = field(
        "Remove the limit.", resolver=clusters.clear_spend_limit
    )
    set_envelope: EnvelopePayload | None = field(
        "Set what a set of accounts or labelled clusters may cost a month. It is kept here: no provider stops at it.",
        resolver=envelopes.set_one,
    )
    delete_envelope: EnvelopePayload | None = field(
        "Delete an envelope. It is the one that was there.", resolver=envelopes.delete
    )
    create_api_key: CreateApiKeyPayload | None = field("Create a key of this gateway.", resolver=keys.create)
    revoke_api_key: ApiKeyPayload | None = field(
        "Revoke a key of this gateway. It is refused from now on.", resolver=keys.revoke
    )
    create_integration: IntegrationPayload | None = field(
        "Create an integration between an account and a cloud or another outside system.",
        resolver=integrations.create,
    )
    update_integration: IntegrationPayload | None = field(
        "Change an integration. Members that are left out stay as they are.", resolver=integrations.update
    )
    delete_integration: DeleteIntegrationPayload | None = field(
        "Delete an integration. It is refused with InUseError while clusters use it.",
        resolver=integrations.delete,
    )
    cordon_node: ClusterNodePayload | None = field("Keep new work off a node.", resolver=nodes.cordon)
    uncordon_node: ClusterNodePayload | None = field(
        "Allow new work on a node again.", resolver=nodes.uncordon
    )
    drain_node: ClusterNodePayload | None = field(
        "Move the work of a node elsewhere, and keep new work off it.", resolver=nodes.drain
    )
    apply_plan: ApplyPlanPayload | None = field(
        "Make the change of a dry run: send exactly the requests that its plan shows. It is refused with ConflictError "
        "if others would go out by now. A plan is its caller's alone.",
        resolver=plans.apply,
    )
    create_webhook: CreateWebhookPayload | None = field(
        "Send what happens from now on to an address.", resolver=webhooks.create
    )
    update_webhook: WebhookPayload | None = field(
        "Change what a webhook sends and where, pause it, or resume it. Members that are left out stay as they are.",
        resolver=webhooks.update,
    )
    test_webhook: TestWebhookPayload | None = field(
        "Send a signed message of the type `webhook.test` now, once, also while the webhook is paused.",
        resolver=webhooks.test,
    )
    delete_webhook: DeleteWebhookPayload | None = field(
        "Delete a webhook, with everything that waits for it.", resolver=webhooks.delete
    )
    replay_webhook: WebhookPayload | None = field(
        "Try again to deliver up to 500 events that were given up, the oldest first.",
        resolver=webhooks.replay,
    )
    cancel_operation: CancelOperationPayload | None = field(
        "End a change that still waits because its provider is busy: `canBeCancelled`. What was sent cannot be taken "
        "back.",
        resolver=operations.cancel,
    )
