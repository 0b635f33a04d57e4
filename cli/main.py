"""`fleetgraph`: from arguments to an exit status."""

import argparse
import os
import sys
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from importlib.metadata import version
from typing import TextIO

from cli.arguments import Commands, Parser
from cli.client import Client
from cli.clock import Clock, SystemClock
from cli.commands import (
    accounts,
    change,
    clusters,
    connections,
    create,
    keys,
    operations,
    query,
    spend_limit,
    wait,
)
from cli.errors import CommandError, Exit
from cli.screen import Screen
from cli.session import Session
from cli.settings import read_settings

COMMANDS = (clusters, accounts, operations, wait, create, change, spend_limit, connections, keys, query)

DESCRIPTION = "Managed clusters at every provider, through a Fleetgraph."
EPILOG = """\
which Fleetgraph:
  --url, else FLEETGRAPH_URL, else a profile, else http://127.0.0.1:8000/graphql. --key, else FLEETGRAPH_KEY, else
  the profile's key. ~/.config/fleetgraph/config.toml (or below $XDG_CONFIG_HOME) holds profiles:

    profile = "production"            # the one to use when none is named
    [profiles.production]
    url = "https://fleet.example.com/graphql"
    key = "..."

  A key goes over https only, or to this machine.

exit status:
  0 done, 1 failed, 2 timed out while waiting, 64 wrong usage, 130 interrupted

examples:
  fleetgraph clusters --attention
  fleetgraph wait acme/production --for ready --timeout 15m
  fleetgraph create kupe --account acme --name staging --type shared --wait
  fleetgraph --profile production accounts --json
"""


@dataclass(frozen=True, kw_only=True)
class Surroundings:
    """What a process finds when it starts."""

    environment: Mapping[str, str] = field(default_factory=lambda: os.environ, repr=False)
    input: TextIO = field(default_factory=lambda: sys.stdin)
    out: TextIO = field(default_factory=lambda: sys.stdout)
    err: TextIO = field(default_factory=lambda: sys.stderr)
    clock: Clock = field(default_factory=SystemClock)


def make_parser() -> Parser:
    shared = Parser(add_help=False)
    group = shared.add_argument_group("which Fleetgraph")
    # Left out of the result unless given, so that they may stand before the command or after it.
    group.add_argument("--url", default=argparse.SUPPRESS, help="its GraphQL endpoint")
    group.add_argument(
        "--key", default=argparse.SUPPRESS, help="better in FLEETGRAPH_KEY: others see arguments"
    )
    group.add_argument(
        "--profile", default=argparse.SUPPRESS, metavar="NAME", help="of the configuration file"
    )
    parser = Parser(prog="fleetgraph", description=DESCRIPTION, epilog=EPILOG, parents=[shared])
    parser.add_argument("--version", action="version", version=f"fleetgraph {version('fleetgraph')}")
    commands = Commands(parser.add_subparsers(metavar="COMMAND", required=True), shared)
    for module in COMMANDS:
        module.register(commands)
    return parser


def main(arguments: Sequence[str] | None = None, surroundings: Surroundings | None = None) -> int:
    """Argparse ends the process itself for --help, --version and wrong usage."""
    options = make_parser().parse_args(arguments)
    around = surroundings or Surroundings()
    screen = Screen(around.out, around.err, around.environment)
    try:
        return _run(options, around, screen)
    except CommandError as error:
        screen.tell(f"fleetgraph: {error}")
        return error.status
    except KeyboardInterrupt:
        screen.tell("fleetgraph: interrupted. What was asked for goes on without us.")
        return Exit.INTERRUPTED
    except BrokenPipeError:
        # Who read our output has had enough. Python would complain when it flushes at the end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return Exit.FAILED


def _run(options: argparse.Namespace, around: Surroundings, screen: Screen) -> int:
    settings = read_settings(
        url=getattr(options, "url", None),
        key=getattr(options, "key", None),
        profile=getattr(options, "profile", None),
        environment=around.environment,
    )
    with closing(Client(settings, version=version("fleetgraph"))) as client:
        session = Session(
            client=client,
            screen=screen,
            clock=around.clock,
            input=around.input,
            environment=around.environment,
        )
        status: int = options.run(session, options)
        around.out.flush()
        return status


if __name__ == "__main__":
    sys.exit(main())
