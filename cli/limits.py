"""A spend limit: its flags, and the input of the API."""

from typing import Any

import click

from cli.errors import UsageError
from cli.grammar import Flag, Options
from cli.kinds import Dollars, LargeNumber


def limit_flags(*, prefix: str = "", group: str = "spend limit, in money or in use") -> list[click.Parameter]:
    """The flags of a limit: `--free`, and `--usd`, or `--limit-usd` with a prefix."""
    return [
        Flag(
            "--free",
            "limit_free",
            is_flag=True,
            default=None,
            help="stay inside the organization's free allowance",
            group=group,
        ),
        Flag(
            f"--{prefix}usd",
            "limit_usd",
            type=Dollars(),
            metavar="DOLLARS",
            help="a month, e.g. 5.00",
            group=group,
        ),
        Flag(
            f"--{prefix}request-units",
            "limit_request_units",
            type=LargeNumber(),
            metavar="N",
            help="a month",
            group=group,
        ),
        Flag(f"--{prefix}storage-mib", "limit_storage_mib", type=LargeNumber(), metavar="N", group=group),
        Flag(
            f"--{prefix}vcpus",
            "limit_vcpus",
            type=LargeNumber(),
            metavar="N",
            help="provisioned, in all",
            group=group,
        ),
    ]


def to_limit(options: Options) -> dict[str, Any] | None:
    """A SpendLimitInput, or null without such flags. Raises UsageError for two limits."""
    members = {
        "requestUnits": options.limit_request_units,
        "storageMiB": options.limit_storage_mib,
        "provisionedVcpus": options.limit_vcpus,
    }
    usage = {name: value for name, value in members.items() if value is not None}
    money = "0" if options.limit_free else options.limit_usd
    if options.limit_free and options.limit_usd not in (None, "0"):
        raise UsageError("A limit is free or an amount.", "Leave out one of them.")
    if money is None:
        return {"usage": usage} if usage else None
    if usage:
        raise UsageError("A limit is in money or in use.", "Leave out one of them.")
    return {"money": {"minorUnits": money, "currency": "USD"}}
