"""Credentials at Qovery: the list for each kind, and the request bodies."""

from base64 import b64encode
from collections.abc import Mapping

from adapters.keyfile import read_keyfile
from adapters.redaction import secrets_of
from fleet.model.change import CreateIntegration, UpdateIntegration
from fleet.model.cloud import Cloud
from fleet.model.credentials import (
    AwsKeys,
    AwsRole,
    AzureCredentials,
    Credentials,
    GcpCredentials,
    OnPremises,
    ScalewayCredentials,
)
from fleet.model.integration import Integration
from fleet.model.refusal import InvalidInput, Unsupported

PATHS: Mapping[Cloud, str] = {
    Cloud.AWS: "aws",
    Cloud.AZURE: "azure",
    Cloud.GCP: "gcp",
    Cloud.ON_PREMISES: "onPremise",
    Cloud.SCALEWAY: "scaleway",
}

VSPHERE = "EKS_ANYWHERE_VSPHERE"


def to_path(cloud: Cloud) -> str:
    if cloud not in PATHS:
        raise Unsupported(f"Qovery keeps these credentials in a list that is new to Fleetgraph ({cloud}).")
    return PATHS[cloud]


def to_create_credentials_request(wanted: CreateIntegration) -> dict[str, str]:
    _refuse_what_is_not_kept(wanted)
    return {"name": wanted.name, **to_members(_given(wanted.credentials))}


def to_update_credentials_request(integration: Integration, wanted: UpdateIntegration) -> dict[str, str]:
    """The whole body, because Qovery replaces credentials as a whole and never shows them."""
    _refuse_what_is_not_kept(wanted)
    credentials = _given(wanted.credentials)
    if credentials.cloud is not integration.cloud:
        raise InvalidInput(
            f"{integration.name!r} holds credentials for {integration.cloud}; {credentials.kind} cannot take their "
            "place.",
            path=("credentials",),
        )
    if integration.provider_cloud == VSPHERE:
        raise Unsupported("Credentials for vSphere can be replaced at Qovery only.", path=("credentials",))
    return {"name": integration.name, **to_members(credentials)}


def to_members(credentials: Credentials) -> dict[str, str]:
    """The members of the body, without the name."""
    match credentials:
        case AwsKeys():
            return {
                "type": "AWS_STATIC",
                "access_key_id": credentials.access_key_id.get_secret_value(),
                "secret_access_key": credentials.secret_access_key.get_secret_value(),
            }
        case AwsRole():
            _refuse(credentials, "external_id", "Qovery takes no external id with an AWS role.")
            return {"type": "AWS_ROLE", "role_arn": credentials.role_arn}
        case GcpCredentials():
            _refuse(credentials, "project_id", "Qovery reads the project from the key itself; leave it out.")
            return {"gcp_credentials": to_base64(credentials)}
        case AzureCredentials():
            for member in ("client_id", "object_id", "secret"):
                _refuse(credentials, member, "Qovery makes an Azure application of its own; leave it out.")
            return {
                "azure_subscription_id": credentials.subscription_id,
                "azure_tenant_id": credentials.tenant_id,
            }
        case ScalewayCredentials():
            return {
                "scaleway_access_key": credentials.access_key.get_secret_value(),
                "scaleway_secret_key": credentials.secret_key.get_secret_value(),
                "scaleway_project_id": credentials.project_id,
                "scaleway_organization_id": credentials.organization_id,
            }
        case OnPremises():
            return {}
        case _:
            raise Unsupported(
                f"Qovery has no place for {credentials.kind}: it links AWS, Azure, GCP, Scaleway and machines of "
                "one's own.",
                path=("credentials",),
            )


def to_base64(credentials: GcpCredentials) -> str:
    read_keyfile(credentials)
    return b64encode(credentials.keyfile_json.get_secret_value().encode()).decode()


def secrets_in(credentials: Credentials | None) -> tuple[str, ...]:
    """The secrets, as given and as sent."""
    encoded = (to_base64(credentials),) if isinstance(credentials, GcpCredentials) else ()
    return (*secrets_of(credentials), *encoded)


def _given(credentials: Credentials | None) -> Credentials:
    if credentials is None:
        raise InvalidInput(
            "Qovery replaces credentials whole and never shows them: give all of them.", path=("credentials",)
        )
    return credentials


def _refuse_what_is_not_kept(wanted: CreateIntegration | UpdateIntegration) -> None:
    if wanted.description:
        raise Unsupported("Qovery keeps no description of credentials.", path=("description",))
    if wanted.features:
        raise Unsupported("Qovery's credentials have no features.", path=("features",))
    if wanted.allowed_teams:
        raise Unsupported("Qovery's credentials are for the whole organization.", path=("allowed_teams",))
    if wanted.permission_check is not None:
        raise Unsupported("Qovery does not say how it checks rights.", path=("permission_check",))


def _refuse(credentials: Credentials, member: str, sentence: str) -> None:
    if getattr(credentials, member) is not None:
        raise Unsupported(sentence, path=("credentials", member))
