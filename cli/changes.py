"""Asking for a change, following it where that is wanted, and saying what came of it."""

from collections.abc import Sequence
from json import dumps, loads
from typing import Any
from uuid import uuid4

import click

from cli.client import Client
from cli.documents import change
from cli.errors import CommandError, Exit, LostAnswer, NotThere, UserErrors
from cli.follow import POLL_SECONDS, follow
from cli.formatting import instant, money, plain, read_moment
from cli.grammar import Flag, Options
from cli.kinds import Duration
from cli.output import dump, form_of, output_flags
from cli.session import Session
from cli.sight import Outcome, Sight

GROUP = "following the change"

OUTCOMES = {
    "RUNNING": None,
    "UNCONFIRMED": None,
    "SUCCEEDED": Outcome.REACHED,
    "FAILED": Outcome.FAILED,
    "TIMED_OUT": Outcome.TIMED_OUT,
    "UNKNOWN": None,
}
"""The outcome that each state means for waiting. UNKNOWN: a state of another version of Fleetgraph, which can still
end.
"""

PROVIDERS_FAULTS = frozenset(
    {"AUTHENTICATION", "PERMISSION", "RATE_LIMITED", "TIMEOUT", "UNAVAILABLE", "UNEXPECTED_RESPONSE"}
)
"""The kinds of failure that are a provider's own, whether it answered or not. Of the others Fleetgraph also judges what
became of a change that the provider took; a status tells that the provider said so.
"""

EXPECTED_REVISION = Flag(
    "--expected-revision",
    metavar="REVISION",
    help="change nothing when it is another by now; see `clusters show`",
)


class OperationWatch:
    """Observes one operation. Remembers what it saw last, which `latest` shows."""

    def __init__(self, client: Client, operation_id: str) -> None:
        self._client = client
        self._id = operation_id
        self.latest: dict[str, Any] | None = None

    def __call__(self, within_seconds: float) -> Sequence[Sight]:
        variables = {"id": self._id}
        node = self._client.ask(change.OPERATION_BY_ID, variables, within_seconds=within_seconds)["node"]
        if node is not None and node["__typename"] == "Operation":
            self.latest = node
            return [to_sight(node)]
        if self.latest is None:
            raise NotThere(f"There is no operation {self._id}.", "`fleetgraph operations` lists them.")
        forgotten = Sight(
            subject=title(self.latest),
            id=self._id,
            state="gone",
            outcome=Outcome.FAILED,
            reason="It was forgotten while we waited.",
            poll_after_seconds=POLL_SECONDS,
        )
        return [forgotten]


def title(operation: dict[str, Any]) -> str:
    """What is done to what, e.g. `create cluster acme/production`."""
    verb = operation["kind"].lower().replace("_", " ")
    account = operation["account"]
    if account is None or verb.endswith("account"):
        return f"{verb} {operation['targetName']}"
    return f"{verb} {account['name']}/{operation['targetName']}"


def outcome_of(operation: dict[str, Any]) -> Outcome | None:
    """The outcome. Null while the operation is open. A provider that refuses or does not answer differs from a change
    that began and failed.
    """
    outcome = OUTCOMES.get(operation["state"])
    failure = operation["failure"] or {}
    is_refused = failure.get("httpStatus") is not None or failure.get("kind") in PROVIDERS_FAULTS
    return Outcome.REFUSED if outcome is Outcome.FAILED and is_refused else outcome


def to_sight(operation: dict[str, Any]) -> Sight:
    target = operation["target"] or {}
    status = target.get("status")  # only clusters have one
    failure = (operation["failure"] or {}).get("message", "")
    return Sight(
        subject=title(operation),
        id=operation["id"],
        state=operation["state"],
        remark=f"the cluster is {status['phase']}" if status else "",
        since=read_moment(operation["requestedAt"]),
        age_seconds=target["freshness"]["ageSeconds"] if status else None,
        outcome=outcome_of(operation),
        reason=failure or _state_of_affairs(operation),
        poll_after_seconds=operation["pollAfterSeconds"] or POLL_SECONDS,
    )


def _state_of_affairs(operation: dict[str, Any]) -> str:
    match operation["state"]:
        case "UNCONFIRMED":
            return "Whether the provider took it is being found out; it is not sent again."
        case "UNKNOWN":
            return "Another version of Fleetgraph has a word for its state that this one does not know."
        case "TIMED_OUT":
            return "Fleetgraph waits no longer; the provider may still finish it."
        case "FAILED":
            return "It failed without a reason."
        case _:
            return ""


IDEMPOTENCY_KEY = Flag(
    "--idempotency-key",
    metavar="KEY",
    help="repeated within 24 hours with the same flags, it makes nothing twice (default: a new one each time)",
)


