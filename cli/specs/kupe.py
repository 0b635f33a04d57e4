"""A cluster at Kupe Cloud."""

from collections.abc import Sequence
from typing import Any

import click

from cli.files import read_object
from cli.grammar import Flag, Options
from cli.kinds import EnumValue
from cli.session import Session
from cli.specs.members import Spec, given

EXAMPLES = """
fleetgraph clusters create kupe --account "Acme Tools" --name preview --type shared --cpu 4 --memory 16Gi \\
    --storage 100Gi
fleetgraph clusters create kupe --account "Acme Tools" --name checkout --type dedicated --version 1.34 \\
    --high-availability --wait
"""


def create_flags() -> Sequence[click.Parameter]:
    return [
        Flag("--display-name", metavar="TEXT", help="ignored by newer servers; default: the name"),
        Flag(
            "--type",
            required=True,
            type=EnumValue(("SHARED", "DEDICATED")),
            metavar="TYPE",
            help="shared or dedicated",
        ),
        *update_flags(),
    ]


def update_flags() -> Sequence[click.Parameter]:
    return [
        Flag("--version", metavar="VERSION", help="of Kubernetes, e.g. 1.34"),
        Flag("--cpu", metavar="QUANTITY", help="e.g. 4"),
        Flag("--memory", metavar="QUANTITY", help="e.g. 16Gi or 50G"),
        Flag("--storage", metavar="QUANTITY", help="e.g. 100Gi"),
        Flag("--high-availability/--no-high-availability", default=None),
        Flag("--alerts", metavar="FILE", help="overrides of alerts, a JSON object; - reads standard input"),
    ]


def to_spec(session: Session, options: Options, account: dict[str, Any]) -> dict[str, Any]:
    return given(displayName=options.display_name, type=options.type) | to_patch(session, options, {})


def to_patch(session: Session, options: Options, cluster: dict[str, Any]) -> dict[str, Any]:
    resources = given(cpu=options.cpu, memory=options.memory, storage=options.storage)
    return given(
        version=options.version,
        resources=resources or None,
        isHighlyAvailable=options.high_availability,
        alerts=None if options.alerts is None else read_object(session, options.alerts),
    )


SPEC = Spec(
    provider="Kupe Cloud",
    summary="Create a Kubernetes cluster at Kupe Cloud.",
    examples=EXAMPLES,
    create_flags=create_flags,
    to_spec=to_spec,
    update_flags=update_flags,
    to_patch=to_patch,
    clearable={"resources": "resources"},
)
