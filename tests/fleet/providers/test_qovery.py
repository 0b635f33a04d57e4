"""Qovery clusters, wanted and shown: what can be asked for, and what shows that it came true."""

from typing import Any

import pytest
from pydantic import ValidationError

from fleet.changing.intents import withheld
from fleet.model.change import UpdateCluster
from fleet.model.cloud import Cloud
from fleet.model.cluster import Capacity, Cluster, Engine, Phase, Resources
from fleet.model.money import SpendLimitState, SpendLimitStatus
from fleet.providers import PROVIDERS
from fleet.providers.kupe import KupeDetails
from fleet.providers.qovery import (
    FeatureWanted,
    QoveryAdvanced,
    QoveryClusterPatch,
    QoveryClusterSpec,
    QoveryDetails,
    QoveryFeature,
    QoverySecretManager,
    SecretManagerWanted,
)

SPEC: dict[str, Any] = {
    "cloud": "AWS",
    "region": "eu-west-3",
    "description": "Shop",
    "instance_type": "t3a.large",
    "disk_size_gb": 50,
    "min_nodes": 3,
    "max_nodes": 9,
    "is_production": True,
    "ssh_keys": ["one", "two"],
    "features": [
        {"id": "STATIC_IP", "value": "true"},
        {"id": "KARPENTER", "value": '{"spot_enabled": true}'},
    ],
    "advanced": {"metrics": {"is_enabled": True}, "nginx": {"replica_count": 2}},
}
DETAILS: dict[str, Any] = {
    "kubernetes_mode": "MANAGED",
    "is_production": True,
    "ssh_keys": ("two", "one"),
    "features": (
        QoveryFeature(id="STATIC_IP", value="true"),
        QoveryFeature(id="KARPENTER", value='{"disk_size_in_gib": 50, "spot_enabled": true}'),
        QoveryFeature(id="VPC_SUBNET", value="10.0.0.0/16"),
    ),
    "advanced": QoveryAdvanced.model_validate(
        {
            "metrics": {"is_enabled": True, "kind": "MANAGED_BY_QOVERY"},
            "nginx": {"replica_count": 2, "publish_status_address": "10.0.0.7"},
        }
    ),
}
CAPACITY: dict[str, Any] = {
    "per_node": Resources(storage_mib=50 * 1024),
    "min_nodes": 3,
    "max_nodes": 9,
    "instance_type": "t3a.large",
}


def shown(**members: Any) -> Cluster:
    """As it is once SPEC came true, but for what is given."""
    details = DETAILS | {name: members.pop(name) for name in DETAILS.keys() & members.keys()}
    capacity = CAPACITY | {name: members.pop(name) for name in CAPACITY.keys() & members.keys()}
    return Cluster(
        **{
            "account_id": "account",
            "provider": "qovery",
            "external_id": "one",
            "name": "production",
            "display_name": "production",
            "description": "Shop",
            "engine": Engine.KUBERNETES,
            "plan": "MANAGED",
            "phase": Phase.READY,
            "provider_phase": "DEPLOYED",
            "cloud": Cloud.AWS,
            "regions": ("eu-west-3",),
            "capacity": Capacity(**capacity),
            "revision": "one",
            "spend_limit": SpendLimitStatus(state=SpendLimitState.UNSUPPORTED, reason="None."),
            "details": QoveryDetails(**details),
            **members,
        }
    )


def spec(**members: Any) -> QoveryClusterSpec:
    return QoveryClusterSpec.model_validate(SPEC | members)


# ---------------------------------------------------------------------- what can be asked for


@pytest.mark.parametrize(
    ("members", "sentence"),
    [
        ({"min_nodes": 10}, "fewer nodes at most"),
        ({"min_nodes": 0}, "greater than or equal to 1"),
        ({"disk_size_gb": 0}, "greater than or equal to 1"),
        ({"features": [{"id": "X"}, {"id": "X", "value": "true"}]}, "named once"),
        ({"region": ""}, "at least 1 character"),
        ({"advanced": {"nginx": {"replica_count": -1}}}, "greater than or equal to 0"),
        ({"surprise": True}, "Extra inputs"),
    ],
)
def test_a_cluster_that_cannot_be_is_refused_with_a_sentence(members: dict[str, Any], sentence: str) -> None:
    with pytest.raises(ValidationError, match=sentence):
        spec(**members)


