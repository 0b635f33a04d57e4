"""What Northflank is asked for cloud by cloud, what of it is read again, and what a change sends back."""

import json
from typing import Any

import pytest
from pydantic import ValidationError

from adapters.northflank.convert import to_cluster
from adapters.northflank.request import to_create_cluster_request, to_update_cluster_request
from adapters.northflank.wire import WireCluster
from fleet.model.cluster import Cluster
from fleet.model.refusal import InvalidInput, Unsupported
from fleet.providers.northflank import NorthflankClusterPatch, NorthflankClusterSpec
from tests.published import published

POOL: dict[str, Any] = {"node_type": "n2", "node_count": 2, "disk_size_gb": 100}
COMMON: dict[str, Any] = {"integration_external_id": "link", "region": "somewhere", "node_pools": [POOL]}

AWS: dict[str, Any] = {
    "cloud": "AWS",
    "aws": {
        "vpc_id": "vpc-1",
        "subnets": ["subnet-1", "subnet-2"],
        "authorized_networks": ["192.0.2.0/24"],
        "has_static_egress": True,
    },
    "node_pools": [
        POOL
        | {
            "disk_type": "gp3",
            "is_spot": True,
            "gpu_slices": 4,
            "labels": {"tier": "web"},
            "subnets": ["subnet-1"],
            "scheduling": {"allows_jobs": False, "only_gpu_services": True},
            "aws": {"launch_template": {"id": "lt-1", "version": 3}},
        }
    ],
}
GCP: dict[str, Any] = {
    "cloud": "GCP",
    "gcp": {
        "project_id": "shop-prod",
        "network": "main",
        "subnetwork": "main-eu",
        "authorized_networks": [],
    },
    "node_pools": [POOL | {"gcp": {"has_private_nodes": True}}],
}
AZURE: dict[str, Any] = {
    "cloud": "AZURE",
    "azure": {"vnet_id": "vnet-1", "has_overlay": True, "authorized_networks": ["192.0.2.7/32"]},
    "node_pools": [POOL | {"azure": {"is_system": True, "has_public_ips": True, "subnet_id": "subnet"}}],
}
OCI: dict[str, Any] = {
    "cloud": "OCI",
    "oci": {"vcn_id": "vcn", "api_subnet_id": "api", "load_balancer_subnet_ids": ["lb"]},
    "node_pools": [POOL | {"oci": {"ocpus": 4, "memory_gb": 32}}],
}
COREWEAVE: dict[str, Any] = {
    "cloud": "COREWEAVE",
    "coreweave": {
        "zone": "US-EAST-04A",
        "vpc_id": "vpc-1",
        "pod_cidr_name": "pods",
        "service_cidr_name": "services",
        "internal_load_balancer_cidr_names": ["inner"],
    },
}
NEBIUS: dict[str, Any] = {
    "cloud": "NEBIUS",
    "nebius": {"project_id": "project", "subnet_id": "subnet"},
    "node_pools": [POOL | {"nebius": {"has_public_ips": False, "os_version": "ubuntu24.04"}}],
}
CLOUDS = [AWS, GCP, AZURE, OCI, COREWEAVE, NEBIUS]

SETTINGS: dict[str, Any] = {
    "builds": {"mode": "internal", "plan": "nf-compute-200", "allows_caching": True},
    "registry": {"mode": "self-hosted", "registry_id": "mine"},
    "logs": {"mode": "loki", "bucket_name": "logs", "integration_id": "render-farm-gcp"},
    "networking": {"is_enabled": True, "cidr": "10.1.0.0/16", "has_private_load_balancer": True},
    "vanity_domains": {"apps": {"zone_name": "example.com", "integration_id": "zone"}},
    "infrastructure": {
        "workload_runtime_class": "gvisor",
        "installs_gvisor": True,
        "cleans_up_volumes": False,
    },
    "request_modifiers": {"jobs": {"cpu": 0.5, "memory": 1}},
}


def spec(given: dict[str, Any], **more: Any) -> NorthflankClusterSpec:
    return NorthflankClusterSpec.model_validate(COMMON | given | more)


def answered(body: dict[str, Any]) -> Cluster:
    """The cluster that Northflank answers with to a creation: what was asked for, and what it adds."""
    shown = {
        "id": "one",
        "entityType": "team",
        "status": {"state": {"state": "running"}},
        "dns": "one-00001",
        **body,
    }
    return to_cluster(WireCluster.model_validate(shown), "account")


# ---------------------------------------------------------------------- asked for


