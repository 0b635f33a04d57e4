"""The types of flags and arguments: how each is read and completed."""

import re
from collections.abc import Iterable, Sequence
from decimal import Decimal
from difflib import get_close_matches
from typing import Any, ClassVar

import click
from click.shell_completion import CompletionItem

from cli.formatting import read_span

PHASES = (
    "PENDING",
    "PROVISIONING",
    "READY",
    "UPDATING",
    "DEGRADED",
    "STOPPING",
    "STOPPED",
    "DELETING",
    "DELETED",
    "FAILED",
    "UNKNOWN",
)
CLOUDS = (
    "AWS",
    "AZURE",
    "GCP",
    "AIVEN",
    "AKAMAI",
    "BACKBLAZE",
    "BYOK",
    "CIVO",
    "CLOUDFLARE",
    "COREWEAVE",
    "DIGITAL_OCEAN",
    "HETZNER",
    "IBM",
    "NEBIUS",
    "OCI",
    "ON_PREMISES",
    "OVH",
    "PLANETSCALE",
    "SCALEWAY",
)
STATES = ("RUNNING", "UNCONFIRMED", "SUCCEEDED", "FAILED", "TIMED_OUT", "UNKNOWN")
VERBS = (
    "CREATE_CLUSTER",
    "UPDATE_CLUSTER",
    "STOP_CLUSTER",
    "DEPLOY_CLUSTER",
    "DELETE_CLUSTER",
    "SET_SPEND_LIMIT",
    "CLEAR_SPEND_LIMIT",
    "UPGRADE_CLUSTER",
    "FINALIZE_UPGRADE",
    "ROLL_BACK_UPGRADE",
    "LOCK_CLUSTER",
    "UNLOCK_CLUSTER",
    "ALLOW_NETWORK",
    "DISALLOW_NETWORK",
    "CREATE_INTEGRATION",
    "UPDATE_INTEGRATION",
    "DELETE_INTEGRATION",
    "CORDON_NODE",
    "UNCORDON_NODE",
    "DRAIN_NODE",
    "REFRESH_ACCOUNT",
    "DISCONNECT_ACCOUNT",
)
"""The kinds of changes."""
LARGEST_INT = 2**31 - 1
_DIGITS = re.compile(r"\d{1,19}", re.ASCII)
AMOUNT = re.compile(r"\d{1,15}(\.\d{1,2})?", re.ASCII)


class EnumValue(click.ParamType[str]):
    """A value of an enum, as people type it: `digital-ocean` is DIGITAL_OCEAN."""

    name = "word"

    def __init__(self, values: Sequence[str]) -> None:
        self.values = values

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        written = str(value).upper().replace("-", "_")
        if written not in self.values:
            close = get_close_matches(written, self.values, n=1)
            remedy = f"Did you mean {lower(close[0])}?" if close else f"There are: {named(self.values)}."
            self.fail(f"{value!r} is unknown. {remedy}", param, ctx)
        return written

    def shell_complete(
        self, ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> list[CompletionItem]:
        return [
            CompletionItem(lower(written)) for written in self.values if lower(written).startswith(incomplete)
        ]


_KEY = re.compile(r"[A-Z][A-Z0-9_]*", re.ASCII)


class ProviderKind(EnumValue):
    """A provider. One that is not among `words` can come from a package: the Fleetgraph that is asked knows."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        written = str(value).upper().replace("-", "_")
        if _KEY.fullmatch(written) and not get_close_matches(written, self.values, n=1, cutoff=0.8):
            return written
        return super().convert(value, param, ctx)


class Duration(click.ParamType[int]):
    """A duration, in seconds."""

    name = "duration"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        try:
            return value if isinstance(value, int) else read_span(value)
        except ValueError as error:
            self.fail(f"{error}.", param, ctx)


class Number(click.ParamType[int]):
    """A whole number that is not less than `least` and fits into GraphQL's Int."""

    name = "number"

    def __init__(self, least: int = 0) -> None:
        self.least = least

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        if isinstance(value, int):
            return value
        if not _DIGITS.fullmatch(value) or not self.least <= int(value) <= LARGEST_INT:
            self.fail(f"{value!r} is not a whole number from {self.least} to {LARGEST_INT}.", param, ctx)
        return int(value)


class LargeNumber(click.ParamType[str]):
    """A positive whole number as a string, because it can be larger than GraphQL's Int."""

    name = "number"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        if not _DIGITS.fullmatch(value) or not 0 < int(value) < 2**63:
            self.fail(f"{value!r} is not a positive whole number.", param, ctx)
        return str(int(value))


class Dollars(click.ParamType[str]):
    """An exact amount in US cents."""

    name = "amount"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        if not AMOUNT.fullmatch(value):
            self.fail(f"{value!r} is not an amount such as 5 or 12.50.", param, ctx)
        return str(int(Decimal(value) * 100))


class Pair(click.ParamType[tuple[str, str]]):
    """KEY=VALUE."""

    name = "pair"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, str]:
        if isinstance(value, tuple):
            return value
        key, equals, rest = value.partition("=")
        if not equals or not key:
            self.fail(f"{value!r} is not of the form KEY=VALUE.", param, ctx)
        return key, rest


class Named(click.ParamType[str]):
    """The name of something in the fleet. A shell completes it with the existing names."""

    DOCUMENTS: ClassVar = {"cluster": "clusters", "account": "accounts"}

    def __init__(self, name: str) -> None:
        self.name = name

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        if not str(value).strip():
            self.fail("An empty name names nothing.", param, ctx)
        return str(value)

    def shell_complete(
        self, ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> list[CompletionItem]:
        from cli.completing import names

        return [CompletionItem(name) for name in names(ctx, self.name, incomplete)]


def lower(written: str) -> str:
    return written.lower().replace("_", "-")


def named(values: Iterable[str]) -> str:
    """The values of an enum, for a help text."""
    return ", ".join(map(lower, values))