def test_more_nodes_at_least_than_the_default_at_most_are_refused_at_the_member_at_fault() -> None:
    with pytest.raises(ValidationError) as refused:
        QoveryClusterSpec.model_validate({"cloud": "AWS", "region": "r", "min_nodes": 2})
    assert [error["loc"] for error in refused.value.errors()] == [("max_nodes",)]


@pytest.mark.parametrize(
    "member",
    [
        "name",
        "instance_type",
        "disk_size_gb",
        "min_nodes",
        "max_nodes",
        "is_production",
        "features",
        "advanced",
    ],
)
def test_what_cannot_be_cleared_is_refused(member: str) -> None:
    with pytest.raises(ValidationError, match="cannot be cleared"):
        QoveryClusterPatch.model_validate({member: None})


def test_what_can_be_cleared_is_kept_as_given() -> None:
    patch = QoveryClusterPatch.model_validate({"description": None, "ssh_keys": None})
    assert patch.model_dump() == {"description": None, "ssh_keys": None}


@pytest.mark.parametrize("name", ["", " ", " a", "a ", "a\nb"])
def test_a_name_that_will_not_do_is_refused(name: str) -> None:
    with pytest.raises(ValidationError, match="not blank at either end"):
        QoveryClusterPatch(name=name)


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("true", True),
        ("false", False),
        ('{"vpc_name": "shop"}', {"vpc_name": "shop"}),
        ("10.0.0.0/16", "10.0.0.0/16"),
        ("3", "3"),
        ("null", "null"),
        ('["a"]', '["a"]'),
        ("", ""),
        ("[" * 100_000, "[" * 100_000),
        (None, None),
    ],
)
def test_a_feature_is_text_but_for_switches_and_objects(written: str | None, read: object) -> None:
    assert FeatureWanted(id="X", value=written).read_value == read


@pytest.mark.parametrize("written", ['{"a": 1e999}', '{"a": {"b": NaN}}', '{"a":' * 100 + "1" + "}" * 100])
def test_a_feature_that_json_cannot_write_is_refused(written: str) -> None:
    with pytest.raises(ValidationError, match=r"not finite|32 levels deep"):
        FeatureWanted(id="X", value=written)


# ---------------------------------------------------------------------- what shows it


def test_a_cluster_shows_what_was_asked_for() -> None:
    assert spec().matches(shown())
    least = QoveryClusterSpec.model_validate(
        {"cloud": "AWS", "region": "eu-west-3", "max_nodes": 9, "min_nodes": 3}
    )
    assert least.matches(shown(is_production=None, plan=None, description="Somebody's words"))


@pytest.mark.parametrize(
    "members",
    [
        {"cloud": Cloud.GCP},
        {"regions": ("eu-west-1",)},
        {"plan": "SELF_MANAGED"},
        {"description": None},
        {"instance_type": "t3a.medium"},
        {"per_node": Resources(storage_mib=40 * 1024)},
        {"min_nodes": 2},
        {"max_nodes": 10},
        {"is_production": None},
        {"ssh_keys": ("one",)},
        {"features": ()},
        {"features": DETAILS["features"][1:]},
        {"features": (QoveryFeature(id="STATIC_IP", value="false"), *DETAILS["features"][1:])},
        {
            "features": (
                DETAILS["features"][0],
                QoveryFeature(id="KARPENTER", value='{"spot_enabled": false}'),
            )
        },
        {"advanced": None},
        {
            "advanced": QoveryAdvanced.model_validate(
                {"metrics": {"is_enabled": True}, "nginx": {"replica_count": 3}}
            )
        },
        {"details": KupeDetails()},
    ],
)
def test_a_cluster_that_differs_shows_something_else(members: dict[str, Any]) -> None:
    assert not spec().matches(shown(**members))


@pytest.mark.parametrize(
    "members",
    [
        {"min_nodes": None},
        {"max_nodes": None},
        {"per_node": Resources()},
        {"instance_type": None},
        {"instance_type": "T3A_LARGE"},
        {"instance_type": "KARPENTER"},
        {"features": (*DETAILS["features"], QoveryFeature(id="NAT_GATEWAY"))},
    ],
)
def test_what_qovery_leaves_out_or_adds_is_not_held_against_it(members: dict[str, Any]) -> None:
    assert spec().matches(shown(**members))


def test_a_switch_that_is_off_need_not_be_shown() -> None:
    off = [{"id": "STATIC_IP", "value": "false"}]
    assert spec(features=off).matches(shown(features=()))
    assert spec(features=[{"id": "STATIC_IP"}]).matches(shown())


