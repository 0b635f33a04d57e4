"""An integration connects an account with an outside system. Its credentials can be written and never read."""

import re
from typing import Annotated

from pydantic import Field

from fleet.model.cloud import Cloud
from fleet.model.record import Instant, Record, UnreadMembers


class IntegrationIdentity(Record):
    """Who an integration is at its cloud: identifiers that are public, each null where the provider shows none.

    `access_key_id` is the public half of a key. A `project_id` is of GCP or Scaleway, an `organization_id` of Scaleway,
    a `tenant_id` of Azure or OCI, an `application_id` of Azure, a `service_account` the address of one of GCP.
    """

    role_arn: str | None = None
    access_key_id: str | None = None
    organization_id: str | None = None
    project_id: str | None = None
    service_account: str | None = None
    workload_identity_provider: str | None = None
    subscription_id: str | None = None
    tenant_id: str | None = None
    application_id: str | None = None
    user_id: str | None = None

    @property
    def cloud_account_id(self) -> str | None:
        """The AWS account: the fifth part of an ARN (source: AWS, IAM identifiers)."""
        found = re.fullmatch(r"arn:[^:]*:iam::(\d{12}):.*", self.role_arn or "", re.DOTALL)
        return found and found[1]


class Integration(Record):
    """`authentication` is how it authenticates, in the provider's own word.

    `cluster_external_ids` are the clusters that use it, where the provider tells them here. Null where each cluster
    names its integration instead.
    """

    account_id: str
    provider: str
    external_id: str
    name: str
    description: str | None = None
    cloud: Cloud
    provider_cloud: str | None = None
    authentication: str | None = None
    identity: Annotated[IntegrationIdentity | None, Field(exclude_if=lambda value: value is None)] = None
    """Null where the provider shows nothing of it. A row without one is written as before there was one."""
    permission_check: Annotated[str | None, Field(exclude_if=lambda value: value is None)] = None
    """How strictly the provider checks what its credentials may do, in the provider's own word."""
    allowed_teams: Annotated[tuple[str, ...] | None, Field(exclude_if=lambda value: value is None)] = None
    """The teams that may use it. Null where every team may, and where it is not shown."""
    features: tuple[str, ...] = ()
    created_at: Instant | None = None
    unread_members: UnreadMembers = ()
    cluster_external_ids: tuple[str, ...] | None = None

    @property
    def key(self) -> str:
        return self.external_id
