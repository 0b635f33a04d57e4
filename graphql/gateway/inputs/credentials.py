"""Inputs with the credentials of an integration. They can be written and never read."""

from collections.abc import Mapping
from typing import Any

import strawberry
from pydantic import SecretStr

from fleet.model import credentials as domain
from fleet.model.cloud import Cloud
from fleet.model.refusal import InvalidInput
from gateway.inputs.conversion import chosen, make, members
from gateway.types.records import field, option


@strawberry.input(description="Keys of an AWS user.")
class AwsKeysInput:
    access_key_id: SecretStr
    secret_access_key: SecretStr


@strawberry.input(description="A role in an AWS account that the provider may assume.")
class AwsRoleInput:
    role_arn: str
    external_id: str | None = option("The external id that AWS requires when the provider assumes the role.")


@strawberry.input(description="A service account of Google Cloud.")
class GcpCredentialsInput:
    project_id: str | None = strawberry.UNSET
    keyfile_json: SecretStr = field("Its key file, as Google Cloud issues it.")


@strawberry.input(description="An application of Azure.")
class AzureCredentialsInput:
    tenant_id: str
    subscription_id: str
    client_id: str | None = strawberry.UNSET
    object_id: str | None = strawberry.UNSET
    secret: SecretStr | None = strawberry.UNSET


@strawberry.input(description="A key of Scaleway.")
class ScalewayCredentialsInput:
    access_key: SecretStr
    secret_key: SecretStr
    project_id: str
    organization_id: str


@strawberry.input(description="A user of Oracle Cloud with a signing key.")
class OciCredentialsInput:
    region: str
    tenancy_id: str
    user_id: str
    fingerprint: str
    private_key: SecretStr
    passphrase: SecretStr | None = option("The passphrase of the private key, if it has one.")
    compartment_id: str


@strawberry.input(description="A key or a token of Cloudflare.")
class CloudflareCredentialsInput:
    credential_type: str = field("Which of the two it is, in the provider's words.")
    api_key: SecretStr
    email: str | None = strawberry.UNSET


@strawberry.input(description="An API client of Akamai.")
class AkamaiCredentialsInput:
    host: str
    access_token: SecretStr
    client_token: SecretStr
    client_secret: SecretStr


@strawberry.input(description="An application key of Backblaze.")
class BackblazeCredentialsInput:
    application_key_id: SecretStr
    application_key: SecretStr


@strawberry.input(description="The key of a cloud that needs a single key.")
class CloudApiKeyInput:
    cloud: Cloud
    api_key: SecretStr


@strawberry.input(description="A Kubernetes cluster of your own.")
class KubeconfigInput:
    kubeconfig: SecretStr


@strawberry.input(description="Machines of your own, which need no credentials.")
class OnPremisesInput:
    is_on_premises: bool = strawberry.field(description="True.", default=True)


@strawberry.input(
    description="No credentials. The provider makes an identity, which you give rights in the cloud, or its connector "
    "runs there."
)
class KeylessInput:
    cloud: Cloud
    authentication: str | None = option(
        "How, in the provider's words. The default is the one that needs no secret."
    )
    project_id: str | None = option("The project at GCP.")


@strawberry.input(one_of=True, description="Credentials for a cloud or a cluster, which the provider uses.")
class CloudCredentialsInput:
    aws_keys: AwsKeysInput | None = strawberry.UNSET
    aws_role: AwsRoleInput | None = strawberry.UNSET
    gcp: GcpCredentialsInput | None = strawberry.UNSET
    azure: AzureCredentialsInput | None = strawberry.UNSET
    scaleway: ScalewayCredentialsInput | None = strawberry.UNSET
    oci: OciCredentialsInput | None = strawberry.UNSET
    cloudflare: CloudflareCredentialsInput | None = strawberry.UNSET
    akamai: AkamaiCredentialsInput | None = strawberry.UNSET
    backblaze: BackblazeCredentialsInput | None = strawberry.UNSET
    api_key: CloudApiKeyInput | None = option("For clouds that need a single key. The input names the cloud.")
    kubeconfig: KubeconfigInput | None = option("For a Kubernetes cluster of your own.")
    on_premises: OnPremisesInput | None = option("For machines of your own.")
    keyless: KeylessInput | None = option("For a new integration that needs no secret.")


RECORDS: Mapping[str, type[domain.Credentials]] = {
    "aws_keys": domain.AwsKeys,
    "aws_role": domain.AwsRole,
    "gcp": domain.GcpCredentials,
    "azure": domain.AzureCredentials,
    "scaleway": domain.ScalewayCredentials,
    "oci": domain.OciCredentials,
    "cloudflare": domain.CloudflareCredentials,
    "akamai": domain.AkamaiCredentials,
    "backblaze": domain.BackblazeCredentials,
    "api_key": domain.CloudApiKey,
    "kubeconfig": domain.Kubeconfig,
    "on_premises": domain.OnPremises,
    "keyless": domain.Keyless,
}


def to_credentials(wanted: CloudCredentialsInput) -> domain.Credentials:
    """Raises `Refused` with a path below "credentials"."""
    kind, choice = chosen(wanted)
    given: dict[str, Any] = members(choice)
    if not given.pop("is_on_premises", True):
        raise InvalidInput(
            "It must be true. Choose another kind of credentials otherwise.",
            path=("credentials", "is_on_premises"),
        )
    return make(RECORDS[kind], given, "credentials")
