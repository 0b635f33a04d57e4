"""Qovery's answers through the adapter: two lists as one, pages, refusals, secrets, and the captured examples."""

import json
import logging
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from adapters.qovery import QoveryAdapter
from adapters.qovery.adapter import MOST_PLACES
from adapters.qovery.convert import to_cluster
from adapters.qovery.wire import WireCluster, WireStatus
from fleet.model.cloud import Cloud
from fleet.model.cluster import Cluster, Phase
from fleet.model.failure import (
    Forbidden,
    ProviderError,
    RateLimited,
    Rejected,
    Unauthenticated,
    UnexpectedResponse,
)
from fleet.model.integration import IntegrationIdentity
from fleet.model.money import CostEstimate, Money
from fleet.model.subscription import Subscription
from fleet.providers.qovery import QoveryOutputs
from fleetgraph.testing.setting import TOKEN
from tests.adapters.replay import Replay, fixture
from tests.published import published

ORGANIZATION = "/organization/0d2b3c6a"
CLUSTERS = f"{ORGANIZATION}/cluster"
STATUSES = f"{ORGANIZATION}/cluster/status"
CREDENTIALS = f"{ORGANIZATION}/credentials"
PRODUCTION = "33299050-7521-4b5a-8cbe-5d933322bd6c"
PLANTED = "planted-secret"


def replay(clusters: object, statuses: object) -> Replay:
    return Replay({CLUSTERS: clusters, STATUSES: statuses})


def open_adapter(answers: Replay) -> Any:
    return answers.open(QoveryAdapter, "0d2b3c6a")


def a_cluster() -> Cluster:
    return to_cluster(WireCluster(id="one"), "account")


# ---------------------------------------------------------------------- clusters and their statuses


async def test_clusters_are_read_with_their_statuses_in_two_requests() -> None:
    answers = replay(fixture("qovery/list-clusters.json"), fixture("qovery/list-statuses.json"))
    listing = await open_adapter(answers).clusters()
    assert answers.asked == [CLUSTERS, STATUSES]
    assert answers.requests[0].headers["authorization"] == f"Token {TOKEN}"
    assert (listing.unreadable, listing.incomplete) == ((), None)
    production, lab = listing.items
    assert (production.external_id, production.name) == (PRODUCTION, "production")
    assert production.description == "What customers see."
    assert (production.phase, production.provider_phase) == (Phase.READY, "DEPLOYED")
    assert (production.version, production.available_version) == ("1.31", "1.32")
    assert (production.message, production.is_deletion_protected) == ("MAINTENANCE", True)
    assert production.is_converged is False
    assert production.created_at.isoformat() == "2026-02-03T10:00:00+00:00"
    assert production.updated_at.isoformat() == "2026-10-20T12:00:00+00:00"
    details = production.details
    assert (details.is_production, details.is_default, details.is_demo) == (True, True, False)
    assert (details.has_access, details.deployment_status) == (True, "OUT_OF_DATE")
    assert details.features[0].cost_per_month == Money(minor_units=9600, currency="USD")
    assert details.outputs == QoveryOutputs(
        kind="EKS",
        cluster_name="qovery-z33299050",
        oidc_issuer="https://oidc.eks.eu-west-3.amazonaws.com/id/5D933322BD6C",
    )
    assert (lab.phase, lab.provider_phase, lab.regions) == (Phase.PENDING, "NEVER_DEPLOYED", ("fr-par",))
    assert (lab.message, lab.available_version, lab.is_deletion_protected) == (None, None, None)


async def test_a_malformed_status_costs_its_cluster_and_no_other() -> None:
    answers = replay(fixture("qovery/list-clusters.json"), fixture("qovery/list-statuses-one-malformed.json"))
    listing = await open_adapter(answers).clusters()
    assert [cluster.name for cluster in listing.items] == ["price-lab"]
    assert [one.external_id for one in listing.unreadable] == [PRODUCTION]
    assert "cluster_status.is_deployed" in listing.unreadable[0].reason


async def test_something_that_is_no_cluster_leaves_the_listing_incomplete() -> None:
    listing = await open_adapter(
        replay({"results": ["production", {"id": "one"}]}, {"results": []})
    ).clusters()
    assert [cluster.external_id for cluster in listing.items] == ["one"]
    assert listing.incomplete is not None