@pytest.mark.parametrize(
    ("given", "block", "of_pool"),
    [
        (
            AWS,
            {
                "subnetConfiguration": {
                    "mode": "explicit-subnets",
                    "vpcId": "vpc-1",
                    "subnets": ["subnet-1", "subnet-2"],
                },
                "enablePublicAccessCidrs": True,
                "publicAccessCidrs": ["192.0.2.0/24"],
                "vpcEgress": True,
            },
            {
                "diskType": "gp3",
                "preemptible": True,
                "computeResources": {"gpu": {"timeslicing": {"enabled": True, "numSlices": 4}}},
                "labels": {"tier": "web"},
                "subnets": ["subnet-1"],
                "scheduling": {"allowJobs": False, "onlyGpuServices": True},
                "aws": {"launchTemplate": {"id": "lt-1", "version": 3}},
            },
        ),
        (
            GCP,
            {
                "projectId": "shop-prod",
                "networking": {"network": "main", "subnetwork": "main-eu"},
                "enableAuthorizedIpRanges": False,
                "authorizedIpRanges": [],
            },
            {"gcp": {"enablePrivateNodes": True}},
        ),
        (
            AZURE,
            {
                "networking": {
                    "vnetConfiguration": {"mode": "custom-vnet", "vnetId": "vnet-1"},
                    "networkPluginMode": "overlay",
                },
                "enableAuthorizedIpRanges": True,
                "authorizedIpRanges": ["192.0.2.7/32"],
            },
            {"azure": {"systemPool": True, "enablePublicNodeIp": True, "vnetSubnetId": "subnet"}},
        ),
        (
            OCI,
            {
                "vcnConfiguration": {
                    "vcnId": "vcn",
                    "subnetIdForKubernetesApi": "api",
                    "subnetIdsForServiceLBs": ["lb"],
                }
            },
            {"oci": {"ocpu": 4, "memory": 32}},
        ),
        (
            COREWEAVE,
            {
                "zone": "US-EAST-04A",
                "network": {
                    "networkMode": "custom",
                    "vpcId": "vpc-1",
                    "customPrefixNames": {
                        "podCidrName": "pods",
                        "serviceCidrName": "services",
                        "internalLbCidrNames": ["inner"],
                    },
                },
            },
            {},
        ),
        (
            NEBIUS,
            {"projectId": "project", "subnetId": "subnet"},
            {"nebius": {"enablePublicNodeIps": False, "osVersion": "ubuntu24.04"}},
        ),
    ],
    ids=lambda value: value.get("cloud") if isinstance(value, dict) else None,
)
def test_a_cloud_is_asked_for_in_its_own_member_and_read_from_it(
    given: dict[str, Any], block: dict[str, Any], of_pool: dict[str, Any]
) -> None:
    wanted = spec(given)
    body = to_create_cluster_request("A cluster", wanted)
    assert body[given["cloud"].lower()] == block
    pool = {"id": "pool-1", "nodeType": "n2", "nodeCount": 2, "diskSize": 100}
    assert body["nodePools"] == [pool | of_pool]
    cluster = answered(body)
    assert cluster.unread_members == ()
    assert wanted.differences(cluster) == ()


def test_settings_and_teams_are_asked_for_and_read() -> None:
    wanted = spec(GCP, settings=SETTINGS, allowed_teams=["studio"])
    body = to_create_cluster_request("A cluster", wanted)
    assert body["restrictions"] == {"enabled": True, "teams": [{"teamId": "studio"}]}
    assert body["settings"] == {
        "builds": {"mode": "internal", "plan": "nf-compute-200", "caching": {"allow": True}},
        "registry": {"mode": "self-hosted", "registryId": "mine"},
        "logging": {
            "mode": "loki",
            "loki": {
                "gcsBucketName": "logs",
                "gcpIntegrationId": "render-farm-gcp",
                "storageType": "gcs",
            },
        },
        "networking": {
            "overlayNetwork": True,
            "overlayCIDR": "10.1.0.0/16",
            "istio": {"enablePrivateLoadBalancer": True},
        },
        "vanityDomains": {"apps": {"zoneName": "example.com", "integrationId": "zone"}},
        "infrastructure": {
            "workloads": {"runtimeClass": "gvisor"},
            "sandboxing": {"installGvisor": True},
            "cleanupVolumes": False,
        },
        "requestModifiers": {"jobs": {"cpu": 0.5, "memory": 1}},
    }
    assert wanted.differences(answered(body)) == ()


def test_on_azure_a_network_is_made_where_none_is_named() -> None:
    body = to_create_cluster_request("A cluster", spec(AZURE, azure=None))
    assert body["azure"] == {"networking": {"vnetConfiguration": {"mode": "create-default"}}}


