"""Integrations of accounts with outside systems."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import strawberry

from fleet.model import integration as domain
from fleet.model.account import TrackedAccount
from fleet.model.cloud import Cloud
from fleet.model.tracking import Tracked
from fleet.reading import pages
from gateway.context import Info, Maybe
from gateway.relay.connections import After, First
from gateway.relay.ids import Node
from gateway.types.cluster_connection import ClusterConnection, ClusterPage, list_clusters
from gateway.types.freshness import Observed
from gateway.types.records import field, serves

if TYPE_CHECKING:
    from gateway.types.account import Account

Row = strawberry.Parent[Tracked[domain.Integration]]


def account(row: Row, info: Info) -> Maybe[TrackedAccount]:
    account_id = row.item.account_id
    return info.context.known_account(account_id) or info.context.account(account_id)


async def used_by(row: Row, info: Info, first: First = 20, after: After = strawberry.UNSET) -> ClusterPage:
    account_id, external_id = row.item.account_id, row.item.external_id
    where = pages.ClusterFilter(account_ids=frozenset({account_id}), integration_external_id=external_id)
    return await list_clusters(info, where, "usedBy", account_id, external_id, first=first, after=after)


@strawberry.type(
    description="Who an integration is at its cloud. All of it is public: none of it lets anybody in. Each is null "
    "where its provider does not show it."
)
class IntegrationIdentity:
    cloud_account_id: str | None = field("The number of the AWS account, by the role.")
    role_arn: str | None = field("The role of AWS that the provider takes.")
    access_key_id: str | None = field("The public half of an access key.")
    organization_id: str | None = field("The organization at Scaleway.")
    project_id: str | None = field("The project at GCP or Scaleway.")
    service_account: str | None = field("The address of the service account at GCP.")
    workload_identity_provider: str | None = field(
        "What vouches for the provider at GCP, where there is no key."
    )
    subscription_id: str | None = field("The subscription at Azure.")
    tenant_id: str | None = field("The tenant at Azure, or the tenancy at OCI.")
    application_id: str | None = field("The application at Azure, which is also called the client.")
    user_id: str | None = field("The user at OCI or vSphere.")


@strawberry.type(
    description="An integration connects an account with a cloud, a registry, a domain host or a CDN. Its "
    "credentials are never shown."
)
class Integration(Node, Observed):
    is_type_of = serves(domain.Integration)

    external_id: str = field(
        "The provider's own identifier. It is the name where the provider has no other identifier."
    )
    name: str
    description: str | None
    account: Annotated["Account", strawberry.lazy("gateway.types.account")] = field(resolver=account)
    cloud: Cloud
    provider_cloud: str | None = field("The cloud, in the provider's words.")
    authentication: str | None = field(
        "The kind of its credentials, in the provider's words, e.g. accessKey or AWS_ROLE."
    )
    identity: IntegrationIdentity | None = field(
        "Which account, role, project, subscription or service account it is. Null where the provider shows nothing of "
        "it."
    )
    permission_check: str | None = field(
        "How strictly the provider checks what its credentials may do, in the provider's words. Null where it is not "
        "shown."
    )
    allowed_teams: list[str] | None = field(
        "The ids of the teams that may use it. Null where every team may, and where it is not shown."
    )
    features: list[str] = field(
        "What the integration is used for, in the provider's words, e.g. cluster or registry."
    )
    unread_members: list[str] = field(
        "Members of the provider's answer that do not match its documentation, each with the reason. Empty when "
        "the whole answer can be read."
    )
    used_by: ClusterConnection = field("The clusters that were created with it.", resolver=used_by)
    created_at: datetime | None
