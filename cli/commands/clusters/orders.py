"""The flags that sort a list of clusters, and the order of the API."""

from collections.abc import Mapping
from difflib import get_close_matches
from typing import Any

import click
from click.shell_completion import CompletionItem

from cli.grammar import Flag, Options
from cli.kinds import Number

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
DIRECTIONS: Mapping[str, str] = {"": "ASC", "asc": "ASC", "desc": "DESC"}
GROUP = "order"


class Order(click.ParamType[tuple[str, str]]):
    """FIELD, or FIELD:desc."""

    name = "order"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, str]:
        if isinstance(value, tuple):
            return value
        word, _, direction = str(value).lower().partition(":")
        if word not in FIELDS:
            close = get_close_matches(word, FIELDS, n=1)
            remedy = f"Did you mean {close[0]}?" if close else f"There are: {', '.join(FIELDS)}."
            self.fail(f"{value!r} is nothing to sort by. {remedy}", param, ctx)
        if direction not in DIRECTIONS:
            self.fail(f"{value!r} has no direction: {word}:asc or {word}:desc.", param, ctx)
        return FIELDS[word], DIRECTIONS[direction]

    def shell_complete(
        self, ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> list[CompletionItem]:
        words = [word + end for word in FIELDS for end in ("", ":desc")]
        return [CompletionItem(word) for word in words if word.startswith(incomplete)]


def sort_flags() -> list[click.Parameter]:
    return [
        Flag(
            "--sort",
            multiple=True,
            type=Order(),
            metavar="FIELD[:desc]",
            help=f"{', '.join(FIELDS)}; up to four",
            group=GROUP,
        ),
        Flag("--limit", type=Number(), metavar="N", help="how many at most (default: all)", group=GROUP),
    ]


def to_order_by(options: Options) -> list[dict[str, str]] | None:
    return [{"field": field, "direction": direction} for field, direction in options.sort] or None
