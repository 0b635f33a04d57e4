"""Where every change begins. One mutation an intent; what is asked of a provider is followed as an `Operation`."""

import strawberry

from gateway.mutations import accounts, clusters, integrations, keys, nodes
from gateway.mutations.payloads import (
    AccountPayload,
    ApiKeyPayload,
    ClusterNodePayload,
    ClusterOperationPayload,
    CreateApiKeyPayload,
    DeleteIntegrationPayload,
    IntegrationPayload,
    OperationPayload,
    SpendLimitPayload,
)
from gateway.types.records import field


@strawberry.type(
    description="What can be changed. Each answers with `userErrors` for what the caller can act on; an answer is null "
    "only when we broke something, so that one of several cannot take the others with it."
)
class Mutation:
    connect_account: AccountPayload | None = field(
        "Connect an account. Its token is tried at the provider before it is kept.", resolver=accounts.connect
    )
    replace_account_token: AccountPayload | None = field(
        "Give an account another token, which is tried first. The old one is forgotten, not revoked at the provider.",
        resolver=accounts.replace_token,
    )
    disconnect_account: OperationPayload | None = field(
        "Forget an account, its token and everything observed through it. Changes nothing at the provider.",
        resolver=accounts.disconnect,
    )
    refresh_account: OperationPayload | None = field(
        "Observe an account now and not only when it is due, out of the share of its requests that is kept for people.",
        resolver=accounts.refresh,
    )
    create_cluster: ClusterOperationPayload | None = field(
        "Ask a provider for a new cluster. Answers at once; follow `operation` until it is final.",
        resolver=clusters.create,
    )
    update_cluster: ClusterOperationPayload | None = field(
        "Change a cluster. With `expectedRevision`, somebody else's change is not overwritten.",
        resolver=clusters.update,
    )
    stop_cluster: ClusterOperationPayload | None = field(
        "Stop a running cluster, where the provider can.", resolver=clusters.stop
    )
    deploy_cluster: ClusterOperationPayload | None = field(
        "Start a stopped cluster, or apply registered settings, where the provider can.",
        resolver=clusters.deploy,
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
    create_api_key: CreateApiKeyPayload | None = field("Make a key of this gateway.", resolver=keys.create)
    revoke_api_key: ApiKeyPayload | None = field(
        "Revoke a key of this gateway: it opens nothing from here on.", resolver=keys.revoke
    )
    create_integration: IntegrationPayload | None = field(
        "Link an account to a cloud or to another outside system.", resolver=integrations.create
    )
    update_integration: IntegrationPayload | None = field(
        "Change a link. What is left out stays as it is.", resolver=integrations.update
    )
    delete_integration: DeleteIntegrationPayload | None = field(
        "Remove a link. Refused with InUseError while clusters depend on it.", resolver=integrations.delete
    )
    cordon_node: ClusterNodePayload | None = field("Keep new work off a machine.", resolver=nodes.cordon)
    uncordon_node: ClusterNodePayload | None = field(
        "Let new work on a machine again.", resolver=nodes.uncordon
    )
    drain_node: ClusterNodePayload | None = field(
        "Move the work of a machine elsewhere, and keep new work off it.", resolver=nodes.drain
    )
