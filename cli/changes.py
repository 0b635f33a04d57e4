"""Asking for a change, following it where that is wanted, and saying what came of it."""

import argparse
from typing import Any

from cli.arguments import Parser, add_json, add_timeout
from cli.client import Client
from cli.documents import change
from cli.errors import CommandError, NotThere, UserErrors
from cli.follow import POLL_SECONDS, follow
from cli.progress import Outcome, Sight
from cli.session import Session
from cli.words import plain, read_moment

OUTCOMES = {
    "RUNNING": None,
    "UNCONFIRMED": None,
    "SUCCEEDED": Outcome.REACHED,
    "FAILED": Outcome.FAILED,
    "TIMED_OUT": Outcome.TIMED_OUT,
}
"""What a state means to somebody who waits."""


class OperationWatch:
    """Looks at one operation. Remembers the last sight of it, which `latest` shows."""

    def __init__(self, client: Client, operation_id: str) -> None:
        self._client = client
        self._id = operation_id
        self.latest: dict[str, Any] | None = None

    def __call__(self, within_seconds: float) -> Sight:
        node = self._client.ask(change.OPERATION_BY_ID, {"id": self._id}, within_seconds=within_seconds)[
            "node"
        ]
        if node is not None and node["__typename"] == "Operation":
            self.latest = node
            return to_sight(node)
        if self.latest is None:
            raise NotThere(f"There is no operation {self._id}.", "`fleetgraph operations` lists them.")
        return Sight(
            subject=title(self.latest),
            word="gone",
            outcome=Outcome.FAILED,
            reason="It was forgotten while we waited.",
            poll_after_seconds=POLL_SECONDS,
        )


def title(operation: dict[str, Any]) -> str:
    """What is done to what, e.g. `create cluster acme/production`."""
    verb = operation["kind"].lower().replace("_", " ")
    account = operation["account"]
    if account is None or verb.endswith("account"):
        return f"{verb} {operation['targetName']}"
    return f"{verb} {account['name']}/{operation['targetName']}"


def to_sight(operation: dict[str, Any]) -> Sight:
    target = operation["target"] or {}
    status = target.get("status")  # only clusters have one
    failure = (operation["failure"] or {}).get("message", "")
    return Sight(
        subject=title(operation),
        word=operation["state"],
        remark=f"the cluster is {status['phase']}" if status else "",
        since=read_moment(operation["requestedAt"]),
        age_seconds=target["freshness"]["ageSeconds"] if status else None,
        outcome=OUTCOMES.get(operation["state"]),
        reason=failure or _state_of_affairs(operation),
        poll_after_seconds=operation["pollAfterSeconds"] or POLL_SECONDS,
    )


def _state_of_affairs(operation: dict[str, Any]) -> str:
    match operation["state"]:
        case "UNCONFIRMED":
            return "Whether the provider took it is being found out; it is not sent again."
        case "TIMED_OUT":
            return "Fleetgraph waits no longer; the provider may still finish it."
        case "FAILED":
            return "It failed without a reason."
        case _:
            return ""


def add_following(parser: Parser) -> None:
    parser.add_argument(
        "--wait", action="store_true", help="come back when it is done, with 0, 1 or 2 as of wait"
    )
    add_timeout(parser)
    add_json(parser)


def add_revision(parser: Parser) -> None:
    parser.add_argument(
        "--expected-revision",
        metavar="REVISION",
        help="change nothing when it is another by now; see `cluster`",
    )


def ask_for(session: Session, document: str, variables: dict[str, Any]) -> dict[str, Any]:
    """The payload of a document's one change. Raises UserErrors, and what the client raises."""
    (payload,) = session.client.ask(document, variables).values()
    if payload is None:
        raise CommandError("Fleetgraph says neither what it did nor why not.", "See `fleetgraph operations`.")
    if payload["userErrors"]:
        raise UserErrors(payload["userErrors"])
    return dict(payload)


def carry_out(session: Session, options: argparse.Namespace, document: str, variables: dict[str, Any]) -> int:
    """A change that goes on as an operation, which is shown, and followed with --wait."""
    operation = ask_for(session, document, variables)["operation"]
    if operation is None:
        raise CommandError("Fleetgraph took it, and named no operation to follow.")
    screen = session.screen
    outcome = OUTCOMES.get(operation["state"])
    status = (outcome or Outcome.REACHED).value
    if options.wait:
        beside = screen.err if options.json else screen.out
        print(f"{plain(title(operation))}: operation {operation['id']}", file=beside, flush=True)
        watch = OperationWatch(session.client, operation["id"])
        status = follow(session, watch, timeout_seconds=options.timeout, stream=beside)
        operation = watch.latest or operation
    if options.json:
        screen.dump({"operation": operation})
    elif not options.wait:
        sight = to_sight(operation)
        screen.say(f"{plain(sight.subject)}: {screen.paint_phase(sight.word, sight.word)}")
        screen.tell(
            f"Follow it: fleetgraph wait --operation {operation['id']}" if outcome is None else sight.reason
        )
    return status
