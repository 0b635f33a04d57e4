"""What Qovery is asked for: every option under its name, and nothing lost when a cluster is replaced."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from adapters.qovery.request import ANSWER_ONLY, to_create_cluster_request, to_update_cluster_request
from adapters.qovery.settings import to_advanced
from fleet.model.cloud import Cloud
from fleet.model.refusal import InvalidInput
from fleet.providers.qovery import QoveryClusterPatch, QoveryClusterSpec
from tests.adapters.qovery import LINK, WHOLE, every_member, patched

# ---------------------------------------------------------------------- creating


def test_every_option_goes_out_under_qoverys_names() -> None:
    body = to_create_cluster_request("production", WHOLE, LINK)
    assert body["cloud_provider_credentials"] == {
        "cloud_provider": "AWS",
        "credentials": {"id": LINK.external_id, "name": "aws-main"},
        "region": "eu-west-3",
    }
    assert (body["disk_size"], body["min_running_nodes"], body["max_running_nodes"]) == (60, 3, 9)
    assert body["features"] == [
        {"id": "STATIC_IP", "value": True},
        {"id": "VPC_SUBNET", "value": "10.0.0.0/16"},
        {"id": "EXISTING_VPC", "value": {"vpc_name": "shop"}},
        {"id": "SCW_CONTROL_PLANE_TYPE"},
    ]
    assert (body["disk_iops"], body["disk_throughput"], body["keda"]) == (7800, 255, {"enabled": True})
    assert body["labels_groups"] == [{"id": "4fe3f4c1-0000-4000-8000-00000000000e"}]
    assert body["secret_manager_accesses"] == [
        {
            "id": None,
            "name": "parameters",
            "endpoint": {"mode": "AWS_PARAMETER_STORE", "region": "eu-west-3"},
            "authentication": {"mode": "AUTOMATICALLY_CONFIGURED"},
        },
        {
            "id": None,
            "name": "vault",
            "endpoint": {"mode": "GCP_SECRET_MANAGER", "region": "europe-west9", "project_id": "shop"},
            "authentication": {
                "mode": "AWS_ROLE_ARN",
                "role_arn": "arn:aws:iam::000000000000:role/vault",
            },
        },
    ]
    assert body["infrastructure_charts_parameters"] == {
        "nginx_parameters": {
            "replica_count": 2,
            "default_ssl_certificate": "qovery/wildcard",
            "publish_status_address": "10.0.0.7",
            "annotation_metal_lb_load_balancer_ips": "10.0.0.8",
            "annotation_external_dns_kubernetes_target": "shop.example",
        },
        "cert_manager_parameters": {"kubernetes_namespace": "cert-manager"},
        "metal_lb_parameters": {"ip_address_pools": ["10.1.0.0/24"]},
        "eks_anywhere_parameters": {
            "git_repository": {
                "url": "https://git.example/shop/clusters.git",
                "git_token_id": "4fe3f4c1-0000-4000-8000-00000000000f",
                "provider": "GITLAB",
                "branch": "main",
                "commit_id": "4e3128725f47140002fa47d65d83195a51f5140f",
            },
            "yaml_file_path": "/clusters/shop.yaml",
            "cluster_backup": {
                "enabled": True,
                "timeout_seconds": 600,
                "certs_secret_name": "etcd-certs",
                "s3": {
                    "bucket": "shop-backups",
                    "region": "eu-west-3",
                    "role_arn": "arn:aws:iam::000000000000:role/backup",
                    "key_prefix": "shop/",
                },
            },
        },
    }


def test_a_repository_of_eks_anywhere_keeps_what_was_not_given_and_holds_no_password() -> None:
    there = {
        "git_repository": {"url": "https://git.example/old.git", "git_token_id": "one", "branch": "next"},
        "yaml_file_path": "/old.yaml",
        "cluster_backup": {
            "enabled": False,
            "s3": {"bucket": "b", "region": "r", "role_arn": "a"},
            "more": 1,
        },
    }
    wanted = {
        "repository_url": "https://git.example/new.git",
        "git_token_id": "two",
        "yaml_path": "/new.yaml",
    }
    raw = every_member() | {"infrastructure_charts_parameters": {"eks_anywhere_parameters": there}}
    patch = QoveryClusterPatch.model_validate({"advanced": {"eks_anywhere": wanted}})
    body = to_update_cluster_request(raw, patch)["infrastructure_charts_parameters"]
    assert body["eks_anywhere_parameters"] == {
        "git_repository": {"url": "https://git.example/new.git", "git_token_id": "two", "branch": "next"},
        "yaml_file_path": "/new.yaml",
        "cluster_backup": there["cluster_backup"],
    }
    assert (
        to_advanced(None, {"eks_anywhere_parameters": there}) is not None
    )  # but for a member of no document
    password = {"git_repository": {"url": "https://me:planted@git.example/a.git", "git_token_id": "one"}}
    shown = to_advanced(None, {"eks_anywhere_parameters": password | {"yaml_file_path": "/a.yaml"}})
    assert shown is None
    with pytest.raises(ValidationError) as refused:
        QoveryClusterPatch.model_validate(
            {
                "advanced": {
                    "eks_anywhere": wanted | {"repository_url": "https://me:planted@git.example/a.git"}
                }
            }
        )
    assert refused.value.errors()[0]["loc"] == ("advanced", "eks_anywhere", "repository_url")


@pytest.mark.parametrize(
    ("cloud", "vendor", "linked"),
    [
        (Cloud.SCALEWAY, "SCW", "SCW"),
        (Cloud.HETZNER, "HETZNER", "ON_PREMISE"),
        (Cloud.OCI, "ORACLE", "ON_PREMISE"),
    ],
)
def test_a_cluster_in_a_cloud_without_credentials_is_linked_as_ones_own(
    cloud: Cloud, vendor: str, linked: str
) -> None:
    spec = QoveryClusterSpec(cloud=cloud, region="somewhere", integration_external_id="link")
    link = LINK.model_copy(update={"cloud": Cloud.ON_PREMISES if linked == "ON_PREMISE" else cloud})
    body = to_create_cluster_request("edge", spec, link)
    assert (body["cloud_provider"], body["cloud_provider_credentials"]["cloud_provider"]) == (vendor, linked)


def test_a_cluster_is_not_built_with_another_clouds_credentials() -> None:
    link = LINK.model_copy(update={"cloud": Cloud.GCP})
    with pytest.raises(InvalidInput, match="'aws-main' are for GCP") as refused:
        to_create_cluster_request("production", WHOLE, link)
    assert refused.value.path == ("spec", "integration_external_id")


@pytest.mark.parametrize("cloud", [Cloud.BYOK, Cloud.UNKNOWN, Cloud.BACKBLAZE])
def test_a_cloud_that_qovery_does_not_know_is_refused(cloud: Cloud) -> None:
    with pytest.raises(InvalidInput) as refused:
        to_create_cluster_request("edge", QoveryClusterSpec(cloud=cloud, region="x"), None)
    assert refused.value.path == ("spec", "cloud")


# ---------------------------------------------------------------------- replacing


def test_a_replacement_loses_nothing() -> None:
    raw = every_member()
    kept = {name: value for name, value in raw.items() if name not in ANSWER_ONLY}
    kept["features"] = [
        {"id": "4fe3f4c1-0000-4000-8000-00000000000a", "value": True},
        {"id": "4fe3f4c1-0000-4000-8000-00000000000b", "value": "10.0.0.0/16"},
        {
            "id": "4fe3f4c1-0000-4000-8000-00000000000c",
            "value": {"nat_gateway_type": {"provider": "scaleway", "type": "VPC-GW-S"}},
        },
        {"id": "4fe3f4c1-0000-4000-8000-00000000000d", "value": None},
    ]
    for access in kept["secret_manager_accesses"]:
        del access["created_at"], access["updated_at"]
    assert patched(description="New words") == kept | {"description": "New words"}


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=8,
)


RAW = every_member()


@given(unknown=st.dictionaries(st.text(min_size=1).filter(lambda name: name not in RAW), JSON))
def test_members_that_nobody_knows_go_back_as_they_are(unknown: dict[str, Any]) -> None:
    raw = RAW | unknown
    body = to_update_cluster_request(raw, QoveryClusterPatch(min_nodes=4))
    assert {name: body.get(name) for name in unknown} == unknown
    assert body["min_running_nodes"] == 4
    assert body["disk_size"] == 50


def test_only_what_was_given_differs() -> None:
    unchanged = patched(name="production")
    differences: list[tuple[dict[str, Any], dict[str, Any]]] = [
        ({"name": "prod"}, {"name": "prod"}),
        ({"description": None}, {"description": ""}),
        ({"instance_type": "t3a.large"}, {"instance_type": "t3a.large"}),
        ({"disk_size_gb": 80}, {"disk_size": 80}),
        ({"min_nodes": 1, "max_nodes": 2}, {"min_running_nodes": 1, "max_running_nodes": 2}),
        ({"is_production": False}, {"production": False}),
        ({"ssh_keys": ["one", "two"]}, {"ssh_keys": ["one", "two"]}),
        ({"ssh_keys": None}, {"ssh_keys": []}),
        ({"disk_iops": 3000}, {"disk_iops": 3000}),
        ({"disk_throughput_mb_per_second": 125}, {"disk_throughput": 125}),
        ({"is_keda_enabled": False}, {"keda": {"enabled": False}}),
        ({"labels_group_ids": []}, {"labels_groups": []}),
        ({"secret_managers": []}, {"secret_manager_accesses": []}),
        ({"labels_group_ids": None}, {"labels_groups": []}),
        ({"secret_managers": None}, {"secret_manager_accesses": []}),
    ]
    for members, differing in differences:
        assert patched(**members) == unchanged | differing


def test_features_that_are_not_named_stay_as_they_are() -> None:
    ip = "4fe3f4c1-0000-4000-8000-00000000000a"
    before = patched(name="production")["features"]
    after = patched(features=[{"id": ip, "value": "false"}, {"id": "GKE_KMS_KEY"}])["features"]
    assert after == [{"id": ip, "value": False}, *before[1:], {"id": "GKE_KMS_KEY"}]


def test_of_metrics_and_charts_only_what_is_named_differs() -> None:
    before = every_member()
    body = patched(advanced={"metrics": {"is_enabled": False}, "nginx": {"replica_count": 5}})
    assert body["metrics_parameters"] == before["metrics_parameters"] | {"enabled": False}
    charts = before["infrastructure_charts_parameters"]
    nginx = charts["nginx_parameters"] | {"replica_count": 5}
    assert body["infrastructure_charts_parameters"] == charts | {"nginx_parameters": nginx}
    body = patched(advanced={"metrics": {"is_enabled": True, "kind": "OWN"}})
    configuration = before["metrics_parameters"]["configuration"] | {"kind": "OWN"}
    assert body["metrics_parameters"]["configuration"] == configuration
    assert body["infrastructure_charts_parameters"] == charts


def test_the_document_it_was_read_from_is_left_alone() -> None:
    raw = every_member()
    patch = QoveryClusterPatch.model_validate(
        {"advanced": {"nginx": {"replica_count": 5}}, "features": [{"id": "X"}]}
    )
    to_update_cluster_request(raw, patch)
    assert raw == every_member()


def test_a_cluster_that_shows_little_is_replaced_with_little() -> None:
    raw = {
        "id": "one",
        "name": "edge",
        "region": "r",
        "cloud_provider": "AWS",
        "features": None,
        "disk_size": None,
    }
    body = to_update_cluster_request(raw, QoveryClusterPatch(description="x"))
    assert body == {"name": "edge", "region": "r", "cloud_provider": "AWS", "description": "x"}


@pytest.mark.parametrize(
    ("members", "member"), [({"min_nodes": 11}, "min_nodes"), ({"max_nodes": 2}, "max_nodes")]
)
def test_bounds_are_checked_against_the_one_that_stays(members: dict[str, int], member: str) -> None:
    with pytest.raises(InvalidInput, match="at least") as refused:
        patched(**members)
    assert refused.value.path == ("patch", member)
