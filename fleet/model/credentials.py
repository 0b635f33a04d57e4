"""Credentials for a cloud, a registry or a cluster. The provider keeps them; Fleetgraph passes them on.

A record that holds credentials is not stored, and its `repr` does not show them.
"""

import binascii
import json
from base64 import b64decode
from typing import ClassVar

from pydantic import ConfigDict, SecretStr, field_validator

from fleet.model.cloud import Cloud
from fleet.model.record import Record


class Credentials(Record):
    """`cloud` is the cloud that accepts them."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    cloud: Cloud
    kind: ClassVar[str]
    """The name of this kind of credentials in messages."""


class AwsKeys(Credentials):
    kind = "AWS keys"
    cloud: Cloud = Cloud.AWS
    access_key_id: SecretStr
    secret_access_key: SecretStr


class AwsRole(Credentials):
    kind = "an AWS role"
    cloud: Cloud = Cloud.AWS
    role_arn: str
    external_id: str | None = None


class GcpCredentials(Credentials):
    """`keyfile_json` is the key file of a service account, as Google issues it. A byte-order mark is taken off, and one
    in base64 is decoded, so that what is sent and what is kept out of messages is one text.
    """

    kind = "a GCP service account"
    cloud: Cloud = Cloud.GCP
    project_id: str | None = None
    keyfile_json: SecretStr

    @field_validator("keyfile_json")
    @classmethod
    def _as_json(cls, value: SecretStr) -> SecretStr:
        text = value.get_secret_value().lstrip(_MARK)
        if _is_object(text):
            return SecretStr(text)
        try:
            decoded = b64decode("".join(text.split()), validate=True).decode("utf-8-sig")
        except (binascii.Error, ValueError):
            return SecretStr(text)
        return SecretStr(decoded if _is_object(decoded) else text)


class AzureCredentials(Credentials):
    kind = "an Azure application"
    cloud: Cloud = Cloud.AZURE
    tenant_id: str
    subscription_id: str
    client_id: str | None = None
    object_id: str | None = None
    secret: SecretStr | None = None


class ScalewayCredentials(Credentials):
    kind = "Scaleway keys"
    cloud: Cloud = Cloud.SCALEWAY
    access_key: SecretStr
    secret_key: SecretStr
    project_id: str
    organization_id: str


class OciCredentials(Credentials):
    kind = "an Oracle Cloud user"
    cloud: Cloud = Cloud.OCI
    region: str
    tenancy_id: str
    user_id: str
    fingerprint: str
    private_key: SecretStr
    passphrase: SecretStr | None = None
    compartment_id: str


class CloudflareCredentials(Credentials):
    kind = "a Cloudflare key"
    cloud: Cloud = Cloud.CLOUDFLARE
    credential_type: str
    api_key: SecretStr
    email: str | None = None


class AkamaiCredentials(Credentials):
    kind = "an Akamai client"
    cloud: Cloud = Cloud.AKAMAI
    host: str
    access_token: SecretStr
    client_token: SecretStr
    client_secret: SecretStr


class BackblazeCredentials(Credentials):
    kind = "a Backblaze key"
    cloud: Cloud = Cloud.BACKBLAZE
    application_key_id: SecretStr
    application_key: SecretStr


class CloudApiKey(Credentials):
    """For clouds that use a single key. `cloud` names the cloud."""

    kind = "an API key"
    api_key: SecretStr


class Kubeconfig(Credentials):
    """A cluster that the customer brings."""

    kind = "a kubeconfig"
    cloud: Cloud = Cloud.BYOK
    kubeconfig: SecretStr


class OnPremises(Credentials):
    """Machines of the customer, which need no credentials."""

    kind = "machines of one's own"
    cloud: Cloud = Cloud.ON_PREMISES


class Keyless(Credentials):
    """No credentials at all. The provider makes an identity, which is then given rights in the cloud, or they are given
    to the provider elsewhere. `authentication` is how, in the provider's own word.
    """

    kind = "an integration without credentials"
    authentication: str | None = None
    project_id: str | None = None


_MARK = "\ufeff"


def _is_object(text: str) -> bool:
    try:
        return isinstance(json.loads(text), dict)
    except (ValueError, RecursionError):
        return False
