"""What Northflank is asked for when a link is made or changed, and what it takes to prove that we may."""

import json
from typing import Any

import pytest
from pydantic import SecretStr

from adapters.northflank.credentials import (
    changes_mode,
    to_create_integration_request,
    to_update_integration_request,
)
from fleet.model.change import CreateIntegration, UpdateIntegration
from fleet.model.cloud import Cloud
from fleet.model.credentials import (
    AzureCredentials,
    CloudApiKey,
    CloudflareCredentials,
    Credentials,
    GcpCredentials,
    Keyless,
)
from fleet.model.integration import Integration
from fleet.model.refusal import InvalidInput, Unsupported
from fleetgraph.testing.credentials import KEYFILE, KINDS, PLANTED
from tests.published import published

AWS = Integration(
    account_id="account",
    provider="northflank",
    external_id="production-aws",
    name="Production AWS",
    cloud=Cloud.AWS,
    provider_cloud="aws",
    authentication="accessKey",
)


def linking(credentials: Credentials, **members: Any) -> dict[str, Any]:
    return to_create_integration_request(
        CreateIntegration.model_validate({"name": "A link", "credentials": credentials, **members})
    )


def test_the_vendors_own_example_is_what_is_built_of_its_input() -> None:
    """The example fills in the blocks of other clouds, too, and leaves out the credentials that it stands for."""
    path = published("examples/northflank/create-integration.request.json")
    example = json.loads(path.read_text(encoding="utf-8"))
    del example["aws"], example["cloudflare"]
    without = CreateIntegration(
        name="Example Integration",
        description="This is a new cloud provider integration.",
        features=("byoc",),
        credentials=Keyless(cloud=Cloud.GCP, authentication="accessKey"),
    )
    assert to_create_integration_request(without) == example
    keyfile = json.dumps({"type": "service_account"})
    wanted = CreateIntegration(
        name="Example Integration",
        description="This is a new cloud provider integration.",
        features=("byoc",),
        credentials=GcpCredentials(keyfile_json=SecretStr(keyfile)),
    )
    assert to_create_integration_request(wanted) == example | {"credentials": {"keyfileJson": keyfile}}


@pytest.mark.parametrize(
    ("kind", "provider", "members"),
    [
        ("akamai client", "akamai", {"host", "accessToken", "clientToken", "clientSecret"}),
        ("api key", "civo", {"apiKey"}),
        ("aws keys", "aws", {"accessKey", "secretKey"}),
        ("aws role", "aws", {"roleArn"}),
        ("azure application", "azure", {"tenantId", "subscriptionId", "clientId", "objectId", "secret"}),
        ("backblaze key", "backblaze", {"applicationKeyId", "applicationKey"}),
        ("cloudflare token", "cloudflare", {"apiKey"}),
        ("cloudflare key", "cloudflare", {"apiKey", "email"}),
        ("gcp key", "gcp", {"keyfileJson"}),
        ("kubeconfig", "byok", {"kubeconfig"}),
        (
            "oci user",
            "oci",
            {"region", "tenancyId", "userId", "fingerprint", "privateKey", "passphrase", "compartmentId"},
        ),
    ],
)
def test_credentials_of_every_kind_go_out_under_northflanks_names(
    kind: str, provider: str, members: set[str]
) -> None:
    body = linking(KINDS[kind])
    assert (body["provider"], body["credentials"].keys()) == (provider, members)
    assert all(isinstance(value, str) for value in body["credentials"].values())


def test_each_cloud_gets_credentials_of_its_own_form() -> None:
    assert linking(KINDS["aws keys"])["aws"] == {"authenticationMode": "accessKey"}
    assert linking(KINDS["aws role"])["aws"] == {"authenticationMode": "crossAccountRole"}
    assert linking(KINDS["gcp key"])["gcp"] == {"authenticationMode": "accessKey", "projectId": "shop-1"}
    other = GcpCredentials(project_id="shop-2", keyfile_json=SecretStr(KEYFILE))
    assert linking(other)["gcp"]["projectId"] == "shop-2"
    assert linking(KINDS["cloudflare key"])["cloudflare"] == {"credentialType": "globalApiKey"}
    for kind in ("api key", "azure application", "kubeconfig"):
        assert not {"aws", "gcp", "cloudflare"} & linking(KINDS[kind]).keys()


