"""A cluster at Qovery."""

import argparse
from typing import Any

from cli.arguments import Parser, enum_word
from cli.errors import UsageError
from cli.files import read_text
from cli.lookup import find_integration
from cli.session import Session
from cli.specs.members import Spec, given, number

EXAMPLES = """
fleetgraph create qovery --account quay --name pier --cloud aws --region eu-west-3 --integration aws-main \\
    --instance-type t3.large --max-nodes 5 --production
fleetgraph create qovery --account quay --name jetty --cloud scaleway --region fr-par --feature STATIC_IP=true \\
    --ssh-key-file id_ed25519.pub --no-deploy
"""

MODES = ("MANAGED", "SELF_MANAGED", "PARTIALLY_MANAGED")


def add_arguments(parser: Parser) -> None:
    parser.add_argument(
        "--cloud", required=True, type=enum_word, metavar="CLOUD", help="aws, gcp, azure, ..."
    )
    parser.add_argument("--region", required=True, metavar="REGION")
    parser.add_argument(
        "--integration", metavar="NAME", help="that holds the cloud's credentials, by name or ID"
    )
    parser.add_argument("--description", metavar="TEXT")
    parser.add_argument("--kubernetes-mode", type=enum_word, choices=MODES, help="default: MANAGED")
    parser.add_argument("--instance-type", metavar="NAME")
    parser.add_argument("--disk-size-gb", type=number, metavar="N", help="of each machine")
    parser.add_argument("--min-nodes", type=number, metavar="N", help="default: 1")
    parser.add_argument("--max-nodes", type=number, metavar="N", help="default: 1")
    parser.add_argument("--production", action=argparse.BooleanOptionalAction)
    parser.add_argument("--feature", action="append", metavar="ID[=VALUE]", help="may be repeated")
    parser.add_argument(
        "--ssh-key-file", action="append", metavar="FILE", help="a public key; may be repeated"
    )
    parser.add_argument(
        "--no-deploy", dest="deploy", action="store_false", default=None, help="register only"
    )
    advanced = parser.add_argument_group("metrics and charts")
    advanced.add_argument("--metrics", action=argparse.BooleanOptionalAction)
    advanced.add_argument("--metrics-kind", metavar="KIND", help="Qovery's word for how; turns them on")
    advanced.add_argument("--cert-manager-namespace", metavar="NAME")
    advanced.add_argument("--metallb-address-pool", action="append", metavar="RANGE", help="may be repeated")
    advanced.add_argument("--nginx-replicas", type=number, metavar="N")
    advanced.add_argument("--nginx-default-ssl-certificate", metavar="NAME")
    advanced.add_argument("--nginx-publish-status-address", metavar="ADDRESS")
    advanced.add_argument("--nginx-metallb-ips", metavar="ADDRESSES")
    advanced.add_argument("--nginx-external-dns-target", metavar="NAME")


def to_spec(session: Session, options: argparse.Namespace, account: dict[str, Any]) -> dict[str, Any]:
    integration = options.integration
    return given(
        cloud=options.cloud,
        region=options.region,
        integrationId=integration and find_integration(session.client, account, integration),
        description=options.description,
        kubernetesMode=options.kubernetes_mode,
        instanceType=options.instance_type,
        diskSizeGb=options.disk_size_gb,
        minNodes=options.min_nodes,
        maxNodes=options.max_nodes,
        isProduction=options.production,
        sshKeys=[_public_key(session, name) for name in options.ssh_key_file or ()] or None,
        features=[_feature(text) for text in options.feature or ()] or None,
        advanced=_advanced(options) or None,
        deploy=options.deploy,
    )


def _advanced(options: argparse.Namespace) -> dict[str, Any]:
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
        metalLbAddressPools=options.metallb_address_pool,
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
    summary="Create a Kubernetes cluster in a cloud of your own, through Qovery.",
    examples=EXAMPLES,
    add_arguments=add_arguments,
    to_spec=to_spec,
)
