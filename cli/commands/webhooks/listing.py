"""`fleetgraph webhooks list`."""

from typing import Any

from cli.commands.webhooks.webhook import all_webhooks, sends
from cli.formatting import since
from cli.grammar import Options, Verb
from cli.kinds import lower
from cli.listing import Column, Listing
from cli.output import output_flags, show_list
from cli.session import Session


def list_webhooks(session: Session, options: Options) -> int:
    return show_list(session, options, lambda: _fetch(session))


def _fetch(session: Session) -> Listing:
    found, now = all_webhooks(session), session.clock.now
    columns = (
        Column(title="NAME", value=lambda one: one["name"]),
        Column(title="TO", value=lambda one: one["origin"], rank=1),
        Column(title="FORM", value=lambda one: lower(one["form"]), rank=4),
        Column(title="SENDS", value=sends, rank=3),
        Column(title="STATE", value=_state, is_state=True),
        Column(
            title="DELIVERED",
            value=lambda one: one["deliveredAt"] and f"{since(one['deliveredAt'], now())} ago",
            rank=2,
            order=lambda one: one["deliveredAt"],
        ),
        Column(title="WAITING", value=lambda one: one["waitingCount"]),
        Column(title="DEAD", value=lambda one: one["deadCount"]),
        Column(title="FAILURE", value=lambda one: one["failure"], is_sentence=True),
        Column(title="ID", value=lambda one: one["id"], is_wide=True),
    )
    return Listing(
        document={"webhooks": found},
        rows=found,
        columns=columns,
        name=lambda one: str(one["name"]),
        empty="There are no webhooks.",
    )


def _state(webhook: dict[str, Any]) -> str:
    if webhook["pausedAt"]:
        return "PAUSED"
    return "FAILING" if webhook["failingSince"] else "WORKING" if webhook["deliveredAt"] else "NEW"


LIST = Verb(
    "list",
    list_webhooks,
    "List webhooks by name, with what waits.",
    examples="fleetgraph webhooks list",
    params=output_flags(is_list=True),
)
