"""A spend limit as flags say it, and as the graph takes it."""

import argparse
import re
from decimal import Decimal
from typing import Any

from cli.arguments import Parser, whole
from cli.errors import UsageError

_AMOUNT = re.compile(r"\d{1,15}(\.\d{1,2})?", re.ASCII)


def cents(text: str) -> str:
    """Minor units of dollars, exactly."""
    if not _AMOUNT.fullmatch(text):
        raise argparse.ArgumentTypeError(f"{text!r} is no amount such as 5 or 12.50")
    return str(int(Decimal(text) * 100))


def add_limit(parser: Parser, *, prefix: str = "") -> None:
    """Flags of a limit, as `--usd` or with a prefix as `--limit-usd`."""
    group = parser.add_argument_group("spend limit, in money or in use")
    group.add_argument(
        f"--{prefix}usd", dest="limit_usd", type=cents, metavar="DOLLARS", help="a month, e.g. 5.00"
    )
    group.add_argument(
        f"--{prefix}request-units", dest="limit_request_units", type=whole, metavar="N", help="a month"
    )
    group.add_argument(f"--{prefix}storage-mib", dest="limit_storage_mib", type=whole, metavar="N")
    group.add_argument(
        f"--{prefix}vcpus", dest="limit_vcpus", type=whole, metavar="N", help="provisioned, in all"
    )


def to_limit(options: argparse.Namespace) -> dict[str, Any] | None:
    """A SpendLimitInput, or null when no flag asks for a limit. Raises UsageError when flags ask for two."""
    members = {
        "requestUnits": options.limit_request_units,
        "storageMiB": options.limit_storage_mib,
        "provisionedVcpus": options.limit_vcpus,
    }
    usage = {name: value for name, value in members.items() if value is not None}
    if options.limit_usd is None:
        return {"usage": usage} if usage else None
    if usage:
        raise UsageError("A limit is in money or in use.", "Leave out one of them.")
    return {"money": {"minorUnits": options.limit_usd, "currency": "USD"}}
