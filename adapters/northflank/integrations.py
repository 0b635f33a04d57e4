"""The conversion of Northflank's integrations to records of the domain. Of credentials, only what is public is read."""

from collections.abc import Mapping
from typing import TypeGuard

from adapters.northflank.camel import if_shown
from adapters.northflank.convert import to_cloud
from adapters.northflank.wire import WireAuthentication, WireIntegration, WirePublicCredentials
from fleet.model.integration import Integration, IntegrationIdentity
from fleet.providers.northflank import NORTHFLANK

MASKS = "*•"
"""What a hidden text is written with."""


def to_integration(wire: WireIntegration, account_id: str) -> Integration:
    block = {
        "aws": wire.aws,
        "aws-eusc": wire.aws,
        "gcp": wire.gcp,
        "cloudflare": wire.cloudflare,
        "byok": wire.byok,
    }.get(wire.provider or "") or WireAuthentication()
    return Integration(
        account_id=account_id,
        provider=NORTHFLANK.key,
        external_id=wire.id,
        name=wire.name or wire.id,
        description=wire.description,
        cloud=to_cloud(wire.provider),
        provider_cloud=wire.provider,
        authentication=block.authentication_mode or block.credential_type or block.connection_mode,
        identity=to_identity(block, wire.credentials or WirePublicCredentials()),
        permission_check=block.permission_check_level,
        allowed_teams=if_shown(wire.restrictions, lambda part: part.team_ids),
        features=wire.features or ((wire.type,) if wire.type else ()),
        created_at=wire.created_at,
        unread_members=wire.unread,
    )


def to_identity(block: WireAuthentication, credentials: WirePublicCredentials) -> IntegrationIdentity | None:
    """Null where nothing of it is shown, or it is masked."""
    shown = {
        "role_arn": credentials.role_arn,
        "project_id": block.project_id,
        "service_account": block.service_account_email,
        "subscription_id": credentials.subscription_id,
        "tenant_id": credentials.tenant_id or credentials.tenancy_id,
        "application_id": credentials.client_id,
        "user_id": credentials.user_id,
    }
    known = {name: value for name, value in shown.items() if value and value.strip(MASKS)}
    return IntegrationIdentity.model_validate(known) if known else None


def hides_identity(raw: object) -> TypeGuard[Mapping[str, object]]:
    """Whether a listed integration, by itself, may say more of who it is: in a list there are no credentials, and no
    service account.
    """
    if not isinstance(raw, Mapping):
        return False
    provider = raw.get("provider")
    block = raw.get(provider.removesuffix("-eusc")) if isinstance(provider, str) else None
    is_a_role = isinstance(block, Mapping) and block.get("authenticationMode") == "crossAccountRole"
    return provider in ("azure", "oci") or (provider in ("aws", "aws-eusc", "gcp") and is_a_role)
