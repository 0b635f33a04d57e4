"""The entry point: from arguments to an exit status."""

import io
import os
import sys
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, TextIO

import click

from cli.clock import Clock, SystemClock
from cli.errors import CommandError, Exit
from cli.grammar import Root
from cli.places import PLACES, SHORT_FORMS
from cli.screen import Screen
from cli.session import Session
from cli.shells import SHELLS, VARIABLE

ABOUT = "Managed clusters at every provider, through a Fleetgraph."
EPILOG = """\
Which Fleetgraph:
  --url, else FLEETGRAPH_URL, else a profile, else http://127.0.0.1:8000/graphql. --key, else FLEETGRAPH_KEY, else
  the profile's key. `fleetgraph login` makes profiles. A key goes over https only, or to this machine.

Exit status:
  0 done, 1 it cannot become so, 2 time is up, 3 not allowed, 4 not found, 5 conflict, 6 the provider refused,
  7 Fleetgraph cannot be reached, 64 wrong usage, 130 interrupted,
  141 what read its output has ended

Examples:
  fleetgraph clusters list --attention
  fleetgraph wait "Acme Tools/production" --for ready --timeout 15m
  fleetgraph clusters create kupe --account "Acme Tools" --name pr-1234 --type shared --wait
  fleetgraph accounts list --json
"""

ROOT = Root(places=PLACES, short_forms=SHORT_FORMS, about=ABOUT, epilog=EPILOG)


@dataclass(frozen=True, kw_only=True)
class Surroundings:
    """The environment of the process: streams, variables and clock."""

    environment: Mapping[str, str] = field(default_factory=lambda: os.environ, repr=False)
    input: TextIO = field(default_factory=lambda: _stream(sys.stdin, "r"))
    out: TextIO = field(default_factory=lambda: _stream(sys.stdout, "w"))
    err: TextIO = field(default_factory=lambda: _stream(sys.stderr, "w"))
    clock: Clock = field(default_factory=SystemClock)


def main(arguments: Sequence[str] | None = None, surroundings: Surroundings | None = None) -> int:
    around = surroundings or Surroundings()
    try:
        status = _carry_out(list(sys.argv[1:] if arguments is None else arguments), around)
        around.out.flush()
        around.err.flush()
        return status
    except BrokenPipeError:
        _give_up(around.out, around.err)
        return Exit.READER_ENDED
    except OSError as error:
        _give_up(around.out)
        return _say_what_cannot_be_written(error, around)


def _carry_out(arguments: list[str], around: Surroundings) -> int:
    screen = Screen(around.out, around.err, around.environment)
    session = Session(screen=screen, clock=around.clock, input=around.input, environment=around.environment)
    try:
        with closing(session):
            if VARIABLE in around.environment:
                return _complete(session, around.environment[VARIABLE])
            return _run(session, arguments)
    except CommandError as error:
        screen.tell(f"fleetgraph: {error}")
        return error.status
    except click.UsageError as error:
        screen.tell(f"fleetgraph: {_sentence(error)}")
        return Exit.USAGE
    except (KeyboardInterrupt, click.Abort):
        goes_on = " What was asked for goes on without us." if session.has_asked else ""
        screen.tell(f"fleetgraph: interrupted.{goes_on}")
        return Exit.INTERRUPTED


def _stream(stream: TextIO | None, mode: Literal["r", "w"]) -> TextIO:
    """Python has no stream where the shell closed it. What its encoding lacks is written as a question mark."""
    if stream is None:
        return Path(os.devnull).open(mode, encoding="utf-8")
    if mode == "w" and isinstance(stream, io.TextIOWrapper):
        stream.reconfigure(errors="replace")
    return stream


def _give_up(*streams: TextIO) -> None:
    """What cannot be written is dropped. Python would raise once more when it flushes at the end."""
    for stream in streams:
        try:
            stream.flush()
        except OSError:
            os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def _say_what_cannot_be_written(error: OSError, around: Surroundings) -> int:
    try:
        Screen(around.out, around.err, around.environment).tell(f"fleetgraph: {_failure(error)}.")
        around.err.flush()
    except OSError:
        _give_up(around.err)
    return Exit.FAILED


def _failure(error: OSError) -> str:
    name = error.filename if error.filename is not None else "the output cannot be written"
    return f"{name}: {error.strerror or error}"


def _run(session: Session, arguments: list[str]) -> int:
    try:
        with ROOT.make_context("fleetgraph", arguments, obj=session) as ctx:
            return int(ROOT.invoke(ctx) or Exit.OK)
    except click.exceptions.Exit as end:
        return end.exit_code


def _complete(session: Session, instruction: str) -> int:
    shell = SHELLS.get(instruction.removesuffix("_complete"))
    if shell is None:
        return Exit.FAILED
    session.screen.say(shell(ROOT, {"obj": session}, "fleetgraph", VARIABLE).complete())
    return Exit.OK


def _sentence(error: click.UsageError) -> str:
    text = error.format_message().rstrip()
    if not text.endswith((".", "?", "?)")):
        text += "."
    path = error.ctx.command_path if error.ctx else "fleetgraph"
    return f"{text} See `{path} --help`."


if __name__ == "__main__":
    sys.exit(main())
