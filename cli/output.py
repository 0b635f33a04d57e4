"""The formats of results: tables and sheets for people; JSON, YAML, CSV and names for programs."""

import csv
import io
import json
import shutil
import subprocess
from collections.abc import Callable, Sequence
from importlib import import_module

import click

from cli.errors import Exit, UsageError
from cli.grammar import Flag, Options
from cli.kinds import Duration
from cli.listing import Listing
from cli.rows import narrow, row_flags
from cli.screen import Facts as Facts
from cli.screen import Screen
from cli.session import Session
from cli.tables import cell, draw

FORMS = ("table", "wide", "json", "yaml", "csv", "name")
GROUP = "output"
WATCH_SECONDS = 5
PASSING = frozenset({"ageSeconds", "observedAt", "nextAttemptAt", "requestBudget"})
"""Members that --watch does not show a list again for."""


def output_flags(*, is_list: bool = False, has_row_flags: bool = True) -> list[click.Parameter]:
    """`has_row_flags`: false for a list that has its own flags to search and sort."""
    flags: list[click.Parameter] = [
        Flag(
            "-o",
            "--output",
            "form",
            type=click.Choice(FORMS),
            metavar="FORM",
            default="table",
            help=", ".join(FORMS),
            group=GROUP,
        ),
        Flag("--json", "is_json", is_flag=True, help="the same as -o json", group=GROUP),
        Flag("--jq", metavar="FILTER", help="of the JSON, only what this filter of jq gives", group=GROUP),
    ]
    if is_list and has_row_flags:
        flags = [*row_flags(), *flags]
    if is_list:
        flags += [
            Flag("--watch", "-w", is_flag=True, help="show it again whenever it has changed", group=GROUP),
            Flag(
                "--interval",
                type=Duration(),
                default=f"{WATCH_SECONDS}s",
                metavar="TIME",
                help=f"between two looks of --watch (default: {WATCH_SECONDS}s)".replace("looks", "requests"),
                group=GROUP,
            ),
        ]
    return flags


def form_of(options: Options) -> str:
    """The format. Raises UsageError for two formats."""
    form: str = options.form
    wanted = {form} - {"table"} | ({"json"} if options.is_json or options.jq is not None else set())
    if len(wanted) > 1:
        raise UsageError(f"The output is {' or '.join(sorted(wanted))}, not both.")
    return wanted.pop() if wanted else "table"


def show_list(session: Session, options: Options, fetch: Callable[[], Listing]) -> int:
    """Shows a list; with --watch, repeatedly until it is interrupted."""
    form, screen = form_of(options), session.screen

    def narrowed() -> Listing:
        return narrow(fetch(), options) if hasattr(options, "sort_rows") else fetch()

    if not options.watch:
        _show(screen, options, form, narrowed(), is_first=True)
        return Exit.OK
    before: object = None
    while True:
        listing = narrowed()
        if screen.is_terminal and form in ("table", "wide"):
            screen.clear()
            _show(screen, options, form, listing, is_first=True)
        elif _steady(listing.document) != before:
            _show(screen, options, form, listing, is_first=before is None, is_line=True)
        before = _steady(listing.document)
        screen.out.flush()
        session.clock.sleep(max(options.interval, 1))


def _steady(value: object) -> object:
    """The data without freshness, because a new observation alone is not a change."""
    if isinstance(value, dict):
        return {name: _steady(member) for name, member in value.items() if name not in PASSING}
    return [_steady(item) for item in value] if isinstance(value, list) else value


def show_one(session: Session, options: Options, document: object, facts: Facts, *, name: str) -> int:
    form, screen = form_of(options), session.screen
    if form in ("table", "wide"):
        screen.sheet(facts)
    elif form == "name":
        screen.say(name)
    elif form == "csv":
        _csv(
            screen,
            [
                ["FACT", "VALUE"],
                *(
                    [fact, value if isinstance(value, str) else "; ".join(value)]
                    for fact, value in facts.items()
                ),
            ],
        )
    else:
        dump(screen, options, form, document)
    return Exit.OK


def dump(screen: Screen, options: Options, form: str, document: object, *, is_line: bool = False) -> None:
    """Prints JSON (in one line if `is_line`), YAML, or the result of a filter."""
    if options.jq is not None:
        for text in _filtered(document, options.jq or "."):
            screen.say(text)
    elif form == "yaml":
        import yaml

        text = yaml.safe_dump(document, sort_keys=False, allow_unicode=True)
        screen.say(("---\n" if is_line else "") + text.rstrip("\n"))
    else:
        is_ascii = not screen.has_every_character
        screen.say(json.dumps(document, indent=None if is_line else 2, ensure_ascii=is_ascii))


def _show(
    screen: Screen, options: Options, form: str, listing: Listing, *, is_first: bool, is_line: bool = False
) -> None:
    if form in ("json", "yaml"):
        dump(screen, options, form, listing.document, is_line=is_line)
    elif form == "name":
        for row in listing.rows:
            screen.say(listing.name(row))
    elif form == "csv":
        lines = [[cell(column, row) for column in listing.columns] for row in listing.rows]
        titles = [[column.title for column in listing.columns]] if is_first else []
        _csv(screen, [*titles, *lines])
    else:
        if listing.rows:
            draw(screen, listing, is_wide=form == "wide")
        else:
            screen.tell(listing.empty)
    if form not in ("json", "yaml"):  # whose documents hold it
        for remark in listing.remarks:
            screen.tell(remark)


def _csv(screen: Screen, lines: Sequence[Sequence[str]]) -> None:
    paper = io.StringIO()
    csv.writer(paper, lineterminator="\n").writerows(
        [["" if text == "-" else text for text in line] for line in lines]
    )
    screen.say(paper.getvalue().rstrip("\n"))


def _filtered(document: object, expression: str) -> list[str]:
    """The output of a filter, as from `jq -r`: texts unquoted, everything else as JSON. Raises UsageError."""
    try:
        jq = import_module("jq")
    except ImportError:
        return _filtered_by_program(document, expression)
    try:
        values = jq.compile(expression).input_value(document).all()
    except ValueError as error:
        raise UsageError(f"--jq: {_first_line(str(error))}.") from error
    return [value if isinstance(value, str) else json.dumps(value, ensure_ascii=False) for value in values]


def _filtered_by_program(document: object, expression: str) -> list[str]:
    program = shutil.which("jq")
    if program is None:
        raise UsageError("--jq needs jq, which is not installed.", "`pip install jq` brings it.")
    ended = subprocess.run(
        [program, "-r", "-c", f" {expression}"],  # one that begins with a minus is no option
        input=json.dumps(document),
        capture_output=True,
        text=True,
        check=False,
    )
    if ended.returncode != 0:
        raise UsageError(f"--jq: {_first_line(ended.stderr)}.")
    return ended.stdout.split("\n")[:-1]


def _first_line(text: str) -> str:
    """The rest shows the filter with a mark below it."""
    return text.strip().partition("\n")[0].rstrip(":. ") or "jq fails"
