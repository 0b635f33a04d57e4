"""Zero money at every version of the API: what is left of the organization's free allowance."""

from typing import Any

import pytest
from pydantic import SecretStr

from adapters.cockroachdb.allowance import left_of_allowance
from adapters.cockroachdb.convert import to_cluster
from adapters.cockroachdb.wire import WireCluster
from fleet.model.cluster import Cluster
from fleet.model.money import LimitWanted, Money, SpendLimitBasis, UsageLimit
from fleet.model.refusal import InvalidInput
from fleet.providers.cockroachdb import CockroachdbClusterPatch, CockroachdbClusterSpec
from fleetgraph.testing.setting import Setting

FREE = {"money": {"minor_units": 0, "currency": "USD"}}
ALL_OF_IT = UsageLimit(request_units=50_000_000, storage_mib=10_240)


@pytest.fixture
def provider() -> str:
    return "cockroachdb"


def basic(name: str, units: int | None = None, storage: int | None = None, **more: Any) -> Cluster:
    limits = {"request_unit_limit": units and str(units), "storage_mib_limit": storage and str(storage)}
    body = {"id": name, "name": name, "plan": "BASIC", "state": "CREATED", **more}
    config = {"serverless": {"usage_limits": limits}}
    return to_cluster(WireCluster.model_validate({"config": config, **body}), "account")


def left(*others: Cluster) -> UsageLimit | None:
    return left_of_allowance(others, ("limit", "money")).usage


def test_the_allowance_is_shared_by_the_clusters_of_an_organization() -> None:
    assert left() == ALL_OF_IT
    taken = left(basic("a", 20_000_000, 1_000), basic("b", 5_000_000, 240))
    assert taken == UsageLimit(request_units=25_000_000, storage_mib=9_000)


def test_clusters_of_other_plans_and_those_that_are_gone_take_nothing_of_it() -> None:
    standard = basic("a", plan="STANDARD")
    gone = basic("b", state="DELETED")
    failed = basic("c", state="CREATION_FAILED")
    advanced = basic("d", plan="ADVANCED", config={"dedicated": {}})
    assert left(standard, gone, failed, advanced) == ALL_OF_IT


@pytest.mark.parametrize("limits", [(None, None), (1_000, None), (None, 1_000)])
def test_beside_a_cluster_without_a_limit_nothing_is_free(limits: tuple[int | None, int | None]) -> None:
    with pytest.raises(InvalidInput, match="portal is a Basic cluster without a limit"):
        left(basic("portal", *limits))


def test_beside_a_limit_that_does_not_read_nobody_knows_what_is_free() -> None:
    with pytest.raises(InvalidInput, match="What portal may use"):
        left(basic("portal", config={"serverless": {"usage_limits": "many"}}))


@pytest.mark.parametrize("limits", [(50_000_000, 1), (1, 10_240), (80_000_000, 20_000)])
def test_where_nothing_is_left_the_holders_are_named(limits: tuple[int, int]) -> None:
    with pytest.raises(InvalidInput, match="The limits of portal hold all") as refused:
        left(basic("portal", *limits))
    assert refused.value.path == ("limit", "money")


async def test_free_clusters_of_an_organization_share_its_allowance_over_http(here: Setting) -> None:
    account, token = next(one for one in here.accounts() if one[0].name == "Paperboat Games")
    adapter: Any = here.open(account, SecretStr(token.get_secret_value()))
    some = {"usage": {"request_units": 20_000_000, "storage_mib": 2_048}}
    for name, limit in (("paper-plane", some), ("notorious-moose", FREE)):
        plan = {"basic": {"regions": ["us-east1"], "spend_limit": limit}}
        await adapter.create_cluster(
            name, CockroachdbClusterSpec.model_validate({"cloud": "GCP", "plan": plan})
        )
    here.sandbox_clock.advance(20)
    plane, moose = sorted((await adapter.clusters()).items, key=lambda one: one.name, reverse=True)
    limit = moose.spend_limit.limit
    assert limit is not None
    assert limit.basis is SpendLimitBasis.USAGE
    assert limit.usage == UsageLimit(request_units=30_000_000, storage_mib=8_192)
    asked = CockroachdbClusterSpec.model_validate(
        {"cloud": "GCP", "plan": {"basic": {"regions": ["us-east1"], "spend_limit": FREE}}}
    )
    assert asked.matches(moose)

    await adapter.set_spend_limit(plane, LimitWanted(usage=UsageLimit(request_units=1, storage_mib=1)))
    here.sandbox_clock.advance(20)
    patch = CockroachdbClusterPatch.model_validate(
        {"plan": {"basic": {"regions": ["us-east1"], "spend_limit": FREE}}}
    )
    await adapter.update_cluster(moose, patch)
    here.sandbox_clock.advance(20)
    raised = (await adapter.cluster(moose.external_id)).spend_limit.limit
    assert raised.usage == UsageLimit(request_units=49_999_999, storage_mib=10_239)
    assert raised.money == Money(minor_units=1500, currency="USD")
    assert patch.matches(await adapter.cluster(moose.external_id))


async def test_a_free_cluster_beside_one_without_a_limit_is_refused_before_anything_goes_out(
    here: Setting,
) -> None:
    account, token = here.accounts()[0]
    adapter: Any = here.open(account, SecretStr(token.get_secret_value()))
    plan = {"basic": {"regions": ["us-east1"], "spend_limit": FREE}}
    spec = CockroachdbClusterSpec.model_validate({"cloud": "GCP", "plan": plan})
    with pytest.raises(InvalidInput, match="without a limit") as refused:
        await adapter.create_cluster("notorious-moose", spec)
    assert refused.value.path == ("spec", "plan", "basic", "spend_limit", "money")
    assert {request.method for request in here.server.requests} == {"GET"}