def test_in_coreweave_a_network_is_made_where_none_is_named() -> None:
    body = to_create_cluster_request("A cluster", spec(COREWEAVE, coreweave={"zone": "US-EAST-04A"}))
    assert body["coreweave"] == {"zone": "US-EAST-04A", "network": {"networkMode": "create-default"}}


@pytest.mark.parametrize(
    ("given", "more", "sentence"),
    [
        (AZURE, {"node_pools": [POOL]}, "needs a system pool"),
        (AZURE, {"node_pools": [POOL | {"azure": {"is_system": False}}]}, "needs a system pool"),
        (OCI, {"oci": None}, "needs its VCN"),
        (OCI, {"node_pools": [POOL | {"oci": {"ocpus": 4}}]}, "both its OCPUs and its memory"),
        (COREWEAVE, {"coreweave": None}, "needs its zone"),
        (COREWEAVE, {"node_pools": [POOL | {"is_spot": True}]}, "no spot nodes in COREWEAVE"),
        (COREWEAVE, {"node_pools": [POOL | {"min_nodes": 1, "max_nodes": 2}]}, "does not scale by itself"),
        (COREWEAVE, {"coreweave": {"zone": "a", "pod_cidr_name": "pods"}}, "named together"),
        (NEBIUS, {"nebius": None}, "its project and its subnet"),
        (GCP, {"aws": AWS["aws"]}, "for a cluster in AWS"),
        (GCP, {"node_pools": [POOL | {"azure": {"is_system": True}}]}, "in AZURE alone"),
        (GCP, {"gcp": {"project_id": "Shop"}}, "6 to 30"),
        (GCP, {"gcp": {"authorized_networks": ["everybody"]}}, "192.0.2.0/24"),
        (GCP, {"gcp": {"authorized_networks": ["192.0.2.7"]}}, "has a length"),
        (GCP, {"allowed_teams": ["a b"]}, "named by its id"),
        (GCP, {"settings": {"logs": {"mode": "loki"}}}, "need its name and an integration"),
        (GCP, {"settings": {"logs": {"mode": "loki", "storage_type": "s3"}}}, "needs keys"),
        (AWS, {"aws": {"subnets": ["one"]}}, "2 to 4 subnets"),
    ],
)
def test_what_a_cloud_does_not_have_or_cannot_do_without_is_refused_with_a_sentence(
    given: dict[str, Any], more: dict[str, Any], sentence: str
) -> None:
    with pytest.raises(ValidationError, match=sentence):
        spec(given, **more)


# ---------------------------------------------------------------------- changed

SHOWN: dict[str, Any] = {
    "id": "one",
    "provider": "azure",
    "status": {"state": {"state": "running"}},
    "dns": "one-00001",
    "azure": {
        "networking": {
            "vnetConfiguration": {"mode": "custom-vnet", "vnetId": "vnet-1"},
            "cidr": "10.0.0.0/8",
        },
        "enableAuthorizedIpRanges": False,
        "version": 3,
    },
    "nodePools": [
        {"id": "system", "nodeType": "n2", "nodeCount": 2, "diskSize": 100, "azure": {"systemPool": True}},
        {"id": "work", "nodeType": "n2", "nodeCount": 2, "diskSize": 100, "labels": {"a": "b"}},
    ],
    "settings": {
        "builds": {"plan": "nf-compute-200", "cachedBytes": 12},
        "logging": {
            "mode": "loki",
            "loki": {"storageType": "s3", "s3BucketName": "b", "s3AccessKey": "k", "s3SecretKey": "s"},
        },
        "infrastructure": {"cephStorageProvider": {"enabled": True, "health": "good"}},
        "usage": {"gb": 4},
    },
}


def change(raw: dict[str, Any] = SHOWN, **given: Any) -> dict[str, Any]:
    return to_update_cluster_request(raw, NorthflankClusterPatch.model_validate(given))


def test_a_network_keeps_what_was_there_and_loses_what_the_document_does_not_know() -> None:
    assert change(azure={"authorized_networks": ["192.0.2.0/24"]}) == {
        "azure": {
            "networking": {"vnetConfiguration": {"mode": "custom-vnet", "vnetId": "vnet-1"}},
            "enableAuthorizedIpRanges": True,
            "authorizedIpRanges": ["192.0.2.0/24"],
        }
    }


def test_settings_keep_what_was_there_and_the_keys_of_a_log_store() -> None:
    assert change(settings={"builds": {"mode": "internal"}}) == {
        "settings": {
            "builds": {"plan": "nf-compute-200", "mode": "internal"},
            "logging": SHOWN["settings"]["logging"],
            "infrastructure": {"cephStorageProvider": {"enabled": True}},
        }
    }
    logs = change(settings={"logs": {"mode": "paas"}})["settings"]["logging"]
    assert logs == {"mode": "paas"}


