"""`fleetgraph operations` and `fleetgraph operation`: what was asked for, and what came of it."""

import argparse
from typing import Any

from cli.arguments import Commands, add_json, enum_word, named
from cli.changes import OUTCOMES, OperationWatch, title
from cli.client import REQUEST_SECONDS
from cli.documents import change
from cli.errors import Exit
from cli.lookup import need_cluster, path_of
from cli.session import Session
from cli.words import since

PAGE = 100


def register(commands: Commands) -> None:
    listing = commands.add(
        "operations",
        list_operations,
        "List changes in flight and recently finished, newest first.",
        examples="""
fleetgraph operations
fleetgraph operations --state running --state unconfirmed
fleetgraph operations --cluster acme/production --limit 5 --json
""",
    )
    listing.add_argument(
        "--state", action="append", type=enum_word, choices=OUTCOMES, metavar="STATE", help=named(OUTCOMES)
    )
    listing.add_argument("--cluster", metavar="CLUSTER", help="only changes of this one")
    listing.add_argument("--limit", type=int, default=20, metavar="N", help="how many at most (default: 20)")
    add_json(listing)

    one = commands.add(
        "operation",
        show_operation,
        "Show one change.",
        examples="""
fleetgraph operation WyJPcGVyYXRpb24iLCJhIiwiYiJd
fleetgraph operation WyJPcGVyYXRpb24iLCJhIiwiYiJd --json
""",
    )
    one.add_argument("operation", metavar="ID")
    add_json(one)


def list_operations(session: Session, options: argparse.Namespace) -> int:
    where: dict[str, Any] = {"states": options.state} if options.state else {}
    if options.cluster is not None:
        where["clusterId"] = need_cluster(session.client, options.cluster)["id"]
    variables = {"filter": where, "first": min(max(options.limit, 1), PAGE)}
    operations: list[dict[str, Any]] = []
    for page in session.client.pages(change.OPERATIONS, variables, "operations"):
        operations += page["nodes"]
        if len(operations) >= options.limit:
            break
    shown = operations[: options.limit]
    if options.json:
        session.screen.dump({"operations": shown})
    elif shown:
        session.screen.table([_row(session, operation) for operation in shown], phase="STATE")
    else:
        session.screen.tell("No operation matches.")
    return Exit.OK


def show_operation(session: Session, options: argparse.Namespace) -> int:
    watch = OperationWatch(session.client, options.operation)
    sight = watch(REQUEST_SECONDS)
    operation = watch.latest or {}
    if options.json:
        session.screen.dump(operation)
        return Exit.OK
    session.screen.sheet(
        {
            "change": sight.subject,
            "id": operation["id"],
            "state": f"{sight.word} ({sight.remark})" if sight.remark else sight.word,
            "reason": sight.reason,
            "candidates": ", ".join(_candidate(cluster) for cluster in operation["candidates"]),
            "asked for": f"{operation['requestedAt']} by {operation['requestedBy']}",
            "finished": operation["finishedAt"] or "",
            "deadline": operation["deadline"],
        }
    )
    return Exit.OK


def _candidate(cluster: dict[str, Any]) -> str:
    """A cluster that an unconfirmed creation may have made; only its ID tells two of them apart."""
    return f"{path_of(cluster)} {cluster['status']['phase']} {cluster['id']}"


def _row(session: Session, operation: dict[str, Any]) -> dict[str, Any]:
    return {
        "CHANGE": title(operation),
        "STATE": operation["state"],
        "ASKED": f"{since(operation['requestedAt'], session.clock.now())} ago",
        "BY": operation["requestedBy"],
        "ID": operation["id"],
        "FAILURE": (operation["failure"] or {}).get("message"),
    }
