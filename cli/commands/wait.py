"""`fleetgraph wait`: come back when it is true."""

import argparse

from cli.arguments import Commands, add_timeout
from cli.changes import OperationWatch
from cli.errors import UsageError
from cli.follow import follow
from cli.session import Session
from cli.watch import GOALS, ClusterWatch


def register(commands: Commands) -> None:
    parser = commands.add(
        "wait",
        wait,
        "Wait until a cluster is where you want it, or an operation is done.",
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
fleetgraph wait --operation WyJPcGVyYXRpb24iLCJhIiwiYiJd
""",
    )
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument(
        "cluster", metavar="CLUSTER", nargs="?", help="a name that only one has, account/name, or an ID"
    )
    what.add_argument("--operation", metavar="ID", help="instead of a cluster: until it is done")
    parser.add_argument("--for", dest="goal", choices=GOALS, help="default: ready")
    add_timeout(parser)


def wait(session: Session, options: argparse.Namespace) -> int:
    if options.operation is None:
        watch = ClusterWatch(session.client, options.cluster, options.goal or "ready")
        return follow(session, watch, timeout_seconds=options.timeout)
    if options.goal is not None:
        raise UsageError("An operation is waited for until it is done.", "Leave out --for.")
    operation = OperationWatch(session.client, options.operation)
    return follow(session, operation, timeout_seconds=options.timeout)