@pytest.mark.parametrize(
    ("given", "differing"),
    [
        ({"name": "Production"}, {"name": "staging"}),
        ({"description": "Shop"}, {"description": "Stop"}),
        ({"instance_type": "t3a.large"}, {"instance_type": "m7g.large"}),
        ({"disk_size_gb": 50}, {"per_node": Resources(storage_mib=1)}),
        ({"min_nodes": 3}, {"min_nodes": 1}),
        ({"is_production": True}, {"is_production": False}),
        ({"ssh_keys": ["one", "two"]}, {"ssh_keys": ()}),
        ({"features": [{"id": "STATIC_IP", "value": "true"}]}, {"features": ()}),
        ({"advanced": {"nginx": {"replica_count": 2}}}, {"advanced": None}),
    ],
)
def test_a_patch_shows_in_what_was_given_alone(given: dict[str, Any], differing: dict[str, Any]) -> None:
    patch = QoveryClusterPatch.model_validate(given)
    assert patch.matches(shown(cloud=Cloud.GCP))
    assert not patch.matches(shown(**differing))


def test_what_was_cleared_shows_as_nothing() -> None:
    patch = QoveryClusterPatch.model_validate({"description": None, "ssh_keys": None})
    assert patch.matches(shown(description=None, ssh_keys=()))
    assert not patch.matches(shown(description=None))
    assert not patch.matches(shown(ssh_keys=()))


# ---------------------------------------------------------------------- what has a request of its own, what is secret


@pytest.mark.parametrize(
    "alone",
    [{"integration_external_id": "link"}, {"kubeconfig": "clusters: []"}],
    ids=lambda one: next(iter(one)),
)
def test_what_has_a_request_of_its_own_is_changed_alone_and_shown_by_no_cluster(
    alone: dict[str, str],
) -> None:
    patch = QoveryClusterPatch.model_validate(alone)
    assert not patch.is_shown
    with pytest.raises(ValidationError, match="request of its own"):
        QoveryClusterPatch.model_validate({**alone, "description": "x"})
    with pytest.raises(ValidationError, match="cannot be cleared"):
        QoveryClusterPatch.model_validate(dict.fromkeys(alone))


STATIC: dict[str, Any] = {
    "name": "vault",
    "kind": "AWS_SECRET_MANAGER",
    "region": "eu-west-3",
    "authentication": "AWS_STATIC_CREDENTIALS",
    "access_key_id": "planted-id",
    "secret_access_key": "planted-key",
}


@pytest.mark.parametrize(
    "members",
    [{"kubeconfig": "planted-config"}, {"secret_managers": [STATIC]}],
    ids=lambda one: next(iter(one)),
)
def test_a_secret_of_a_patch_is_not_stored_and_what_was_stored_is_not_sent(members: dict[str, Any]) -> None:
    change = UpdateCluster(provider="qovery", patch=QoveryClusterPatch.model_validate(members))
    assert change.is_whole
    assert "planted" in str(withheld(change))
    kept = change.model_dump_json()
    assert "planted" not in f"{kept} {change!r}"
    again = UpdateCluster.model_validate_json(kept, context=PROVIDERS)
    assert (again.is_whole, withheld(again), again.model_dump_json()) == (False, {}, kept)


@pytest.mark.parametrize(
    ("members", "sentence"),
    [
        ({"secret_access_key": None}, "takes access_key_id and secret_access_key"),
        ({"access_key_id": None, "secret_access_key": None}, "needs access_key_id"),
        ({"kind": "GCP_SECRET_MANAGER"}, "needs a project"),
        ({"project_id": "p"}, "needs a project"),
        ({"authentication": "AWS_ROLE_ARN"}, "needs a role"),
        ({"authentication": "AUTOMATICALLY_CONFIGURED"}, "takes no keys"),
    ],
)
def test_a_secret_manager_that_cannot_be_is_refused_with_a_sentence(
    members: dict[str, Any], sentence: str
) -> None:
    with pytest.raises(ValidationError, match=sentence) as refused:
        SecretManagerWanted.model_validate(STATIC | members)
    assert "planted" not in str(refused.value)


def test_a_cluster_shows_its_secret_managers_but_for_their_keys() -> None:
    patch = QoveryClusterPatch.model_validate({"secret_managers": [STATIC]})
    members = {name: STATIC[name] for name in ("name", "kind", "region", "authentication")}
    manager = QoverySecretManager(id="one", **members)
    details = QoveryDetails(**DETAILS, secret_managers=(manager,))
    assert patch.matches(shown(details=details))
    assert not patch.matches(shown())
