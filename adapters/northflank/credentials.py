"""Request bodies for integrations at Northflank (clouds, registries, domain hosts, CDNs) and their credentials."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from pydantic import SecretStr

from adapters.keyfile import read_keyfile
from adapters.northflank.convert import CLOUDS
from adapters.northflank.request import to_restrictions
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
    Keyless,
    Kubeconfig,
    OciCredentials,
)
from fleet.model.integration import Integration
from fleet.model.refusal import InvalidInput, Unsupported
from fleet.providers.northflank import FEATURES, TYPE
from fleet.providers.northflank.rules import INTEGRATION_NAME, check_description, check_teams

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
WAYS: Mapping[Cloud, Sequence[str]] = {
    Cloud.AWS: (ROLE, KEY),
    Cloud.GCP: (ROLE, KEY),
    Cloud.BYOK: ("connector", "direct"),
}
"""The ways to authenticate, of which the first needs no secret."""

TYPES = ("cluster", "domain", "registry", "cdn")
CREDENTIALS = ("credentials",)


def to_create_integration_request(wanted: CreateIntegration, api_version: str = FEATURES) -> Body:
    credentials = _given(wanted.credentials)
    with _checking("name"):
        INTEGRATION_NAME.check(wanted.name)
    body: Body = {
        "name": wanted.name,
        "provider": PROVIDER_CLOUDS[credentials.cloud],
        **to_settings(wanted, api_version),
    }
    if not isinstance(credentials, Keyless):
        body["credentials"] = to_members(credentials)
    elif api_version == TYPE:
        raise Unsupported(
            "This version of Northflank's API makes none without credentials.", path=CREDENTIALS
        )
    return body | to_authentication(credentials, wanted.permission_check)


def to_authentication(credentials: Credentials, permission_check: str | None) -> Body:
    """The member of the cloud, which says how the integration authenticates. Some clouds have one way alone."""
    if permission_check is not None and credentials.cloud is not Cloud.AWS:
        raise Unsupported(
            f"Northflank checks rights in AWS alone, not in {credentials.cloud}.", path=("permission_check",)
        )
    level = {} if permission_check is None else {"permissionCheckLevel": permission_check}
    match credentials:
        case AwsKeys() | AwsRole():
            return {"aws": {"authenticationMode": to_mode(credentials), **level}}
        case GcpCredentials():
            return {"gcp": {"authenticationMode": KEY, **_project(to_project_id(credentials))}}
        case CloudflareCredentials():
            return {"cloudflare": {"credentialType": credentials.credential_type}}
        case Keyless():
            return _without_credentials(credentials, level)
        case _:
            return {}


def _without_credentials(wanted: Keyless, level: Body) -> Body:
    """With a role, Northflank makes a service account in GCP that is then to be given rights; a connector runs in the
    customer's own cluster.
    """
    ways = WAYS.get(wanted.cloud, ())
    mode = wanted.authentication or next(iter(ways), None)
    if mode is not None and mode not in ways:
        known = " or ".join(ways) or "left out"
        raise InvalidInput(f"In {wanted.cloud} it is {known}.", path=(*CREDENTIALS, "authentication"))
    if wanted.cloud is Cloud.GCP:
        if mode == ROLE and wanted.project_id is None:
            raise InvalidInput("Northflank needs the project of GCP.", path=(*CREDENTIALS, "project_id"))
        return {"gcp": {"authenticationMode": mode, **_project(wanted.project_id)}}
    if wanted.cloud is Cloud.AWS:
        return {"aws": {"authenticationMode": mode, **level}}
    return {"byok": {"connectionMode": mode}} if wanted.cloud is Cloud.BYOK else {}


def _project(project_id: str | None) -> Body:
    return {} if project_id is None else {"projectId": project_id}


def to_update_integration_request(
    integration: Integration,
    wanted: UpdateIntegration,
    permission_check_level: str | None = None,
    api_version: str = FEATURES,
) -> Body:
    """The body of a change. `permission_check_level` is the integration's current one; it is sent again where its block
    is sent.
    """
    if api_version == TYPE and wanted.features is not None:
        raise Unsupported("This version of Northflank's API changes no type.", path=("features",))
    body = to_settings(wanted, api_version)
    mode, level = integration.authentication, wanted.permission_check or permission_check_level
    if wanted.credentials is not None:
        credentials = _given(wanted.credentials)
        _refuse_another_link(integration, credentials)
        body["credentials"] = to_members(credentials)
        mode = to_mode(credentials)
    if wanted.permission_check is not None and integration.cloud is not Cloud.AWS:
        raise Unsupported("Northflank checks rights in AWS alone.", path=("permission_check",))
    if changes_mode(integration, wanted) or wanted.permission_check is not None:
        body["aws"] = {"authenticationMode": mode or KEY} | ({"permissionCheckLevel": level} if level else {})
    return body


def changes_mode(integration: Integration, wanted: UpdateIntegration) -> bool:
    """Whether an AWS integration changes from keys to a role, or back."""
    is_aws = isinstance(wanted.credentials, AwsKeys | AwsRole)
    return is_aws and integration.authentication != to_mode(wanted.credentials)


def to_mode(credentials: Credentials | None) -> str:
    return ROLE if isinstance(credentials, AwsRole) else KEY


def to_settings(wanted: CreateIntegration | UpdateIntegration, api_version: str) -> Body:
    body: Body = {}
    with _checking("description"):
        check_description(wanted.description)
    if wanted.description is not None:
        body["description"] = wanted.description
    if wanted.features is not None and api_version == TYPE:
        body["type"] = to_type(wanted.features)
    elif wanted.features is not None:
        body["features"] = list(wanted.features)
    with _checking("allowed_teams"):
        check_teams(wanted.allowed_teams)
    if wanted.allowed_teams is not None:
        body["restrictions"] = to_restrictions(wanted.allowed_teams)
    return body


def to_type(features: Sequence[str]) -> str:
    """The one word that the older document has in the place of features."""
    if len(features) != 1 or features[0] not in TYPES:
        raise InvalidInput(
            f"This version of Northflank's API takes one feature: {', '.join(TYPES)}.", path=("features",)
        )
    return features[0]


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
    if isinstance(credentials, Keyless):
        if credentials.cloud not in PROVIDER_CLOUDS:
            raise Unsupported(
                f"Northflank has no place for {credentials.cloud}.", path=(*CREDENTIALS, "cloud")
            )
        return credentials
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
    if isinstance(credentials, Keyless):
        raise Unsupported("An integration keeps the credentials that it has.", path=CREDENTIALS)
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
