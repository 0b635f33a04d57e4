"""Credentials of every kind, with secrets that tests can find."""

import json
from collections.abc import Mapping

from pydantic import SecretStr

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
    OnPremises,
    ScalewayCredentials,
)

PLANTED = "planted-in-credentials"


def secret(name: str) -> SecretStr:
    return SecretStr(f"{PLANTED}-{name}")


KEYFILE = json.dumps({"type": "service_account", "project_id": "shop-1", "private_key": f"{PLANTED}-gcp"})

PUBLIC_HALF = SecretStr("PUBLIC-HALF-OF-A-KEY")
"""Who a key is: providers show it, and so does `Integration.identity`."""
KINDS: Mapping[str, Credentials] = {
    "akamai client": AkamaiCredentials(
        host="akab.example", access_token=secret("a"), client_token=secret("b"), client_secret=secret("c")
    ),
    "api key": CloudApiKey(cloud=Cloud.CIVO, api_key=secret("civo")),
    "aws keys": AwsKeys(access_key_id=PUBLIC_HALF, secret_access_key=secret("key")),
    "aws role": AwsRole(role_arn="arn:aws:iam::000000000000:role/fleet"),
    "azure application": AzureCredentials(
        tenant_id="tenant",
        subscription_id="subscription",
        client_id="client",
        object_id="object",
        secret=secret("az"),
    ),
    "azure tenant": AzureCredentials(tenant_id="tenant", subscription_id="subscription"),
    "backblaze key": BackblazeCredentials(application_key_id=secret("b2-id"), application_key=secret("b2")),
    "cloudflare token": CloudflareCredentials(credential_type="apiToken", api_key=secret("cf")),
    "cloudflare key": CloudflareCredentials(
        credential_type="globalApiKey", api_key=secret("cf-global"), email="ada@shop.example"
    ),
    "gcp key": GcpCredentials(keyfile_json=SecretStr(KEYFILE)),
    "kubeconfig": Kubeconfig(kubeconfig=secret("kubeconfig")),
    "oci user": OciCredentials(
        region="eu-frankfurt-1",
        tenancy_id="tenancy",
        user_id="user",
        fingerprint="aa:bb",
        private_key=secret("oci"),
        passphrase=secret("phrase"),
        compartment_id="compartment",
    ),
    "own machines": OnPremises(),
    "scaleway keys": ScalewayCredentials(
        access_key=PUBLIC_HALF,
        secret_key=secret("scw"),
        project_id="project",
        organization_id="organization",
    ),
}
