"""Parsers that explain themselves, and the kinds of arguments that several commands take."""

import argparse
from collections.abc import Callable, Iterable
from typing import Any, NoReturn

from cli.errors import Exit
from cli.session import Session
from cli.words import read_span

Run = Callable[[Session, argparse.Namespace], int]

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
PROVIDERS = ("COCKROACHDB", "KUPE", "NORTHFLANK", "QOVERY")


class Parser(argparse.ArgumentParser):
    """Wrong usage ends with 64, because 2 says that a wait timed out."""

    def __init__(self, **options: Any) -> None:
        super().__init__(formatter_class=argparse.RawDescriptionHelpFormatter, allow_abbrev=False, **options)

    def error(self, message: str) -> NoReturn:
        self.exit(Exit.USAGE, f"fleetgraph: {message}. See {self.prog} --help.\n")


class Commands:
    """Where commands put themselves down."""

    def __init__(self, subparsers: "argparse._SubParsersAction[Parser]", shared: Parser) -> None:
        self._subparsers = subparsers
        self._shared = shared

    def add(
        self, name: str, run: Run | None, summary: str, *, examples: str, description: str = ""
    ) -> Parser:
        """`examples` are lines as one types them; without `run`, one of its own commands has to follow."""
        lines = "\n".join(f"  {line}" for line in examples.strip().splitlines())
        parser = self._subparsers.add_parser(
            name,
            help=summary,
            description=f"{summary}\n\n{description.strip()}" if description else summary,
            epilog=f"examples:\n{lines}",
            parents=[self._shared],
        )
        if run is not None:
            parser.set_defaults(run=run)
        return parser

    def group(self, name: str, summary: str, *, examples: str, description: str = "") -> "Commands":
        """A command that consists of commands."""
        parser = self.add(name, None, summary, examples=examples, description=description)
        return Commands(parser.add_subparsers(metavar="COMMAND", required=True), self._shared)


def enum_word(text: str) -> str:
    """A member of an enum as people type it: `digital-ocean` is DIGITAL_OCEAN."""
    return text.upper().replace("-", "_")


def named(members: Iterable[str]) -> str:
    """Members of an enum, for a help text."""
    return ", ".join(members).lower().replace("_", "-")


def duration(text: str) -> int:
    try:
        return read_span(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from error


def whole(text: str) -> str:
    """A positive whole number in a string, for it may be larger than GraphQL's Int."""
    if not text.isascii() or not text.isdigit() or int(text) == 0:
        raise argparse.ArgumentTypeError(f"{text!r} is no positive whole number")
    return str(int(text))


def add_json(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="answer in JSON, for programs")


def add_timeout(parser: Parser) -> None:
    parser.add_argument(
        "--timeout", type=duration, default=15 * 60, metavar="TIME", help="e.g. 90s, 15m (default), 1h30m"
    )
