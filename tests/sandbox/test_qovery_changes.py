"""Qovery to change: registered first, deployed then; whole replacements; credentials whose secrets stay inside."""

from datetime import timedelta
from typing import Any

import httpx
import pytest

from sandbox import ManualClock, Server
from sandbox.qovery.tokens import make_jwt
from tests.sandbox.conftest import Connect, Serve
from tests.sandbox.test_qovery import clusters

NEW = {"name": "checkout", "region": "eu-west-3", "cloud_provider": "AWS"}
SECRET = "planted-secret-of-a-test"


def new(client: httpx.Client, **members: Any) -> dict[str, Any]:
    """A cluster with credentials, which can be deployed."""
    (own, *_) = client.get("aws/credentials").json()["results"]
    info = {"cloud_provider": "AWS", "region": "eu-west-3", "credentials": {"id": own["id"]}}
    return NEW | {"cloud_provider_credentials": info} | members


ACCESS = {
    "name": "vault",
    "endpoint": {"mode": "AWS_SECRET_MANAGER", "region": "eu-west-3"},
    "authentication": {"mode": "AUTOMATICALLY_CONFIGURED"},
}
STATIC = ACCESS | {
    "authentication": {"mode": "AWS_STATIC_CREDENTIALS", "region": "eu-west-3", "access_key": "id"}
}


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
    grocers.post("cluster", json=new(grocers))
    path = where(grocers, "checkout")
    deployed = grocers.post(f"{path}/deploy")
    assert deployed.status_code == 201
    assert (deployed.json()["status"], deployed.json()["is_deployed"]) == ("DEPLOYMENT_QUEUED", False)
    assert story(grocers, clock, path, 20) == ["DEPLOYMENT_QUEUED", "DEPLOYING", "DEPLOYED"]
    shown = clusters(grocers)["checkout"]
    assert (shown["deployment_status"], shown["version"]) == ("UP_TO_DATE", "1.32")
    assert shown["infrastructure_outputs"]["kind"] == "EKS"


def test_a_doomed_cluster_does_not_deploy(grocers: httpx.Client, clock: ManualClock) -> None:
    grocers.post("cluster", json=new(grocers, name="doomed"))
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
        ({"instance_type": "t9.gigantic"}, "instance_type"),
        ({"keda": {"enabled": "yes"}}, "enabled"),
        ({"secret_manager_accesses": [{"name": "vault"}]}, "authentication.mode"),
        ({"secret_manager_accesses": [ACCESS | {"id": "nobody"}]}, "nobody"),
        ({"secret_manager_accesses": [STATIC]}, "secret_key"),
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


def test_credentials_of_another_cloud_are_refused(grocers: httpx.Client) -> None:
    (scaleway, *_) = grocers.get("scaleway/credentials").json()["results"]
    info = {"credentials": {"id": scaleway["id"]}}
    refused = grocers.post(f"{where(grocers, 'staging')}/cloudProviderInfo", json=info)
    assert (refused.status_code, "another cloud" in refused.json()["message"]) == (400, True)
    assert grocers.post(f"{where(grocers, 'staging')}/cloudProviderInfo", json={}).status_code == 400


# ---------------------------------------------------------------------- what is refused


def test_nothing_is_deployed_without_credentials_until_some_are_given(grocers: httpx.Client) -> None:
    made = grocers.post("cluster", json=NEW).json()
    path = f"cluster/{made['id']}"
    refused = grocers.post(f"{path}/deploy")
    assert refused.status_code == 400
    assert refused.json()["message"] == "the cluster has no cloud provider credentials"
    info = new(grocers)["cloud_provider_credentials"]
    assert grocers.post(f"{path}/cloudProviderInfo", json=info).status_code == 201
    assert grocers.post(f"{path}/deploy").status_code == 201


def test_a_partially_managed_cluster_needs_a_kubeconfig(grocers: httpx.Client) -> None:
    made = grocers.post("cluster", json=new(grocers, kubernetes="PARTIALLY_MANAGED")).json()
    path, yaml = f"cluster/{made['id']}", {"Content-Type": "application/x-yaml"}
    assert grocers.get(f"{path}/kubeconfig").status_code == 404
    assert grocers.post(f"{path}/deploy").json()["message"] == "the cluster has no kubeconfig"
    assert grocers.put(f"{path}/kubeconfig", json={"clusters": []}).status_code == 415
    assert grocers.put(f"{path}/kubeconfig", content="hello", headers=yaml).status_code == 400
    given = grocers.put(f"{path}/kubeconfig", content="clusters: []", headers=yaml)
    assert (given.status_code, given.content) == (204, b"")
    assert grocers.get(f"{path}/kubeconfig").text == "clusters: []"
    assert grocers.post(f"{path}/deploy").status_code == 201
    managed = grocers.put(f"{where(grocers, 'staging')}/kubeconfig", content="clusters: []", headers=yaml)
    assert managed.status_code == 400


def test_a_lock_lasts_for_days_and_keeps_changes_out(server: Server, grocers: httpx.Client) -> None:
    path = where(grocers, "production")
    lock = f"{server.url}/{path}/lock"
    assert grocers.post(lock, json={}).status_code == 400
    assert grocers.post(lock, json={"reason": "audit", "ttl_in_days": 6}).status_code == 400
    locked = grocers.post(lock, json={"reason": "audit", "ttl_in_days": 5})
    assert (locked.status_code, locked.json()["owner_name"]) == (200, "Orchard Grocers")
    assert grocers.get(f"{path}/status").json()["cluster_lock"] == locked.json()
    assert grocers.post(f"{path}/deploy").status_code == 409
    assert grocers.delete(path).status_code == 409
    assert "ttl_in_days" not in grocers.post(lock, json={"reason": "for good"}).json()
    assert grocers.delete(lock).status_code == 204
    assert grocers.delete(lock).status_code == 404
    assert grocers.post(f"{path}/deploy").status_code == 201


