"""Qovery to change: registered first, deployed then; whole replacements; credentials whose secrets stay inside."""

from typing import Any

import httpx
import pytest

from sandbox import ManualClock, Server
from tests.sandbox.conftest import Connect, Serve
from tests.sandbox.test_qovery import clusters

NEW = {"name": "checkout", "region": "eu-west-3", "cloud_provider": "AWS"}
SECRET = "planted-secret-of-a-test"


@pytest.fixture
def server(served: Serve) -> Server:
    return served("qovery")


@pytest.fixture
def grocers(server: Server, connected: Connect) -> httpx.Client:
    client = connected(server, "Orchard Grocers")
    organization = next(each.external_id for each in server.accounts if each.name == "Orchard Grocers")
    client.base_url = httpx.URL(f"{server.url}/organization/{organization}/")
    return client


def where(client: httpx.Client, name: str) -> str:
    return f"cluster/{clusters(client)[name]['id']}"


def status(client: httpx.Client, path: str) -> str:
    answer = client.get(f"{path}/status")
    return answer.json()["status"] if answer.is_success else str(answer.status_code)


def story(client: httpx.Client, clock: ManualClock, path: str, seconds: int) -> list[str]:
    """The statuses of so many seconds, each once."""
    told = [status(client, path)]
    for _ in range(seconds):
        clock.advance(1)
        if status(client, path) != told[-1]:
            told.append(status(client, path))
    return told


def test_a_created_cluster_is_registered_and_no_more(grocers: httpx.Client, clock: ManualClock) -> None:
    made = grocers.post("cluster", json=NEW)
    assert made.status_code == 201
    body = made.json()
    assert (body["status"], body["deployment_status"]) == ("READY", "NEVER_DEPLOYED")
    assert (body["min_running_nodes"], body["max_running_nodes"], body["disk_size"]) == (1, 1, 40)
    clock.advance(3600)
    assert clusters(grocers)["checkout"]["status"] == "READY"


def test_deployment_is_a_call_of_its_own(grocers: httpx.Client, clock: ManualClock) -> None:
    grocers.post("cluster", json=NEW)
    path = where(grocers, "checkout")
    deployed = grocers.post(f"{path}/deploy")
    assert deployed.status_code == 201
    assert (deployed.json()["status"], deployed.json()["is_deployed"]) == ("DEPLOYMENT_QUEUED", False)
    assert story(grocers, clock, path, 20) == ["DEPLOYMENT_QUEUED", "DEPLOYING", "DEPLOYED"]
    shown = clusters(grocers)["checkout"]
    assert (shown["deployment_status"], shown["version"]) == ("UP_TO_DATE", "1.32")
    assert shown["infrastructure_outputs"]["kind"] == "EKS"


def test_a_doomed_cluster_does_not_deploy(grocers: httpx.Client, clock: ManualClock) -> None:
    grocers.post("cluster", json=NEW | {"name": "doomed"})
    path = where(grocers, "doomed")
    grocers.post(f"{path}/deploy")
    assert story(grocers, clock, path, 20)[-1] == "DEPLOYMENT_ERROR"
    assert clusters(grocers)["doomed"]["deployment_status"] == "NEVER_DEPLOYED"


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"name": ""}, "name"),
        ({"name": 7}, "name"),
        ({"region": "moon"}, "region"),
        ({"cloud_provider": "MOON"}, "cloud_provider"),
        ({"kubernetes": "HOMEMADE"}, "kubernetes"),
        ({"min_running_nodes": 3, "max_running_nodes": 2}, "min_running_nodes"),
        ({"min_running_nodes": True}, "min_running_nodes"),
        ({"disk_size": 0}, "disk_size"),
        ({"disk_iops": 2999}, "disk_iops"),
        ({"features": [{"id": "WINGS"}]}, "features.0.id"),
        ({"cloud_provider_credentials": {"credentials": {"id": "nobody"}}}, "credentials.id"),
    ],
)
def test_a_body_that_does_not_read_is_refused(
    change: dict[str, Any], word: str, grocers: httpx.Client
) -> None:
    refused = grocers.post("cluster", json=NEW | change)
    assert refused.status_code == 400
    assert refused.json().keys() == {"status", "error", "message"}
    assert word in refused.json()["message"]


