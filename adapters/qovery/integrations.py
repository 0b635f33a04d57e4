"""The conversion of Qovery's credentials of clouds to records of the domain. Of a credential, only what is public is
read.
"""

from collections.abc import Mapping

from adapters.qovery.wire import WireCredential, WireCredentialUse
from fleet.model.cloud import Cloud
from fleet.model.integration import Integration, IntegrationIdentity
from fleet.providers.qovery import QOVERY

CREDENTIAL_CLOUDS: Mapping[str, Cloud] = {
    "AWS": Cloud.AWS,
    "AWS_ROLE": Cloud.AWS,
    "EKS_ANYWHERE_VSPHERE": Cloud.AWS,
    "AZURE": Cloud.AZURE,
    "GCP": Cloud.GCP,
    "GCP_WORKLOAD_IDENTITY_FEDERATION": Cloud.GCP,
    "SCW": Cloud.SCALEWAY,
    "OTHER": Cloud.ON_PREMISES,
}
"""The clouds by the path for their credentials. On-premise has no kind of its own; it is OTHER."""


def to_integration(wire: WireCredentialUse, account_id: str) -> Integration:
    kind = wire.credential.object_type
    return Integration(
        account_id=account_id,
        provider=QOVERY.key,
        external_id=wire.credential.id,
        name=wire.credential.name or wire.credential.id,
        cloud=CREDENTIAL_CLOUDS.get(kind or "", Cloud.UNKNOWN),
        provider_cloud=kind,
        authentication=kind,
        identity=to_identity(wire.credential),
        cluster_external_ids=to_users(wire),
        unread_members=wire.unread,
    )


def to_identity(wire: WireCredential) -> IntegrationIdentity | None:
    identity = IntegrationIdentity(
        role_arn=wire.role_arn,
        access_key_id=wire.access_key_id or wire.scaleway_access_key,
        organization_id=wire.scaleway_organization_id,
        project_id=wire.project_id or wire.scaleway_project_id,
        service_account=wire.service_account_email,
        workload_identity_provider=wire.workload_identity_provider_resource,
        subscription_id=wire.azure_subscription_id,
        tenant_id=wire.azure_tenant_id,
        application_id=wire.azure_application_id,
        user_id=wire.vsphere_user,
    )
    return None if identity == IntegrationIdentity() else identity


def to_users(wire: WireCredentialUse) -> tuple[str, ...] | None:
    """The clusters that were created with the credentials. Null if one of them cannot be read."""
    if any(member.startswith("clusters") for member in wire.unread):
        return None
    return tuple(cluster.id for cluster in wire.clusters if cluster.id)
