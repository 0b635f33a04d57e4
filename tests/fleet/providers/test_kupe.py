"""What may be asked of Kupe, and how a cluster shows that it was done."""

import json
from typing import Any

import pytest
from pydantic import ValidationError

from fleet.model.change import CreateCluster, UpdateCluster
from fleet.model.cluster import Capacity, Cluster, Resources
from fleet.model.digest import digest
from fleet.model.refusal import invalid_inputs
from fleet.providers import PROVIDERS
from fleet.providers.kupe import KupeClusterPatch, KupeClusterSpec, KupeDetails
from tests.fleet.things import account, cluster

DEEP = json.loads('{"a": ' * 200 + "1" + "}" * 200)
SIZE = Capacity(total=Resources(cpu_millicores=4000, memory_mib=16 * 1024, storage_mib=100 * 1024))
WHOLE = {
    "version": "1.33",
    "resources": {"cpu": "4", "memory": "16Gi", "storage": "100Gi"},
    "is_highly_available": True,
    "alerts": {"receivers": ["somebody"]},
}


def spec(**given: Any) -> KupeClusterSpec:
    return KupeClusterSpec.model_validate({"display_name": "Check out", "type": "shared", **given})


def patch(**given: Any) -> KupeClusterPatch:
    return KupeClusterPatch.model_validate(given)


def shown(
    alerts: Any = None, version: str | None = "1.33", is_ha: bool | None = True, **more: Any
) -> Cluster:
    details = KupeDetails(
        isolation="shared",
        is_highly_available=is_ha,
        requested_version=version,
        alerts_digest=None if alerts is None else digest(alerts),
    )
    fields = {"display_name": "Check out", "plan": "shared", "capacity": SIZE, "details": details}
    return cluster(of=account(provider="kupe"), **{**fields, **more})


@pytest.mark.parametrize(
    ("given", "path", "sentence"),
    [
        ({"display_name": " "}, ("display_name",), "needs a name"),
        ({"version": "v1.33.5"}, ("version",), "minor version"),
        ({"resources": {}}, ("resources",), "at least one of CPU, memory and storage"),
        ({"resources": {"cpu": "four"}}, ("resources", "cpu"), "no quantity of CPU"),
        ({"resources": {"cpu": "0"}}, ("resources", "cpu"), "no quantity of CPU"),
        ({"resources": {"memory": "1.5"}}, ("resources", "memory"), "no size with its unit"),
        ({"resources": {"storage": "16GB"}}, ("resources", "storage"), "no size with its unit"),
        ({"resources": {"storage": "-1Gi"}}, ("resources", "storage"), "no size with its unit"),
        ({"resources": {"cpu": "4", "memory": "16"}}, ("resources", "memory"), "no size with its unit"),
        ({"resources": {"memory": ""}}, ("resources", "memory"), "clears all resources together"),
        ({"alerts": {"cpu": float("inf")}}, ("alerts",), "not finite"),
        ({"alerts": {"cpu": [{"a": float("nan")}]}}, ("alerts",), "not finite"),
        ({"alerts": {"a": DEEP}}, ("alerts",), "32 levels deep"),
    ],
    ids=str,
)
def test_what_cannot_be_meant_is_refused_with_its_place(
    given: Any, path: tuple[str, ...], sentence: str
) -> None:
    with pytest.raises(ValidationError) as raised:
        spec(**given)
    (one,) = invalid_inputs(raised.value)
    assert one.path == path
    assert sentence in one.message
    assert one.message.endswith(".")


@pytest.mark.parametrize("name", ["a", "-checkout", "checkout-", "Checkout", "check_out", "c" * 64])
def test_a_name_that_will_not_do_is_refused(name: str) -> None:
    with pytest.raises(ValidationError, match="2 to 63 lowercase letters"):
        CreateCluster(provider="kupe", name=name, spec=spec())
    CreateCluster(provider="kupe", name="c1", spec=spec())


@pytest.mark.parametrize("name", ["version", "is_highly_available", "alerts"])
def test_nothing_but_all_resources_together_can_be_cleared(name: str) -> None:
    with pytest.raises(ValidationError, match="cannot be cleared"):
        patch(**{name: None})


@pytest.mark.parametrize(
    ("given", "cluster", "is_shown"),
    [
        (WHOLE, shown({"receivers": ["somebody"]}), True),
        (WHOLE, shown(), True),
        ({"alerts": {"receivers": []}}, shown({"receivers": ["somebody"]}), False),
        ({"alerts": {"a": 1, "b": 2}}, shown({"b": 2, "a": 1}), True),
        ({"version": "1.34"}, shown(), False),
        ({"version": "1.33"}, shown(version=None), False),
        ({"resources": {"cpu": "4000m"}}, shown(), True),
        ({"resources": {"cpu": "5"}}, shown(), False),
        ({"resources": {"memory": "16384Mi"}}, shown(), True),
        ({"resources": {"storage": "1Ti"}}, shown(), False),
        ({"is_highly_available": False}, shown(is_ha=None), True),
        ({"is_highly_available": True}, shown(is_ha=None), False),
    ],
    ids=str,
)
def test_a_cluster_shows_what_was_asked_or_does_not(given: Any, cluster: Cluster, is_shown: bool) -> None:
    assert spec(**given).matches(cluster) is is_shown
    assert patch(**given).matches(cluster) is is_shown


def test_a_new_cluster_is_known_by_its_kind_and_not_by_its_display_name() -> None:
    assert spec().matches(shown(display_name="Something else"))
    assert not spec().matches(shown(plan="dedicated"))


def test_of_alerts_nothing_is_kept_but_whether_they_are_the_same() -> None:
    address = "on-call@example.test"
    change = UpdateCluster(provider="kupe", patch=patch(alerts={"receivers": [address]}))
    kept = change.model_dump_json()
    assert address not in kept + repr(change)
    again = UpdateCluster.model_validate_json(kept, context=PROVIDERS).patch
    assert again.matches(shown({"receivers": [address]}))
    assert not again.matches(shown({"receivers": []}))
