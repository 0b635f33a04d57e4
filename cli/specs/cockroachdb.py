"""A cluster at CockroachDB Cloud."""

import argparse
from typing import Any

from cli.arguments import Parser, enum_word
from cli.errors import UsageError
from cli.limits import add_limit, to_limit
from cli.session import Session
from cli.specs.members import Spec, given, number, pair

EXAMPLES = """
fleetgraph create cockroachdb --account Meridian --name notorious-moose --plan basic \\
    --cloud gcp --region europe-west1 --limit-usd 0
fleetgraph create cockroachdb --account Meridian --name ledger --plan standard --cloud aws --region eu-west-1 \\
    --limit-vcpus 4
fleetgraph create cockroachdb --account Meridian --name vault --plan advanced --cloud aws --region-nodes eu-west-1=3 \\
    --vcpus 4 --storage-gib 50 --label env=prod --deletion-protection --wait --timeout 1h
"""

SERVERLESS = {"--region": "region", "--primary-region": "primary_region"}
ADVANCED = {
    "--region-nodes": "region_nodes",
    "--vcpus": "vcpus",
    "--machine-type": "machine_type",
    "--storage-gib": "storage_gib",
    "--version": "version",
}


def add_arguments(parser: Parser) -> None:
    parser.add_argument("--cloud", required=True, type=enum_word, metavar="CLOUD", help="aws, azure or gcp")
    parser.add_argument(
        "--plan", required=True, choices=("basic", "standard", "advanced"), help="decides what it costs"
    )
    parser.add_argument("--label", action="append", type=pair, metavar="KEY=VALUE")
    parser.add_argument("--deletion-protection", action=argparse.BooleanOptionalAction)
    serverless = parser.add_argument_group("basic and standard")
    serverless.add_argument("--region", action="append", metavar="REGION", help="may be repeated")
    serverless.add_argument("--primary-region", metavar="REGION", help="needed with more than one")
    add_limit(parser, prefix="limit-")
    advanced = parser.add_argument_group("advanced")
    advanced.add_argument(
        "--region-nodes", action="append", type=pair, metavar="REGION=N", help="may be repeated"
    )
    advanced.add_argument("--vcpus", type=number, metavar="N", help="of each node")
    advanced.add_argument("--machine-type", metavar="NAME", help="the cloud's, in place of --vcpus")
    advanced.add_argument("--storage-gib", type=number, metavar="N", help="of each node")
    advanced.add_argument("--version", metavar="VERSION", help="of CockroachDB, e.g. v25.2")


def to_spec(session: Session, options: argparse.Namespace, account: dict[str, Any]) -> dict[str, Any]:
    plan = _advanced(options) if options.plan == "advanced" else _serverless(options)
    labels = [{"key": key, "value": value} for key, value in options.label or ()]
    return given(
        cloud=options.cloud,
        plan={options.plan: plan},
        labels=labels or None,
        isDeletionProtected=options.deletion_protection,
    )


def _serverless(options: argparse.Namespace) -> dict[str, Any]:
    _refuse(options, ADVANCED)
    if not options.region:
        raise UsageError(f"The plan {options.plan} needs a --region.")
    return given(regions=options.region, primaryRegion=options.primary_region, spendLimit=to_limit(options))


def _advanced(options: argparse.Namespace) -> dict[str, Any]:
    _refuse(options, SERVERLESS)
    if to_limit(options) is not None:
        raise UsageError("The plan advanced has no spend limit.")
    if not options.region_nodes or options.storage_gib is None:
        raise UsageError("The plan advanced needs --region-nodes and --storage-gib.")
    return given(
        regionNodes=[
            {"region": region, "nodes": _nodes(region, count)} for region, count in options.region_nodes
        ],
        vcpus=options.vcpus,
        machineType=options.machine_type,
        storageGib=options.storage_gib,
        version=options.version,
    )


def _nodes(region: str, count: str) -> int:
    try:
        return number(count)
    except argparse.ArgumentTypeError as error:
        raise UsageError(f"--region-nodes {region}={count}: {error}.") from error


def _refuse(options: argparse.Namespace, flags: dict[str, str]) -> None:
    for flag, name in flags.items():
        if getattr(options, name) is not None:
            raise UsageError(f"{flag} means nothing to the plan {options.plan}.")


SPEC = Spec(
    summary="Create a database cluster at CockroachDB Cloud.",
    examples=EXAMPLES,
    add_arguments=add_arguments,
    to_spec=to_spec,
)