async def test_an_answer_without_its_list_is_no_empty_list() -> None:
    with pytest.raises(UnexpectedResponse):
        await open_adapter(replay({}, {"results": []})).clusters()


# ---------------------------------------------------------------------- pages


async def test_pages_are_followed_where_they_appear() -> None:
    answers = Replay(
        {
            CLUSTERS: {
                "results": [{"id": "one"}],
                "pagination": {"page": 1, "page_size": 1, "total_pages": 2},
            },
            f"{CLUSTERS}?page=2": {"results": [{"id": "two"}], "pagination": {"page": 2, "total_pages": 2}},
            STATUSES: {"results": []},
        }
    )
    listing = await open_adapter(answers).clusters()
    assert [cluster.external_id for cluster in listing.items] == ["one", "two"]


async def test_a_repeated_page_ends_the_listing_as_an_error() -> None:
    again = {"results": [{"id": "one"}], "pagination": {"page": 1, "total_pages": 3}}
    answers = replay(again, {"results": []})
    with pytest.raises(UnexpectedResponse):
        await open_adapter(answers).clusters()
    assert answers.asked == [CLUSTERS, f"{CLUSTERS}?page=2"]


# ---------------------------------------------------------------------- credentials, costs, offers


async def test_credentials_of_every_kind_are_read_and_what_is_secret_is_found_nowhere(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    adapter = open_adapter(Replay({CREDENTIALS: fixture("qovery/list-credentials-of-every-kind.json")}))
    listing = await adapter.integrations()
    assert len(listing.items) == 9
    assert listing.items[0].cluster_external_ids == (PRODUCTION,)
    assert all(one.cluster_external_ids == () for one in listing.items[1:])
    assert [one.external_id for one in listing.unreadable] == ["c-bent"]
    assert listing.incomplete is None
    shown = [
        repr(listing),
        *(one.model_dump_json() for one in listing.items),
        repr(vars(adapter)),
        caplog.text,
    ]
    assert not [text for text in shown if PLANTED in text]


async def test_keys_of_secret_managers_are_found_nowhere(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    body = fixture("qovery/list-clusters.json")
    adapter = open_adapter(replay(body, fixture("qovery/list-statuses.json")))
    listing = await adapter.clusters()
    wire = WireCluster.model_validate(body["results"][0])
    shown = [
        repr(listing),
        repr(wire),
        *(one.model_dump_json() for one in listing.items),
        repr(vars(adapter)),
    ]
    assert not [text for text in (*shown, caplog.text) if PLANTED in text]


async def test_a_cluster_is_asked_what_it_costs() -> None:
    adapter = open_adapter(Replay({f"{CLUSTERS}/one/currentCost": fixture("qovery/cost-range.json")}))
    estimate = await adapter.cost_estimate(a_cluster())
    assert (estimate.minimum.decimal, estimate.maximum.decimal) == (150, 300)


async def test_regions_of_every_cloud_are_listed_and_one_that_is_refused_costs_its_own() -> None:
    nowhere: dict[str, object] = {"results": []}
    answers = Replay(
        {
            "/aws/region": {"results": [{"name": "eu-west-3", "country": "France", "city": "Paris"}]},
            "/azure/region": nowhere,
            "/gcp/region": httpx.Response(403, json={"detail": "you may not"}),
            "/scaleway/region": fixture("qovery/list-regions-scaleway.json"),
        }
    )
    listing = await open_adapter(answers).regions()
    assert {region.key: region.location for region in listing.items} == {
        "AWS/eu-west-3": "Paris, France",
        "SCALEWAY/fr-par": "Paris, France",
        "SCALEWAY/nl-ams": "Netherlands",
    }
    assert listing.incomplete is not None
    assert "you may not" in listing.incomplete


async def test_instance_types_are_asked_for_where_clusters_run_and_everywhere() -> None:
    types = fixture("qovery/list-instance-types.json")
    paths = [
        "/aws/instanceType",
        "/scaleway/instanceType",
        "/aws/eks/instanceType/eu-west-3",
        "/azure/aks/instanceType/francecentral",
        "/gcp/instanceType/europe-west9",
        "/scaleway/instanceType/fr-par-1",
        "/scaleway/instanceType/fr-par-2",
    ]
    answers = Replay(
        {"/scaleway/region": fixture("qovery/list-regions-scaleway.json"), **dict.fromkeys(paths, types)}
    )
    used = [
        (Cloud.AWS, "eu-west-3"),
        (Cloud.AZURE, "francecentral"),
        (Cloud.GCP, "europe-west9"),
        (Cloud.ON_PREMISES, "basement"),
        (Cloud.SCALEWAY, "fr-par"),
    ]
    listing = await open_adapter(answers).instance_types(used)
    assert answers.asked == ["/scaleway/region", *paths]
    assert [found.key for found in listing.items] == [
        "AWS//T3A_XLARGE",
        "SCALEWAY//T3A_XLARGE",
        "AWS/eu-west-3/T3A_XLARGE",
        "AZURE/francecentral/T3A_XLARGE",
        "GCP/europe-west9/T3A_XLARGE",
        "SCALEWAY/fr-par/T3A_XLARGE",
    ]
    assert listing.incomplete is None


async def test_no_fleet_is_wide_enough_to_use_up_the_budget_on_instance_types() -> None:
    used = [(Cloud.GCP, f"region-{number}") for number in range(100)]
    answers = Replay({})
    listing = await open_adapter(answers).instance_types(used)
    assert len(answers.asked) == MOST_PLACES
    assert listing.incomplete is not None


async def test_instance_types_that_were_not_asked_for_are_reported() -> None:
    used = [(Cloud.GCP, f"region-{number}") for number in range(MOST_PLACES)]
    nowhere: dict[str, object] = {"results": []}
    paths = [f"/gcp/instanceType/{region}" for _, region in used] + [
        "/aws/instanceType",
        "/scaleway/instanceType",
    ]
    listing = await open_adapter(Replay(dict.fromkeys(paths, nowhere))).instance_types(used)
    assert listing.incomplete == "2 of 32 lists of instance types were not asked for."


# ---------------------------------------------------------------------- refusals


@pytest.mark.parametrize(
    ("status", "body", "error", "text"),
    [
        (
            400,
            {"status": 400, "error": "Bad Request", "message": "name is required"},
            Rejected,
            "name is required",
        ),
        (400, {"status": 400, "detail": "no such region", "message": "ignored"}, Rejected, "no such region"),
        (403, {"error": "Forbidden"}, Forbidden, "Forbidden"),
        (403, {"detail": 7, "message": ["odd"]}, Forbidden, "(403)"),
    ],
)
async def test_the_text_of_a_refusal_stands_in_one_of_three_members(
    status: int, body: object, error: type[ProviderError], text: str
) -> None:
    answers = replay(httpx.Response(status, json=body), {"results": []})
    with pytest.raises(error) as raised:
        await open_adapter(answers).clusters()
    assert raised.value.message.endswith(text)


@pytest.mark.parametrize(
    ("status", "knows"), [(200, True), (400, False), (404, False), (403, Rejected), (401, Unauthenticated)]
)
async def test_whether_a_cluster_exists_shows_in_the_answer_about_its_status(
    status: int, knows: bool | type[ProviderError]
) -> None:
    answers = Replay({f"{CLUSTERS}/one/status": httpx.Response(status, json={"cluster_id": "one"})})
    if isinstance(knows, bool):
        assert await open_adapter(answers).exists("one") is knows
    else:
        with pytest.raises(knows):
            await open_adapter(answers).exists("one")


@pytest.mark.parametrize(("reset", "at"), [("1795435800", "12:10:00"), ("600", "12:10:00")])
async def test_a_reset_is_a_moment_or_a_duration(reset: str, at: str) -> None:
    refusal = httpx.Response(429, json={}, headers={"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": reset})
    answers = replay(refusal, {"results": []})
    with pytest.raises(RateLimited) as raised:
        await open_adapter(answers).clusters()
    assert raised.value.retry_at is not None
    assert raised.value.retry_at.strftime("%H:%M:%S") == at


# ---------------------------------------------------------------------- captured answers


def example(name: str) -> Any:
    path = published(f"examples/qovery/{name}")
    return json.loads(path.read_text(encoding="utf-8"))


async def test_the_captured_list_of_clusters_reads_without_loss() -> None:
    answers = replay(example("list-clusters.minimal.response.json"), {"results": []})
    (cluster,) = (await open_adapter(answers).clusters()).items
    assert (cluster.external_id, cluster.name) == ("4fe3f4c1-0000-4000-8000-000000000001", "TestCluster")
    assert (cluster.cloud, cluster.provider_cloud, cluster.regions) == (Cloud.AWS, "AWS", ("eu-west-3",))
    assert cluster.created_at.isoformat() == "2026-08-20T15:58:31+00:00"
    assert (cluster.phase, cluster.provider_phase, cluster.updated_at) == (Phase.UNKNOWN, "", None)


async def test_the_captured_answer_to_a_deployment_reads_as_a_status() -> None:
    body = example("deploy-cluster.response.json")
    status = WireStatus.model_validate(body)
    assert (status.status, status.is_deployed, status.reason) == ("DEPLOYING", False, "UNSPECIFIED")
    minimal = example("list-clusters.minimal.response.json")
    (cluster,) = (await open_adapter(replay(minimal, {"results": [body]})).clusters()).items
    assert (cluster.phase, cluster.provider_phase, cluster.message) == (Phase.PROVISIONING, "DEPLOYING", None)


async def test_the_captured_list_of_credentials_reads_without_loss() -> None:
    answers = Replay({CREDENTIALS: example("list-organization-credentials.response.json")})
    keys, federation = (await open_adapter(answers).integrations()).items
    assert (keys.external_id, keys.name, keys.cloud, keys.authentication) == (
        "1",
        "Credential 1",
        Cloud.AWS,
        "AWS",
    )
    assert keys.cluster_external_ids == ("1",)
    assert (federation.external_id, federation.name) == ("2", "Credential 2")
    assert (federation.cloud, federation.authentication) == (Cloud.GCP, "GCP_WORKLOAD_IDENTITY_FEDERATION")
    assert federation.cluster_external_ids == ()
    assert keys.identity == IntegrationIdentity(access_key_id="123")
    assert federation.identity == IntegrationIdentity(
        project_id="my-gcp-project",
        service_account="qovery@my-gcp-project.iam.gserviceaccount.com",
        workload_identity_provider="projects/123456789/locations/global/workloadIdentityPools/qovery-pool/providers/"
        "qovery-provider",
    )


async def test_the_documented_cost_of_a_cluster_is_a_range() -> None:
    cluster = a_cluster()
    path = f"{CLUSTERS}/{cluster.external_id}/currentCost"
    answers = Replay({path: example("cluster-current-cost.response.json")})
    cost = await open_adapter(answers).cost_estimate(cluster)
    assert cost == CostEstimate(
        minimum=Money(minor_units=15_000, currency="USD"), maximum=Money(minor_units=30_000, currency="USD")
    )


async def test_the_documented_cost_of_an_organization_is_its_running_period_and_its_plan() -> None:
    body = example("organization-current-cost.response.json")
    answers = Replay({f"{ORGANIZATION}/currentCost": body, f"{ORGANIZATION}/invoice": {"results": []}})
    (running,) = (await open_adapter(answers).spend()).items
    assert (running.total, running.is_final) == (Money(minor_units=30_000, currency="USD"), False)
    assert running.until == datetime(2026, 12, 1, tzinfo=UTC)
    assert await open_adapter(answers).subscription() == Subscription(
        plan="TEAM_2025", renews_at=datetime(2026, 12, 1, tzinfo=UTC), trial_days_left=0
    )


async def test_the_documented_refusal_tells_its_reason() -> None:
    answers = replay(httpx.Response(400, json=example("error-400.docs.response.json")), {"results": []})
    with pytest.raises(Rejected, match="Validation error: name is required"):
        await open_adapter(answers).clusters()


def test_every_captured_answer_has_its_test_here() -> None:
    folder = published("examples/qovery")
    assert {path.name for path in folder.glob("*.response.json")} == {
        "cluster-current-cost.response.json",
        "organization-current-cost.response.json",
        "deploy-cluster.response.json",
        "error-400.docs.response.json",
        "list-clusters.minimal.response.json",
        "list-organization-credentials.response.json",
    }