@pytest.mark.parametrize("kind", ["own machines", "scaleway keys"])
def test_credentials_of_other_kinds_are_refused_with_a_sentence(kind: str) -> None:
    with pytest.raises(Unsupported, match="Northflank has no place for") as refused:
        linking(KINDS[kind])
    assert refused.value.path == ("credentials",)


@pytest.mark.parametrize(
    ("credentials", "member"),
    [
        (KINDS["azure tenant"], "client_id"),
        (AzureCredentials(tenant_id="t", subscription_id="s", client_id="c"), "secret"),
        (CloudflareCredentials(credential_type="token", api_key=SecretStr(PLANTED)), "credential_type"),
        (CloudflareCredentials(credential_type="globalApiKey", api_key=SecretStr(PLANTED)), "email"),
        (CloudApiKey(cloud=Cloud.NEBIUS, api_key=SecretStr(PLANTED)), "cloud"),
        (GcpCredentials(keyfile_json=SecretStr(PLANTED)), "keyfile_json"),
    ],
)
def test_half_of_what_proves_it_is_refused(credentials: Credentials, member: str) -> None:
    with pytest.raises((InvalidInput, Unsupported)) as refused:
        linking(credentials)
    assert refused.value.path == ("credentials", member)
    assert PLANTED not in str(refused.value)


@pytest.mark.parametrize(
    ("wanted", "body"),
    [
        ({"cloud": "AWS"}, {"provider": "aws", "aws": {"authenticationMode": "crossAccountRole"}}),
        (
            {"cloud": "GCP", "project_id": "shop-1"},
            {"provider": "gcp", "gcp": {"authenticationMode": "crossAccountRole", "projectId": "shop-1"}},
        ),
        ({"cloud": "BYOK"}, {"provider": "byok", "byok": {"connectionMode": "connector"}}),
        ({"cloud": "CIVO"}, {"provider": "civo"}),
    ],
)
def test_a_link_without_credentials_is_one_that_needs_no_secret(
    wanted: dict[str, Any], body: dict[str, Any]
) -> None:
    assert linking(Keyless.model_validate(wanted)) == {"name": "A link", **body}


@pytest.mark.parametrize(
    ("wanted", "path"),
    [
        ({"cloud": "GCP"}, "project_id"),
        ({"cloud": "GCP", "authentication": "guest"}, "authentication"),
        ({"cloud": "CIVO", "authentication": "accessKey"}, "authentication"),
        ({"cloud": "HETZNER"}, "cloud"),
    ],
)
def test_a_link_without_credentials_that_cannot_be_is_refused(wanted: dict[str, Any], path: str) -> None:
    with pytest.raises((InvalidInput, Unsupported)) as refused:
        linking(Keyless.model_validate(wanted))
    assert refused.value.path == ("credentials", path)


def test_a_link_keeps_the_credentials_that_it_has() -> None:
    with pytest.raises(Unsupported, match="keeps the credentials"):
        to_update_integration_request(AWS, UpdateIntegration(credentials=Keyless(cloud=Cloud.AWS)))


def test_rights_are_checked_in_aws_alone() -> None:
    assert linking(KINDS["aws role"], permission_check="disabled")["aws"] == {
        "authenticationMode": "crossAccountRole",
        "permissionCheckLevel": "disabled",
    }
    with pytest.raises(Unsupported, match="AWS alone") as refused:
        linking(KINDS["gcp key"], permission_check="disabled")
    assert refused.value.path == ("permission_check",)
    link = AWS.model_copy(update={"cloud": Cloud.GCP})
    with pytest.raises(Unsupported, match="AWS alone"):
        to_update_integration_request(link, UpdateIntegration(permission_check="disabled"))
    with pytest.raises(InvalidInput, match="named by its id"):
        linking(KINDS["gcp key"], allowed_teams=("a b",))