def test_keys_that_are_hidden_could_not_be_kept() -> None:
    hidden = json.loads(json.dumps(SHOWN))
    hidden["settings"]["logging"]["loki"]["s3SecretKey"] = "****"
    with pytest.raises(Unsupported, match="hides the keys"):
        change(hidden, settings={"builds": {"mode": "internal"}})


def test_teams_are_allowed_and_every_team_again() -> None:
    teams = {"restrictions": {"enabled": True, "teams": [{"teamId": "studio"}]}}
    assert change(allowed_teams=["studio"]) == teams
    assert change(allowed_teams=None) == change(allowed_teams=[]) == {"restrictions": {"enabled": False}}


def test_a_pool_says_what_it_cannot_become() -> None:
    system = {"id": "system", **POOL}
    work = {"id": "work", **POOL}
    with pytest.raises(InvalidInput, match="at least one system pool"):
        change(node_pools=[work])
    silent = SHOWN | {"nodePools": SHOWN["nodePools"][1:]}
    assert change(silent, node_pools=[work])["nodePools"] == SHOWN["nodePools"][1:]
    with pytest.raises(Unsupported, match="labels of a new node pool") as refused:
        change(node_pools=[system, work | {"labels": {"a": "c"}}])
    assert refused.value.path == ("patch", "node_pools", "1", "labels")
    kept = change(node_pools=[system, work | {"labels": {"a": "b"}}])
    assert kept["nodePools"] == SHOWN["nodePools"]


def test_a_change_of_another_cloud_is_refused() -> None:
    with pytest.raises(InvalidInput, match="it is in AZURE"):
        change(aws={"vpc_id": "vpc-1"})


def test_a_change_shows_once_it_is_true() -> None:
    patch = NorthflankClusterPatch.model_validate(
        {"azure": {"authorized_networks": ["192.0.2.0/24"]}, "settings": {"builds": {"mode": "internal"}}}
    )
    before = to_cluster(WireCluster.model_validate(SHOWN), "account")
    assert {one.field for one in patch.differences(before)} == {
        "azure.authorized_networks",
        "settings.builds.mode",
    }
    after = to_cluster(WireCluster.model_validate(SHOWN | to_update_cluster_request(SHOWN, patch)), "account")
    assert patch.matches(after)
    assert after.revision != before.revision


# ---------------------------------------------------------------------- the vendor's examples


@pytest.mark.parametrize(
    ("name", "given"),
    [
        (
            "create-cluster.azure.request.json",
            {
                "integration_external_id": "azure-integration",
                "cloud": "AZURE",
                "region": "westeurope",
                "node_pools": [
                    {
                        "node_type": "Standard_D4ds_v5",
                        "node_count": 2,
                        "disk_size_gb": 100,
                        "availability_zones": ["1"],
                        "azure": {"is_system": True},
                    },
                    {
                        "node_type": "Standard_D8ds_v5",
                        "node_count": 1,
                        "disk_size_gb": 100,
                        "min_nodes": 1,
                        "max_nodes": 5,
                        "is_spot": True,
                        "azure": {"is_system": False, "has_public_ips": False},
                    },
                ],
            },
        ),
        (
            "create-cluster.oci.request.json",
            {
                "integration_external_id": "oci-integration",
                "cloud": "OCI",
                "region": "eu-frankfurt-1",
                "oci": {
                    "vcn_id": "ocid1.vcn.oc1.eu-frankfurt-1.example",
                    "api_subnet_id": "ocid1.subnet.oc1.eu-frankfurt-1.exampleapi",
                    "load_balancer_subnet_ids": ["ocid1.subnet.oc1.eu-frankfurt-1.examplelb"],
                },
                "node_pools": [
                    {
                        "node_type": "VM.Standard.E4.Flex",
                        "node_count": 3,
                        "disk_size_gb": 100,
                        "oci": {"ocpus": 4, "memory_gb": 32},
                        "subnets": ["ocid1.subnet.oc1.eu-frankfurt-1.examplenodes"],
                    }
                ],
            },
        ),
    ],
)
def test_the_example_of_a_creation_is_what_is_built_of_its_input(name: str, given: dict[str, Any]) -> None:
    """But for the ids of new pools, which Northflank ignores."""
    path = published(f"examples/northflank/{name}")
    example = json.loads(path.read_text(encoding="utf-8"))
    body = to_create_cluster_request(example["name"], NorthflankClusterSpec.model_validate(given))
    for pool in (*example["nodePools"], *body["nodePools"]):
        del pool["id"]
    assert body == example
