"""Credentials for a cloud, a registry or a cluster. The provider keeps them; Fleetgraph passes them on.

A record that holds credentials is not stored, and its `repr` does not show them.
"""

from typing import ClassVar

from pydantic import ConfigDict, SecretStr

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
    """`keyfile_json` is the key file of a service account, as Google issues it."""

    kind = "a GCP service account"
    cloud: Cloud = Cloud.GCP
    project_id: str | None = None
    keyfile_json: SecretStr


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
