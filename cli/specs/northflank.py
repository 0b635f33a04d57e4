"""A cluster at Northflank."""

import argparse
from typing import Any

from cli.arguments import Parser, enum_word
from cli.lookup import find_integration
from cli.session import Session
from cli.specs.members import Spec, given, number, pair

EXAMPLES = """
fleetgraph create northflank --account north --name edge --integration aws-prod --cloud aws --region eu-west-1 \\
    --node-pool type=m5.large,count=2,disk=100
fleetgraph create northflank --account north --name lab --integration gcp-lab --cloud gcp --region europe-west1 \\
    --node-pool type=n2-standard-4,count=1,disk=50,min=1,max=4,zone=europe-west1-b --wait --timeout 40m
"""

POOL = {"type": "nodeType", "count": "nodeCount", "disk": "diskSizeGb", "min": "minNodes", "max": "maxNodes"}
NEEDED = ("type", "count", "disk")


def add_arguments(parser: Parser) -> None:
    parser.add_argument("--integration", required=True, metavar="NAME", help="the account's, by name or ID")
    parser.add_argument(
        "--cloud", required=True, type=enum_word, metavar="CLOUD", help="aws, gcp, azure, ..."
    )
    parser.add_argument("--region", metavar="REGION")
    parser.add_argument("--description", metavar="TEXT")
    parser.add_argument(
        "--node-pool",
        required=True,
        action="append",
        type=node_pool,
        metavar="POOL",
        help="type=NAME,count=N,disk=GB[,min=N,max=N][,zone=ZONE...]; may be repeated",
    )


def to_spec(session: Session, options: argparse.Namespace, account: dict[str, Any]) -> dict[str, Any]:
    return given(
        integrationId=find_integration(session.client, account, options.integration),
        cloud=options.cloud,
        region=options.region,
        description=options.description,
        nodePools=options.node_pool,
    )


def node_pool(text: str) -> dict[str, Any]:
    pool: dict[str, Any] = {}
    zones = []
    for key, value in map(pair, text.split(",")):
        if key == "zone":
            zones.append(value)
        elif key in POOL:
            pool[POOL[key]] = value if key == "type" else number(value)
        else:
            raise argparse.ArgumentTypeError(f"{key!r} is none of {', '.join(POOL)}, zone")
    if missing := [key for key in NEEDED if POOL[key] not in pool]:
        raise argparse.ArgumentTypeError(f"{text!r} lacks {' and '.join(missing)}")
    return pool | given(availabilityZones=zones or None)


SPEC = Spec(
    summary="Create a Kubernetes cluster in a cloud of your own, through Northflank.",
    examples=EXAMPLES,
    add_arguments=add_arguments,
    to_spec=to_spec,
)
