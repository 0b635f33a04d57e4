"""A cluster at Qovery."""

from collections.abc import Sequence
from typing import Any

import click

from cli.errors import UsageError
from cli.files import read_object, read_text
from cli.grammar import Flag, Options
from cli.kinds import CLOUDS, EnumValue, Number
from cli.lookup import find_integration
from cli.session import Session
from cli.specs.members import Spec, given

EXAMPLES = """
fleetgraph clusters create qovery --account "Orchard Grocers" --name pier --cloud aws --region eu-west-3 \\
    --integration orchard-aws-main --instance-type t3a.large --max-nodes 5 --production
fleetgraph clusters create qovery --account "Orchard Grocers" --name jetty --cloud scaleway --region fr-par \\
    --integration orchard-scaleway --instance-type DEV1-L --no-deploy
"""

MODES = ("MANAGED", "SELF_MANAGED", "PARTIALLY_MANAGED")
ADVANCED = "metrics and charts"


def create_flags() -> Sequence[click.Parameter]:
    return [
        Flag("--cloud", required=True, type=EnumValue(CLOUDS), metavar="CLOUD", help="aws, gcp, azure, ..."),
        Flag("--region", required=True, metavar="REGION"),
        Flag("--integration", metavar="NAME", help="that holds the cloud's credentials, by name or ID"),
        Flag(
            "--kubernetes-mode",
            type=EnumValue(MODES),
            metavar="MODE",
            help="managed (default), self-managed, ...",
        ),
        Flag("--deploy/--no-deploy", default=None, help="deploy at once (default), or register only"),
        *_common_flags(),
    ]


def update_flags() -> Sequence[click.Parameter]:
    return [
        Flag("--name", metavar="NAME", help="a new one"),
        Flag(
            "--integration", metavar="NAME", help="that holds the cloud's credentials; give nothing beside it"
        ),
        Flag(
            "--kubeconfig-file", metavar="FILE", help="of a PARTIALLY_MANAGED cluster; give nothing beside it"
        ),
        *_common_flags(),
    ]


def _common_flags() -> Sequence[click.Parameter]:
    return [
        Flag("--description", metavar="TEXT"),
        Flag("--instance-type", metavar="NAME"),
        Flag("--disk-size-gb", type=Number(), metavar="N", help="of each node"),
        Flag("--disk-iops", type=Number(), metavar="N", help="of each node"),
        Flag("--disk-throughput", type=Number(), metavar="N", help="of each node, in MB a second"),
        Flag("--min-nodes", type=Number(), metavar="N"),
        Flag("--max-nodes", type=Number(), metavar="N"),
        Flag("--production/--no-production", default=None),
        Flag("--feature", multiple=True, metavar="ID[=VALUE]", help="may be repeated"),
        Flag("--keda/--no-keda", default=None, help="scale workloads by events"),
        Flag("--labels-group", multiple=True, metavar="ID", help="may be repeated"),
        Flag(
            "--secret-manager-file",
            multiple=True,
            metavar="FILE",
            help="JSON of a QoverySecretManagerInput of the API; may be repeated",
        ),
        Flag("--ssh-key-file", multiple=True, metavar="FILE", help="a public key; may be repeated"),
        Flag("--metrics/--no-metrics", default=None, group=ADVANCED),
        Flag("--metrics-kind", metavar="KIND", help="Qovery's word for how; turns them on", group=ADVANCED),
        Flag("--cert-manager-namespace", metavar="NAME", group=ADVANCED),
        Flag(
            "--metallb-address-pool", multiple=True, metavar="RANGE", help="may be repeated", group=ADVANCED
        ),
        Flag(
            "--eks-anywhere-file",
            metavar="FILE",
            help="JSON of an EksAnywhereInput of the API",
            group=ADVANCED,
        ),
        Flag("--nginx-replicas", type=Number(), metavar="N", group=ADVANCED),
        Flag("--nginx-default-ssl-certificate", metavar="NAME", group=ADVANCED),
        Flag("--nginx-publish-status-address", metavar="ADDRESS", group=ADVANCED),
        Flag("--nginx-metallb-ips", metavar="ADDRESSES", group=ADVANCED),
        Flag("--nginx-external-dns-target", metavar="NAME", group=ADVANCED),
    ]


def to_spec(session: Session, options: Options, account: dict[str, Any]) -> dict[str, Any]:
    integration = options.integration
    return given(
        cloud=options.cloud,
        region=options.region,
        integrationId=integration and find_integration(session.client, account, integration)["id"],
        kubernetesMode=options.kubernetes_mode,
        deploy=options.deploy,
        **_common(session, options),
    )


def to_patch(session: Session, options: Options, cluster: dict[str, Any]) -> dict[str, Any]:
    integration, kubeconfig = options.integration, options.kubeconfig_file
    return given(
        name=options.name,
        integrationId=integration and find_integration(session.client, cluster["account"], integration)["id"],
        kubeconfig=kubeconfig and read_text(session, kubeconfig),
        **_common(session, options),
    )


def _common(session: Session, options: Options) -> dict[str, Any]:
    return given(
        description=options.description,
        instanceType=options.instance_type,
        diskSizeGb=options.disk_size_gb,
        diskIops=options.disk_iops,
        diskThroughputMbPerSecond=options.disk_throughput,
        minNodes=options.min_nodes,
        maxNodes=options.max_nodes,
        isProduction=options.production,
        sshKeys=[_public_key(session, name) for name in options.ssh_key_file] or None,
        features=[_feature(text) for text in options.feature] or None,
        isKedaEnabled=options.keda,
        labelsGroupIds=list(options.labels_group) or None,
        secretManagers=[read_object(session, name) for name in options.secret_manager_file] or None,
        advanced=_advanced(session, options) or None,
    )


def _advanced(session: Session, options: Options) -> dict[str, Any]:
    eks_anywhere = options.eks_anywhere_file
    is_enabled = options.metrics if options.metrics_kind is None else options.metrics is not False
    nginx = given(
        replicaCount=options.nginx_replicas,
        defaultSslCertificate=options.nginx_default_ssl_certificate,
        publishStatusAddress=options.nginx_publish_status_address,
        metalLbLoadBalancerIps=options.nginx_metallb_ips,
        externalDnsTarget=options.nginx_external_dns_target,
    )
    return given(
        metrics=None if is_enabled is None else given(isEnabled=is_enabled, kind=options.metrics_kind),
        nginx=nginx or None,
        certManagerNamespace=options.cert_manager_namespace,
        metalLbAddressPools=list(options.metallb_address_pool) or None,
        eksAnywhere=None if eks_anywhere is None else read_object(session, eks_anywhere),
    )


def _feature(text: str) -> dict[str, Any]:
    feature, equals, value = text.partition("=")
    return given(id=feature, value=value if equals else None)


def _public_key(session: Session, name: str) -> str:
    key = read_text(session, name).strip()
    if "PRIVATE KEY" in key:
        raise UsageError(f"{name} is a private key, which nobody else should have.", "Give its .pub file.")
    return key


SPEC = Spec(
    provider="Qovery",
    summary="Create a Kubernetes cluster in a cloud of your own, through Qovery.",
    examples=EXAMPLES,
    create_flags=create_flags,
    to_spec=to_spec,
    update_flags=update_flags,
    to_patch=to_patch,
    clearable={
        "description": "description",
        "ssh-key-file": "sshKeys",
        "labels-group": "labelsGroupIds",
        "secret-manager-file": "secretManagers",
    },
)
