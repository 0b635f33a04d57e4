"""`fleetgraph wait`: come back when it is true."""

import argparse

from cli.arguments import Commands, Parser, duration
from cli.follow import follow
from cli.session import Session
from cli.watch import GOALS, ClusterWatch

DEFAULT_SECONDS = 15 * 60


def register(commands: Commands) -> None:
    parser = commands.add(
        "wait",
        wait,
        "Wait until a cluster is where you want it.",
        description="""
A cluster that is not there yet is waited for; one that is not there at all counts as deleted, once every account
in question was seen. What is shown counts only while it is current, and a change that its provider has accepted
and not applied yet is not done.

Ends with 0 when it is so, 1 when it cannot become so, 2 when the time is up, 130 on Ctrl-C.
""",
        examples="""
fleetgraph wait acme/production --for ready --timeout 15m
fleetgraph wait billing-vault --for deleted
fleetgraph wait production --for stopped --timeout 1h && echo good night
""",
    )
    parser.add_argument("cluster", metavar="CLUSTER", help="a name that only one has, account/name, or an ID")
    parser.add_argument("--for", dest="goal", choices=GOALS, default="ready", help="default: ready")
    add_timeout(parser)


def add_timeout(parser: Parser) -> None:
    parser.add_argument(
        "--timeout",
        type=duration,
        default=DEFAULT_SECONDS,
        metavar="TIME",
        help="e.g. 90s, 15m (default), 1h30m",
    )


def wait(session: Session, options: argparse.Namespace) -> int:
    watch = ClusterWatch(session.client, options.cluster, options.goal)
    return follow(session, watch, timeout_seconds=options.timeout)
