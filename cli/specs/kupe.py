"""A cluster at Kupe Cloud."""

import argparse
from typing import Any

from cli.arguments import Parser, enum_word
from cli.files import read_object
from cli.session import Session
from cli.specs.members import Spec, given

EXAMPLES = """
fleetgraph create kupe --account acme --name staging --type shared --cpu 4 --memory 16Gi --storage 100Gi
fleetgraph create kupe --account acme --name production --type dedicated --version 1.34 \\
    --high-availability --wait
"""


def add_arguments(parser: Parser) -> None:
    parser.add_argument("--display-name", metavar="TEXT", help="default: the name")
    parser.add_argument(
        "--type", required=True, type=enum_word, choices=("SHARED", "DEDICATED"), help="of nodes"
    )
    parser.add_argument("--version", metavar="VERSION", help="of Kubernetes, e.g. 1.34")
    parser.add_argument("--cpu", metavar="QUANTITY", help="e.g. 4")
    parser.add_argument("--memory", metavar="QUANTITY", help="e.g. 16Gi")
    parser.add_argument("--storage", metavar="QUANTITY", help="e.g. 100Gi")
    parser.add_argument("--high-availability", action=argparse.BooleanOptionalAction)
    parser.add_argument(
        "--alerts", metavar="FILE", help="overrides of alerts, a JSON object; - reads standard input"
    )


def to_spec(session: Session, options: argparse.Namespace, account: dict[str, Any]) -> dict[str, Any]:
    resources = given(cpu=options.cpu, memory=options.memory, storage=options.storage)
    return given(
        displayName=options.display_name or options.name,
        type=options.type,
        version=options.version,
        resources=resources or None,
        isHighlyAvailable=options.high_availability,
        alerts=None if options.alerts is None else read_object(session, options.alerts),
    )


SPEC = Spec(
    summary="Create a Kubernetes cluster at Kupe Cloud.",
    examples=EXAMPLES,
    add_arguments=add_arguments,
    to_spec=to_spec,
)