def test_a_name_is_taken_in_whatever_case(grocers: httpx.Client) -> None:
    assert grocers.post("cluster", json=NEW | {"name": "Production"}).status_code == 409
    rename = {"name": "STAGING", "region": "eu-west-3", "cloud_provider": "AWS"}
    assert grocers.put(where(grocers, "production"), json=rename).status_code == 409
    assert grocers.put(where(grocers, "staging"), json=rename).status_code == 200


def test_a_put_replaces_the_whole_and_waits_for_deployment(grocers: httpx.Client, clock: ManualClock) -> None:
    path = where(grocers, "production")
    whole = {"name": "production", "region": "eu-west-3", "cloud_provider": "AWS", "max_running_nodes": 30}
    replaced = grocers.put(path, json=whole).raise_for_status().json()
    assert (replaced["max_running_nodes"], replaced["min_running_nodes"]) == (30, 1)
    assert replaced["disk_size"] == 40  # was 50, and is silently reset
    assert replaced["features"] == []
    assert "metrics_parameters" not in replaced
    assert (replaced["status"], replaced["deployment_status"]) == ("DEPLOYED", "OUT_OF_DATE")
    grocers.post(f"{path}/deploy")
    clock.advance(18)
    assert clusters(grocers)["production"]["deployment_status"] == "UP_TO_DATE"


def test_features_are_taken_by_id_and_shown_with_their_price(grocers: httpx.Client) -> None:
    features = [{"id": "STATIC_IP", "value": True}, {"id": "KARPENTER", "value": False}]
    made = grocers.post("cluster", json=NEW | {"features": features}).json()
    assert [(each["id"], each["cost_per_month"]) for each in made["features"]] == [("STATIC_IP", 96.0)]


def test_a_dry_run_comes_back_to_where_it_was(grocers: httpx.Client, clock: ManualClock) -> None:
    path = where(grocers, "production")
    assert grocers.post(f"{path}/deploy", params={"dry_run": "true"}).json()["status"] == "DRY_RUN"
    assert story(grocers, clock, path, 6) == ["DRY_RUN", "DEPLOYED"]


def test_a_running_cluster_stops_and_a_stopped_one_does_not(
    grocers: httpx.Client, clock: ManualClock
) -> None:
    path = where(grocers, "warehouse")
    assert grocers.post(f"{path}/stop").status_code == 202
    assert grocers.post(f"{path}/stop").status_code == 409
    assert story(grocers, clock, path, 12) == ["STOP_QUEUED", "STOPPING", "STOPPED"]
    assert grocers.post(f"{path}/stop").status_code == 409
    assert grocers.post(f"{path}/deploy").status_code == 201
    assert grocers.post(f"{where(grocers, 'price-lab')}/stop").status_code == 409


def test_a_busy_cluster_refuses_everything(grocers: httpx.Client, clock: ManualClock) -> None:
    path = where(grocers, "production")
    grocers.post(f"{path}/deploy")
    clock.advance(5)
    assert grocers.put(path, json=NEW | {"name": "production"}).status_code == 409
    assert grocers.post(f"{path}/deploy").status_code == 409
    assert grocers.delete(path).status_code == 409


def test_an_upgrade_goes_to_the_next_version(grocers: httpx.Client, clock: ManualClock) -> None:
    cluster_id = clusters(grocers)["production"]["id"]
    under_the_organization = grocers.post(f"cluster/{cluster_id}/upgrade")
    assert under_the_organization.status_code == 404
    outside = httpx.URL(str(grocers.base_url)).join(f"/cluster/{cluster_id}/upgrade")
    assert grocers.post(outside).status_code == 201
    clock.advance(18)
    assert clusters(grocers)["production"]["version"] == "1.33"
    assert grocers.get(f"cluster/{cluster_id}/status").json()["next_k8s_available_version"] is None
    assert grocers.post(outside).status_code == 400


def test_deletion_takes_its_time_after_the_answer(grocers: httpx.Client, clock: ManualClock) -> None:
    path = where(grocers, "warehouse")
    assert grocers.delete(path).status_code == 204
    assert story(grocers, clock, path, 40) == ["DELETE_QUEUED", "DELETING", "DELETED", "404"]
    assert "warehouse" not in clusters(grocers)


