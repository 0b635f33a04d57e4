"""What clusters are sorted by, and how many are shown."""

from collections.abc import Mapping

import click

from cli.grammar import Flag
from cli.kinds import Number
from cli.orders import GROUP, sort_flag

FIELDS: Mapping[str, str] = {
    "name": "NAME",
    "phase": "PHASE",
    "severity": "SEVERITY",
    "since": "SINCE",
    "created": "CREATED_AT",
    "provider": "PROVIDER",
    "account": "ACCOUNT",
    "region": "REGION",
    "version": "VERSION",
    "limit": "SPEND_LIMIT",
    "nodes": "NODE_COUNT",
    "seen": "OBSERVED_AT",
}


def sort_flags() -> list[click.Parameter]:
    return [
        sort_flag(FIELDS),
        Flag("--limit", type=Number(1), metavar="N", help="how many at most (default: all)", group=GROUP),
    ]