def create(session: Session, options: Options, document: str, wanted: dict[str, Any]) -> int:
    """A creation, which a key keeps from happening twice. A lost answer names the key to repeat it with."""
    key = options.idempotency_key or str(uuid4())
    try:
        return carry_out(session, options, document, {"input": wanted | {"idempotencyKey": key}})
    except LostAnswer as lost:
        raise LostAnswer(
            f"{lost}", f"Repeated with --idempotency-key {key}, it makes nothing twice."
        ) from lost


def timeout_flag(group: str = GROUP) -> click.Parameter:
    return Flag(
        "--timeout",
        type=Duration(),
        default="15m",
        metavar="TIME",
        help="for how long to wait: 90s, 15m (default), 1h30m",
        group=group,
    )


PLAN = Flag(
    "--as-planned",
    metavar="DIGEST",
    help="send exactly what this dry run showed, with the same flags: where they hold secrets, which are not kept",
    group=GROUP,
)


def following_flags() -> list[click.Parameter]:
    wait = Flag(
        "--wait", is_flag=True, help="come back when it is done, with the status of `wait`", group=GROUP
    )
    return [wait, timeout_flag(), *output_flags()]


def changing_flags() -> list[click.Parameter]:
    """The flags of a change at a provider."""
    dry_run = Flag(
        "--dry-run",
        is_flag=True,
        help="change nothing, and show the requests that would go out; see `plans apply`",
        group=GROUP,
    )
    return [dry_run, *following_flags()]


def ask_for(session: Session, options: Options, document: str, variables: dict[str, Any]) -> dict[str, Any]:
    """The payload of a document's one change. Raises UserErrors, and what the client raises."""
    client, session.has_asked = session.client, True
    (payload,) = client.ask(document, variables).values()
    if payload is None:
        raise CommandError("Fleetgraph says neither what it did nor why not.", "See `fleetgraph operations`.")
    if payload["userErrors"]:
        raise UserErrors(payload["userErrors"], options.flags)
    return dict(payload)


def carry_out(session: Session, options: Options, document: str, variables: dict[str, Any]) -> int:
    """A change that goes on as an operation, which is shown, and followed with --wait. With --dry-run, its plan. With
    --as-planned, what that one shows.
    """
    form = form_of(options)
    if getattr(options, "dry_run", False):
        return show_plan(session, options, form, ask_for(session, options, change.plans[document], variables))
    if (digest := getattr(options, "as_planned", None)) is not None:
        document, variables = change.bound[document], variables | {"plan": digest}
    operation = ask_for(session, options, document, variables)["operation"]
    if operation is None:
        raise CommandError("Fleetgraph took it, and named no operation to follow.")
    return follow_operation(session, options, form, operation)


def follow_operation(session: Session, options: Options, form: str, operation: dict[str, Any]) -> int:
    screen = session.screen
    is_text = form in ("table", "wide")
    outcome = outcome_of(operation)
    status = (outcome or Outcome.REACHED).value
    if options.wait:
        beside = screen.out if is_text else screen.err
        print(f"{plain(title(operation))}: operation {operation['id']}", file=beside, flush=True)
        watch = OperationWatch(session.client, operation["id"])
        status = follow(session, watch, timeout_seconds=options.timeout, stream=beside)
        operation = watch.latest or operation
    if form == "name":
        screen.say(operation["id"])
    elif not is_text:
        dump(screen, options, "yaml" if form == "yaml" else "json", {"operation": operation})
    elif not options.wait:
        sight = to_sight(operation)
        screen.say(f"{plain(sight.subject)}: {screen.paint_phase(sight.state, sight.state)}")
        if outcome is None:
            screen.tell(f"Follow it: fleetgraph wait --operation {operation['id']}")
        elif sight.reason:
            screen.tell(sight.reason)
    return status


def show_plan(session: Session, options: Options, form: str, payload: dict[str, Any]) -> int:
    plan, screen = payload["plan"], session.screen
    if form == "name":
        screen.say(plan["digest"])
    elif form not in ("table", "wide"):
        dump(screen, options, "yaml" if form == "yaml" else "json", {"plan": plan})
    else:
        for request in plan["requests"]:
            screen.say(plain(f"{request['method']} {request['url']}"))
            for header in request["headers"]:
                screen.say(plain(f"  {header}"))
            if request["body"] is not None:
                body = dumps(loads(request["body"]), indent=2, ensure_ascii=False)
                for line in body.splitlines():
                    screen.say(plain(f"  {line}"))
        for warning in plan["warnings"]:
            screen.tell(plain(warning))
        screen.tell("Nothing was changed.")
        if plan["cost"] is not None:
            low, high = money(plan["cost"]["minimum"]), money(plan["cost"]["maximum"])
            screen.tell(f"As it is now, it is expected to cost {low} to {high} a month.")
        until = instant(plan["expiresAt"])
        screen.tell(
            f"Send exactly this until {until}: fleetgraph plans apply {plan['digest']}"
            if plan["isWhole"]
            else "It holds secrets, which are not kept. Send exactly this until "
            f"{until}: the same command with --as-planned {plan['digest']} in the place of --dry-run"
        )
    return Exit.OK