def test_what_was_never_deployed_and_what_is_only_to_be_forgotten_is_gone_at_once(
    grocers: httpx.Client,
) -> None:
    assert grocers.delete(where(grocers, "price-lab")).status_code == 204
    assert grocers.delete(
        where(grocers, "seasonal"), params={"deleteMode": "DELETE_QOVERY_CONFIG"}
    ).is_success
    assert not {"price-lab", "seasonal"} & clusters(grocers).keys()
    refused = grocers.delete(where(grocers, "warehouse"), params={"deleteMode": "GENTLY"})
    assert refused.status_code == 400


def test_a_cluster_of_another_organization_cannot_be_upgraded(
    server: Server, grocers: httpx.Client, connected: Connect
) -> None:
    cluster_id = clusters(grocers)["production"]["id"]
    assert connected(server, "Fjordline Media").post(f"/cluster/{cluster_id}/upgrade").status_code == 404


# ---------------------------------------------------------------------- credentials

FORMS = {
    "AWS": ("aws", {"type": "AWS_STATIC", "access_key_id": "id", "secret_access_key": SECRET}),
    "AWS_ROLE": ("aws", {"type": "AWS_ROLE", "role_arn": "arn"}),
    "EKS_ANYWHERE_VSPHERE": (
        "aws",
        {
            "type": "EKS_ANYWHERE_VSPHERE_ROLE",
            "vsphere_user": "user",
            "vsphere_password": SECRET,
            "role_arn": "arn",
        },
    ),
    "SCW": (
        "scaleway",
        {
            "scaleway_access_key": "key",
            "scaleway_secret_key": SECRET,
            "scaleway_project_id": "project",
            "scaleway_organization_id": "organization",
        },
    ),
    "GCP": ("gcp", {"gcp_credentials": SECRET}),
    "GCP_WORKLOAD_IDENTITY_FEDERATION": (
        "gcp",
        {"service_account_email": "q@shop.example", "workload_identity_provider_resource": "pool"},
    ),
    "AZURE": ("azure", {"azure_subscription_id": "subscription", "azure_tenant_id": "tenant"}),
    "OTHER": ("onPremise", {}),
}


@pytest.mark.parametrize("kind", FORMS)
def test_credentials_of_every_kind_come_back_without_their_secret(kind: str, grocers: httpx.Client) -> None:
    cloud, members = FORMS[kind]
    made = grocers.post(f"{cloud}/credentials", json={"name": "new", **members})
    assert made.status_code == 201
    assert made.json()["object_type"] == kind
    assert SECRET not in made.text
    assert grocers.get(f"{cloud}/credentials/{made.json()['id']}").json() == made.json()
    assert grocers.post(f"{cloud}/credentials", json={"name": "new", **members}).status_code == 409


@pytest.mark.parametrize("kind", FORMS)
def test_every_member_of_credentials_is_needed(kind: str, grocers: httpx.Client) -> None:
    cloud, members = FORMS[kind]
    whole = {"name": "new", **members}
    for member in whole:
        if member == "service_account_email":
            continue  # without it the body reads as the other kind
        partial = {name: value for name, value in whole.items() if name != member}
        refused = grocers.post(f"{cloud}/credentials", json=partial)
        assert refused.status_code == 400
        assert member in refused.json()["message"]


def test_credentials_are_replaced_and_deleted_but_not_in_use(grocers: httpx.Client) -> None:
    made = grocers.post("onPremise/credentials", json={"name": "new"}).json()
    path = f"onPremise/credentials/{made['id']}"
    assert grocers.put(path, json={"name": "newer"}).json() == made | {"name": "newer"}
    assert grocers.delete(path).status_code == 204
    assert grocers.get(path).status_code == 404
    used = grocers.get("azure/credentials").json()["results"][0]
    assert grocers.delete(f"azure/credentials/{used['id']}").status_code == 409
    assert grocers.post("moon/credentials", json={"name": "new"}).status_code == 404


def test_a_cluster_can_be_given_other_credentials(grocers: httpx.Client) -> None:
    made = grocers.post("aws/credentials", json={"name": "new", **FORMS["AWS"][1]}).json()
    path = where(grocers, "staging")
    info = {"cloud_provider": "AWS", "region": "eu-west-3", "credentials": {"id": made["id"], "name": "new"}}
    assert grocers.post(f"{path}/cloudProviderInfo", json=info).status_code == 201
    assert grocers.get(f"{path}/cloudProviderInfo").json() == info
