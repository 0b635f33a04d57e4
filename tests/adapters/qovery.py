"""A Qovery cluster with every member that there is: to be made, and as it is listed."""

from typing import Any

from adapters.qovery.request import to_update_cluster_request
from fleet.model.cloud import Cloud
from fleet.model.integration import Integration
from fleet.providers.qovery import QoveryClusterPatch, QoveryClusterSpec
from tests.adapters.replay import fixture

LINK = Integration(
    account_id="account",
    provider="qovery",
    external_id="4fe3f4c1-0000-4000-8000-000000000003",
    name="aws-main",
    cloud=Cloud.AWS,
    provider_cloud="AWS",
)
WHOLE = QoveryClusterSpec.model_validate(
    {
        "cloud": "AWS",
        "region": "eu-west-3",
        "integration_external_id": LINK.external_id,
        "description": "Shop and checkout",
        "kubernetes_mode": "MANAGED",
        "instance_type": "t3a.large",
        "disk_size_gb": 60,
        "min_nodes": 3,
        "max_nodes": 9,
        "is_production": True,
        "ssh_keys": ["ssh-ed25519 AAAAC3NzaC1lZDI1NTE5 ada"],
        "features": [
            {"id": "STATIC_IP", "value": "true"},
            {"id": "VPC_SUBNET", "value": "10.0.0.0/16"},
            {"id": "EXISTING_VPC", "value": '{"vpc_name": "shop"}'},
            {"id": "SCW_CONTROL_PLANE_TYPE"},
        ],
        "disk_iops": 7800,
        "disk_throughput_mb_per_second": 255,
        "is_keda_enabled": True,
        "labels_group_ids": ["4fe3f4c1-0000-4000-8000-00000000000e"],
        "secret_managers": [
            {"name": "parameters", "kind": "AWS_PARAMETER_STORE", "region": "eu-west-3"},
            {
                "name": "vault",
                "kind": "GCP_SECRET_MANAGER",
                "region": "europe-west9",
                "project_id": "shop",
                "authentication": "AWS_ROLE_ARN",
                "role_arn": "arn:aws:iam::000000000000:role/vault",
            },
        ],
        "advanced": {
            "metrics": {"is_enabled": True, "kind": "MANAGED_BY_QOVERY"},
            "nginx": {
                "replica_count": 2,
                "default_ssl_certificate": "qovery/wildcard",
                "publish_status_address": "10.0.0.7",
                "metal_lb_load_balancer_ips": "10.0.0.8",
                "external_dns_target": "shop.example",
            },
            "cert_manager_namespace": "cert-manager",
            "metal_lb_address_pools": ["10.1.0.0/24"],
            "eks_anywhere": {
                "repository_url": "https://git.example/shop/clusters.git",
                "git_token_id": "4fe3f4c1-0000-4000-8000-00000000000f",
                "git_provider": "GITLAB",
                "branch": "main",
                "commit_id": "4e3128725f47140002fa47d65d83195a51f5140f",
                "yaml_path": "/clusters/shop.yaml",
                "backup": {
                    "is_enabled": True,
                    "timeout_seconds": 600,
                    "certs_secret_name": "etcd-certs",
                    "bucket": "shop-backups",
                    "region": "eu-west-3",
                    "role_arn": "arn:aws:iam::000000000000:role/backup",
                    "key_prefix": "shop/",
                },
            },
        },
    }
)


def every_member() -> dict[str, Any]:
    raw: dict[str, Any] = fixture("qovery/list-clusters-with-every-member.json")["results"][0]
    return raw


def patched(**members: object) -> dict[str, Any]:
    return to_update_cluster_request(every_member(), QoveryClusterPatch.model_validate(members))