def test_a_token_of_a_viewer_reads_and_changes_nothing(server: Server, grocers: httpx.Client) -> None:
    grocers.headers["Authorization"] += "_viewer"
    assert grocers.get("cluster").status_code == 200
    refused = [
        grocers.post("cluster", json=NEW),
        grocers.post(f"{where(grocers, 'staging')}/deploy"),
        grocers.delete(where(grocers, "staging")),
        grocers.post("aws/credentials", json={}),
    ]
    assert [answer.status_code for answer in refused] == [403] * 4
    assert refused[0].json() == {
        "status": 403,
        "error": "Forbidden",
        "detail": "your role does not allow this",
    }


def test_the_token_of_a_person_goes_as_a_bearer_and_expires(
    server: Server, grocers: httpx.Client, clock: ManualClock
) -> None:
    token = make_jwt(server.accounts[0].external_id or "", clock.now() + timedelta(hours=1))
    grocers.headers["Authorization"] = f"Token {token}"
    assert grocers.get("cluster").status_code == 401
    grocers.headers["Authorization"] = f"Bearer {token}"
    assert grocers.get("cluster").status_code == 200
    clock.advance(3600)
    assert grocers.get("cluster").status_code == 401


def test_a_secret_of_a_secret_manager_is_kept_and_not_shown(grocers: httpx.Client) -> None:
    secret = STATIC["authentication"] | {"secret_key": SECRET}  # type: ignore[operator]
    body = NEW | {"secret_manager_accesses": [STATIC | {"authentication": secret}]}
    made = grocers.post("cluster", json=body).json()
    (shown,) = made["secret_manager_accesses"]
    assert shown["authentication"] == STATIC["authentication"]
    again = grocers.put(f"cluster/{made['id']}", json=NEW | {"secret_manager_accesses": [shown]})
    assert again.json()["secret_manager_accesses"][0]["id"] == shown["id"]


# ---------------------------------------------------------------------- autoscalers


@pytest.mark.parametrize(
    ("members", "word"),
    [
        ({"features": [{"id": "KARPENTER"}]}, "KARPENTER"),
        ({"cloud_provider": "GCP", "region": "europe-west9"}, "AUTO_PILOT"),
    ],
)
def test_an_autoscaled_cluster_has_no_bounds_until_it_was_deployed(
    members: dict[str, Any], word: str, grocers: httpx.Client, clock: ManualClock
) -> None:
    own = grocers.get(f"{members.get('cloud_provider', 'AWS').lower()}/credentials").json()["results"][0]
    info = {"cloud_provider_credentials": {"credentials": {"id": own["id"]}}}
    made = grocers.post("cluster", json=NEW | members | info).json()
    bounds = ("min_running_nodes", "max_running_nodes")
    assert (made["instance_type"], {made[name] for name in bounds}) == (word, {2**31 - 1})
    grocers.post(f"cluster/{made['id']}/deploy")
    clock.advance(20)
    assert {clusters(grocers)["checkout"][name] for name in bounds} == {1}


# ---------------------------------------------------------------------- misbehaving


def test_what_is_created_can_be_hidden_for_a_while(
    server: Server, grocers: httpx.Client, clock: ManualClock
) -> None:
    server.fault("hidden", method="POST", times=1, seconds=20)
    made = grocers.post("cluster", json=NEW)
    path = f"cluster/{made.json()['id']}"
    assert made.status_code == 201
    assert "checkout" not in clusters(grocers)
    assert grocers.get(f"{path}/status").status_code == 404
    assert grocers.post("cluster", json=NEW).status_code == 409
    clock.advance(20)
    assert "checkout" in clusters(grocers)


def test_a_deployment_can_show_late(server: Server, grocers: httpx.Client, clock: ManualClock) -> None:
    path = where(grocers, "production")
    before = grocers.get(f"{path}/status").json()
    server.fault("late-status", method="POST", times=1, seconds=6)
    assert grocers.post(f"{path}/deploy").json() == before
    assert story(grocers, clock, path, 20) == ["DEPLOYED", "DEPLOYING", "DEPLOYED"]
    assert grocers.get(f"{path}/status").json()["last_execution_id"] != before["last_execution_id"]


def test_a_cluster_can_become_another_than_the_one_that_was_asked_for(
    server: Server, grocers: httpx.Client
) -> None:
    for kind in ("converted-machine", "rounded-size", "added-label"):
        server.fault(kind, method="POST", times=1)
    body = NEW | {"instance_type": "t3a.large", "disk_size": 61, "labels_groups": []}
    made = grocers.post("cluster", json=body).json()
    assert (made["instance_type"], made["disk_size"], len(made["labels_groups"])) == ("t3.large", 70, 1)
    straight = grocers.post("cluster", json=body | {"name": "straight"}).json()
    assert {name: straight[name] for name in body} == body | {"name": "straight"}


def test_a_limit_can_be_shared_with_others(server: Server, grocers: httpx.Client) -> None:
    before = int(grocers.get("cluster").headers["X-RateLimit-Remaining"])
    server.fault("shared-limit", times=1)
    assert int(grocers.get("cluster").headers["X-RateLimit-Remaining"]) == before - 10
