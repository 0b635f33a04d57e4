"""The flag that sorts a list where the API sorts it, because the list is longer than what is shown of it."""

from collections.abc import Mapping
from difflib import get_close_matches
from typing import Any

import click
from click.shell_completion import CompletionItem

from cli.grammar import Flag, Options

DIRECTIONS: Mapping[str, str] = {"": "ASC", "asc": "ASC", "desc": "DESC"}
GROUP = "order"


class Order(click.ParamType[tuple[str, str]]):
    """FIELD, or FIELD:desc. `fields` are the API's names by ours."""

    name = "order"

    def __init__(self, fields: Mapping[str, str]) -> None:
        self._fields = fields

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, str]:
        if isinstance(value, tuple):
            return value
        word, _, direction = str(value).lower().partition(":")
        if word not in self._fields:
            close = get_close_matches(word, self._fields, n=1)
            remedy = f"Did you mean {close[0]}?" if close else f"There are: {', '.join(self._fields)}."
            self.fail(f"{value!r} is nothing to sort by. {remedy}", param, ctx)
        if direction not in DIRECTIONS:
            self.fail(f"{value!r} has no direction: {word}:asc or {word}:desc.", param, ctx)
        return self._fields[word], DIRECTIONS[direction]

    def shell_complete(
        self, ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> list[CompletionItem]:
        words = [word + end for word in self._fields for end in ("", ":desc")]
        return [CompletionItem(word) for word in words if word.startswith(incomplete)]


def sort_flag(fields: Mapping[str, str]) -> click.Parameter:
    return Flag(
        "--sort",
        multiple=True,
        type=Order(fields),
        metavar="FIELD[:desc]",
        help=f"{', '.join(fields)}; up to four",
        group=GROUP,
    )


def to_order_by(options: Options) -> list[dict[str, str]] | None:
    return [{"field": field, "direction": direction} for field, direction in options.sort] or None
