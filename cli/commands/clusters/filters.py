"""The flags that select clusters, and the filter of the API."""

from typing import Any

import click

from cli.choices import accounts_flag, providers_flag
from cli.grammar import Flag, Options
from cli.kinds import CLOUDS, PHASES, EnumValue, named
from cli.lookup import find_account
from cli.session import Session

GROUP = "which clusters"


def filter_flags() -> list[click.Parameter]:
    return [
        providers_flag(GROUP),
        accounts_flag(group=GROUP),
        Flag(
            "--phase", multiple=True, type=EnumValue(PHASES), metavar="PHASE", help=named(PHASES), group=GROUP
        ),
        Flag(
            "--cloud",
            multiple=True,
            type=EnumValue((*CLOUDS, "UNKNOWN")),
            metavar="CLOUD",
            help="aws, gcp, ...",
            group=GROUP,
        ),
        Flag("--region", multiple=True, metavar="REGION", group=GROUP),
        Flag("--name", metavar="TEXT", help="a part of the name, in upper or lower case", group=GROUP),
        Flag("--attention", is_flag=True, help="neither ready nor stopped nor deleted", group=GROUP),
    ]


def to_filter(session: Session, options: Options, *, with_inactive: bool = False) -> dict[str, Any]:
    """A ClusterFilter. Raises NotThere for an unknown account."""
    accounts = [find_account(session.client, name)["id"] for name in options.account]
    members = {
        "providers": list(options.provider),
        "accountIds": accounts,
        "phases": list(options.phase),
        "clouds": list(options.cloud),
        "regions": list(options.region),
        "nameContains": options.name,
        "needsAttention": options.attention or None,
    }
    return {name: value for name, value in members.items() if value} | {"includeInactive": with_inactive}


def is_filtered(options: Options) -> bool:
    names = ("provider", "account", "phase", "cloud", "region", "name", "attention")
    return any(getattr(options, name) for name in names)