def test_the_older_document_has_one_type_and_does_not_change_it() -> None:
    def older(**members: Any) -> dict[str, Any]:
        wanted = {"name": "A link", "credentials": KINDS["aws keys"], **members}
        return to_create_integration_request(CreateIntegration.model_validate(wanted), "type")

    assert older(features=("registry",))["type"] == "registry"
    assert "features" not in older(features=("registry",))
    for features in ((), ("registry", "cdn"), ("byoc",)):
        with pytest.raises(InvalidInput, match="one feature: cluster, domain, registry, cdn"):
            older(features=features)
    with pytest.raises(Unsupported, match="none without credentials"):
        older(credentials=Keyless(cloud=Cloud.AWS))
    with pytest.raises(Unsupported, match="changes no type"):
        to_update_integration_request(AWS, UpdateIntegration(features=("cdn",)), api_version="type")


@pytest.mark.parametrize(
    "name", ["ab", "a" * 40, "1st link", "two  spaces", "ends-", "under_score", "a" * 39 + "\n"]
)
def test_an_invalid_name_is_refused_with_our_message(name: str) -> None:
    with pytest.raises(InvalidInput, match="3 to 39 letters, digits, single dashes and spaces") as refused:
        linking(KINDS["aws keys"], name=name)
    assert refused.value.path == ("name",)


@pytest.mark.parametrize("name", ["abc", "a" * 39, "Example Integration", "a-b c-3", "A12"])
def test_a_name_that_will_do_goes_out(name: str) -> None:
    assert linking(KINDS["aws keys"], name=name)["name"] == name


def test_a_name_is_read_in_no_time() -> None:
    with pytest.raises(InvalidInput):
        linking(KINDS["aws keys"], name="a" * 38 + "!")


@pytest.mark.parametrize("description", ["", "a" * 201, "naïve", "a+b"])
def test_an_invalid_description_is_refused_with_our_message(description: str) -> None:
    with pytest.raises(InvalidInput, match="1 to 200 letters") as refused:
        linking(KINDS["aws keys"], description=description)
    assert refused.value.path == ("description",)
    with pytest.raises(InvalidInput, match="1 to 200 letters"):
        to_update_integration_request(AWS, UpdateIntegration(description=description))


def test_of_a_link_only_what_was_given_goes_out() -> None:
    described = UpdateIntegration(description="By day.")
    assert to_update_integration_request(AWS, described) == {"description": "By day."}
    assert to_update_integration_request(AWS, UpdateIntegration(features=())) == {"features": []}
    keys = UpdateIntegration(credentials=KINDS["aws keys"])
    assert to_update_integration_request(AWS, keys).keys() == {"credentials"}
    assert not changes_mode(AWS, keys)


def test_from_keys_to_a_role_the_other_settings_of_the_block_stay() -> None:
    role = UpdateIntegration(credentials=KINDS["aws role"])
    assert changes_mode(AWS, role)
    assert to_update_integration_request(AWS, role, "disabled")["aws"] == {
        "authenticationMode": "crossAccountRole",
        "permissionCheckLevel": "disabled",
    }
    assert to_update_integration_request(AWS, role)["aws"] == {"authenticationMode": "crossAccountRole"}


def test_what_a_link_is_to_is_settled_when_it_is_made() -> None:
    with pytest.raises(InvalidInput, match="'Production AWS' is for AWS"):
        to_update_integration_request(AWS, UpdateIntegration(credentials=KINDS["kubeconfig"]))
    gcp = AWS.model_copy(update={"cloud": Cloud.GCP, "authentication": "crossAccountRole"})
    cloudflare = AWS.model_copy(update={"cloud": Cloud.CLOUDFLARE, "authentication": "originCAKey"})
    elsewhere = GcpCredentials(project_id="shop-2", keyfile_json=SecretStr(KEYFILE))
    for link, credentials, settled in [
        (gcp, KINDS["gcp key"], "way to authenticate"),
        (gcp, elsewhere, "project"),
        (cloudflare, KINDS["cloudflare token"], "type of the key"),
    ]:
        with pytest.raises(Unsupported, match=settled):
            to_update_integration_request(link, UpdateIntegration(credentials=credentials))
