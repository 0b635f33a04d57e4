"""What a client asks of an integration arrives at the domain as it was meant; what was left out does not."""

from typing import Any

import pytest
from pydantic import SecretStr

from fleet.model import credentials
from fleet.model.change import CreateIntegration, DeleteIntegration, UpdateIntegration
from fleet.model.cloud import Cloud
from fleet.model.operation import Target, TargetKind
from fleet.ports.reader import Ref
from infra.store.store import TableStore
from tests.gateway.fleet import NORTH
from tests.gateway.mutations.asked import AWS_PROD, KEY, account_id
from tests.gateway.script import Script, operation
from tests.gateway.world import Client

HIDDEN = SecretStr("h" * 20)
CREDENTIALS: list[tuple[str, dict[str, Any], credentials.Credentials]] = [
    (
        "awsKeys",
        {"accessKeyId": "h" * 20, "secretAccessKey": "h" * 20},
        credentials.AwsKeys(access_key_id=HIDDEN, secret_access_key=HIDDEN),
    ),
    ("awsRole", {"roleArn": "arn"}, credentials.AwsRole(role_arn="arn")),
    ("gcp", {"keyfileJson": "h" * 20}, credentials.GcpCredentials(keyfile_json=HIDDEN)),
    (
        "azure",
        {"tenantId": "t", "subscriptionId": "s", "clientId": "c", "secret": "h" * 20},
        credentials.AzureCredentials(tenant_id="t", subscription_id="s", client_id="c", secret=HIDDEN),
    ),
    (
        "scaleway",
        {"accessKey": "h" * 20, "secretKey": "h" * 20, "projectId": "p", "organizationId": "o"},
        credentials.ScalewayCredentials(
            access_key=HIDDEN, secret_key=HIDDEN, project_id="p", organization_id="o"
        ),
    ),
    (
        "oci",
        {
            "region": "r",
            "tenancyId": "t",
            "userId": "u",
            "fingerprint": "f",
            "privateKey": "h" * 20,
            "compartmentId": "c",
        },
        credentials.OciCredentials(
            region="r",
            tenancy_id="t",
            user_id="u",
            fingerprint="f",
            private_key=HIDDEN,
            compartment_id="c",
        ),
    ),
    (
        "cloudflare",
        {"credentialType": "token", "apiKey": "h" * 20},
        credentials.CloudflareCredentials(credential_type="token", api_key=HIDDEN),
    ),
    (
        "akamai",
        {"host": "x", "accessToken": "h" * 20, "clientToken": "h" * 20, "clientSecret": "h" * 20},
        credentials.AkamaiCredentials(
            host="x", access_token=HIDDEN, client_token=HIDDEN, client_secret=HIDDEN
        ),
    ),
    (
        "backblaze",
        {"applicationKeyId": "h" * 20, "applicationKey": "h" * 20},
        credentials.BackblazeCredentials(application_key_id=HIDDEN, application_key=HIDDEN),
    ),
    (
        "apiKey",
        {"cloud": "CIVO", "apiKey": "h" * 20},
        credentials.CloudApiKey(cloud=Cloud.CIVO, api_key=HIDDEN),
    ),
    ("kubeconfig", {"kubeconfig": "h" * 20}, credentials.Kubeconfig(kubeconfig=HIDDEN)),
    ("onPremises", {}, credentials.OnPremises()),
    (
        "keyless",
        {"cloud": "GCP", "projectId": "shop-prod"},
        credentials.Keyless(cloud=Cloud.GCP, project_id="shop-prod"),
    ),
]


@pytest.mark.parametrize(("kind", "given", "record"), CREDENTIALS, ids=lambda value: str(value)[:12])
async def test_a_new_integration_arrives_with_its_credentials(
    kind: str,
    given: dict[str, Any],
    record: credentials.Credentials,
    world: TableStore,
    scripted: Client,
    script: Script,
) -> None:
    asked = {
        "accountId": account_id(NORTH),
        "name": "link",
        "features": ["cluster"],
        "credentials": {kind: given},
        "idempotencyKey": KEY,
    }
    document = """mutation ($input: CreateIntegrationInput!) {
        createIntegration(input: $input) { integration { name } userErrors { message path } }
    }"""
    data = await scripted.query(document, input=asked)
    assert data["createIntegration"] == {"integration": None, "userErrors": []}
    change = CreateIntegration(name="link", features=("cluster",), credentials=record)
    assert script.asked == ("create_integration", (NORTH.id, change), {"idempotency_key": KEY})
    assert type(script.calls[0][1][2].credentials) is type(record)


async def test_every_kind_of_credentials_is_covered_above() -> None:
    assert {type(record) for _, _, record in CREDENTIALS} == set(credentials.Credentials.__subclasses__())


async def test_an_integration_is_changed_and_removed(
    world: TableStore, scripted: Client, script: Script
) -> None:
    target = Target(kind=TargetKind.INTEGRATION, key="aws-prod")
    script.answer = operation(NORTH, target=target, answered_at=NORTH.token_replaced_at)
    document = """mutation ($id: ID!) {
        updateIntegration(id: $id, input: { features: ["registry-pull"] }) { integration { name } }
        deleteIntegration(id: $id) { deletedId userErrors { message } }
    }"""
    data = await scripted.query(document, id=AWS_PROD)
    assert data == {
        "updateIntegration": {"integration": {"name": "aws-prod"}},
        "deleteIntegration": {"deletedId": AWS_PROD, "userErrors": []},
    }
    ref = Ref(NORTH.id, "aws-prod")
    assert [(name, arguments[1:]) for name, arguments, _ in script.calls] == [
        ("change_integration", (ref, UpdateIntegration(features=("registry-pull",)))),
        ("change_integration", (ref, DeleteIntegration())),
    ]


async def test_an_integration_that_may_not_be_gone_has_no_deleted_id(
    world: TableStore, scripted: Client, script: Script
) -> None:
    data = await scripted.query(
        "mutation ($id: ID!) { deleteIntegration(id: $id) { deletedId operation { state } } }", id=AWS_PROD
    )
    assert data["deleteIntegration"] == {"deletedId": None, "operation": {"state": "RUNNING"}}
