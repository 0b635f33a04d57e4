"""Request bodies for integrations at Northflank (clouds, registries, domain hosts, CDNs) and their credentials."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from pydantic import SecretStr

from adapters.keyfile import read_keyfile
from adapters.northflank.convert import CLOUDS
from fleet.model.change import CreateIntegration, UpdateIntegration
from fleet.model.cloud import Cloud
from fleet.model.credentials import (
    AkamaiCredentials,
    AwsKeys,
    AwsRole,
    AzureCredentials,
    BackblazeCredentials,
    CloudApiKey,
    CloudflareCredentials,
    Credentials,
    GcpCredentials,
    Kubeconfig,
    OciCredentials,
)
from fleet.model.integration import Integration
from fleet.model.refusal import InvalidInput, Unsupported
from fleet.providers.northflank import INTEGRATION_NAME, check_description

Body = dict[str, Any]

PROVIDER_CLOUDS: Mapping[Cloud, str] = {
    cloud: provider_cloud for provider_cloud, cloud in CLOUDS.items() if provider_cloud != "aws-eusc"
}

MEMBERS: Mapping[type[Credentials], Mapping[str, str]] = {
    AkamaiCredentials: {
        "host": "host",
        "access_token": "accessToken",
        "client_token": "clientToken",
        "client_secret": "clientSecret",
    },
    AwsKeys: {"access_key_id": "accessKey", "secret_access_key": "secretKey"},
    AwsRole: {"role_arn": "roleArn", "external_id": "externalId"},
    AzureCredentials: {
        "tenant_id": "tenantId",
        "subscription_id": "subscriptionId",
        "client_id": "clientId",
        "object_id": "objectId",
        "secret": "secret",
    },
    BackblazeCredentials: {"application_key_id": "applicationKeyId", "application_key": "applicationKey"},
    CloudApiKey: {"api_key": "apiKey"},
    CloudflareCredentials: {"api_key": "apiKey", "email": "email"},
    GcpCredentials: {"keyfile_json": "keyfileJson"},
    Kubeconfig: {"kubeconfig": "kubeconfig"},
    OciCredentials: {
        "region": "region",
        "tenancy_id": "tenancyId",
        "user_id": "userId",
        "fingerprint": "fingerprint",
        "private_key": "privateKey",
        "passphrase": "passphrase",
        "compartment_id": "compartmentId",
    },
}
"""The members of `credentials` by kind, from Fleetgraph's names to Northflank's."""

ONE_KEY = (Cloud.AIVEN, Cloud.CIVO, Cloud.COREWEAVE)
CLOUDFLARE_TYPES = ("apiToken", "originCAKey", "globalApiKey")
KEY, ROLE = "accessKey", "crossAccountRole"


def to_create_integration_request(wanted: CreateIntegration) -> Body:
    credentials = _given(wanted.credentials)
    with _checking("name"):
        INTEGRATION_NAME.check(wanted.name)
    body: Body = {
        "name": wanted.name,
        "provider": PROVIDER_CLOUDS[credentials.cloud],
        **to_settings(wanted),
        "credentials": to_members(credentials),
    }
    match credentials:
        case AwsKeys() | AwsRole():
            body["aws"] = {"authenticationMode": to_mode(credentials)}
        case GcpCredentials():
            project_id = to_project_id(credentials)
            body["gcp"] = {"authenticationMode": KEY} | ({"projectId": project_id} if project_id else {})
        case CloudflareCredentials():
            body["cloudflare"] = {"credentialType": credentials.credential_type}
        case _:
            pass  # there is one way to authenticate
    return body


def to_update_integration_request(
    integration: Integration, wanted: UpdateIntegration, permission_check_level: str | None = None
) -> Body:
    """The body of a change. `permission_check_level` is the integration's current one; it is sent again where its block
    is sent.
    """
    body = to_settings(wanted)
    if wanted.credentials is not None:
        credentials = _given(wanted.credentials)
        _refuse_another_link(integration, credentials)
        body["credentials"] = to_members(credentials)
        if changes_mode(integration, wanted):
            level = {"permissionCheckLevel": permission_check_level} if permission_check_level else {}
            body["aws"] = {"authenticationMode": to_mode(credentials), **level}
    return body


def changes_mode(integration: Integration, wanted: UpdateIntegration) -> bool:
    """Whether an AWS integration changes from keys to a role, or back."""
    is_aws = isinstance(wanted.credentials, AwsKeys | AwsRole)
    return is_aws and integration.authentication != to_mode(wanted.credentials)


def to_mode(credentials: Credentials | None) -> str:
    return ROLE if isinstance(credentials, AwsRole) else KEY


def to_settings(wanted: CreateIntegration | UpdateIntegration) -> Body:
    body: Body = {}
    with _checking("description"):
        check_description(wanted.description)
    if wanted.description is not None:
        body["description"] = wanted.description
    if wanted.features is not None:
        body["features"] = list(wanted.features)
    return body


def to_members(credentials: Credentials) -> dict[str, str]:
    members: dict[str, str] = {}
    for ours, theirs in MEMBERS[type(credentials)].items():
        value = getattr(credentials, ours)
        if value is not None:
            members[theirs] = value.get_secret_value() if isinstance(value, SecretStr) else value
    return members


def to_project_id(credentials: GcpCredentials) -> str | None:
    """The project that was given, or the one in the key."""
    named = read_keyfile(credentials).get("project_id")
    return credentials.project_id or (named if isinstance(named, str) else None)


def _given(credentials: Credentials | None) -> Credentials:
    """Checks that Northflank supports this kind of credentials and that nothing is missing."""
    if credentials is None:
        raise InvalidInput("An integration needs credentials.", path=("credentials",))
    if type(credentials) not in MEMBERS:
        raise Unsupported(f"Northflank has no place for {credentials.kind}.", path=("credentials",))
    if isinstance(credentials, CloudApiKey) and credentials.cloud not in ONE_KEY:
        raise Unsupported(
            f"Northflank takes an API key alone for {', '.join(ONE_KEY)}, not for {credentials.cloud}.",
            path=("credentials", "cloud"),
        )
    if isinstance(credentials, AzureCredentials):
        _need(credentials.client_id, "client_id", "the client id of an Azure application")
        _need(credentials.secret, "secret", "the secret of an Azure application")
    if isinstance(credentials, CloudflareCredentials):
        if credentials.credential_type not in CLOUDFLARE_TYPES:
            raise InvalidInput(
                f"The type of a Cloudflare key is one of {', '.join(CLOUDFLARE_TYPES)}.",
                path=("credentials", "credential_type"),
            )
        if credentials.credential_type == "globalApiKey":
            _need(credentials.email, "email", "the email of a global API key's owner")
    return credentials


def _need(value: object, member: str, what: str) -> None:
    if value is None:
        raise InvalidInput(f"Northflank needs {what}.", path=("credentials", member))


def _refuse_another_link(integration: Integration, credentials: Credentials) -> None:
    """Checks that the cloud of the integration stays, and its kind of credentials too (except at AWS): Northflank
    cannot change them.
    """
    if credentials.cloud is not integration.cloud:
        raise InvalidInput(
            f"{integration.name!r} is for {integration.cloud}; {credentials.kind} cannot take the place of its "
            "credentials.",
            path=("credentials",),
        )
    settled = {
        "project": isinstance(credentials, GcpCredentials) and credentials.project_id is not None,
        "way to authenticate": isinstance(credentials, GcpCredentials) and integration.authentication == ROLE,
        "type of the key": isinstance(credentials, CloudflareCredentials)
        and integration.authentication not in (None, credentials.credential_type),
    }
    for what, differs in settled.items():
        if differs:
            raise Unsupported(
                f"Northflank cannot change the {what} of an integration: create a new one.",
                path=("credentials",),
            )


@contextmanager
def _checking(member: str) -> Iterator[None]:
    try:
        yield
    except ValueError as error:
        raise InvalidInput(str(error), path=(member,)) from None
