"""`fleetgraph webhooks test`, `dead` and `replay`: whether messages arrive, and what becomes of those that did not."""

from typing import Any

from cli.changes import ask_for
from cli.commands.webhooks.webhook import WEBHOOK, find
from cli.documents import webhooks
from cli.errors import Exit
from cli.formatting import plain
from cli.grammar import Options, Verb
from cli.kinds import lower
from cli.listing import Column, Listing
from cli.output import dump, form_of, output_flags, show_list
from cli.session import Session


def test_webhook(session: Session, options: Options) -> int:
    form, screen = form_of(options), session.screen
    webhook = find(session, options.which)
    answer = ask_for(session, options, webhooks.TEST, {"id": webhook["id"]})
    arrived = bool(answer["isDelivered"])
    if form in ("json", "yaml"):
        dump(screen, options, form, {"isDelivered": arrived, "failure": answer["failure"]})
    elif arrived:
        screen.say(plain(f"{webhook['origin']} took the message."))
    else:
        screen.tell(plain(f"The message did not arrive. {answer['failure']}"))
    return Exit.OK if arrived else Exit.FAILED


def list_dead(session: Session, options: Options) -> int:
    webhook = find(session, options.which)
    return show_list(session, options, lambda: _fetch_dead(session, webhook))


def replay_webhook(session: Session, options: Options) -> int:
    form = form_of(options)
    webhook = ask_for(session, options, webhooks.REPLAY, {"id": find(session, options.which)["id"]})[
        "webhook"
    ]
    if form in ("json", "yaml"):
        dump(session.screen, options, form, {"webhook": webhook})
    else:
        count = webhook["waitingCount"]
        session.screen.say(plain(f"{webhook['name']} tries again: {count} wait now."))
    return Exit.OK


def _fetch_dead(session: Session, webhook: dict[str, Any]) -> Listing:
    pages = session.client.pages(webhooks.DEAD, {"id": webhook["id"]}, "node.deadDeliveries")
    found = [one for page in pages for one in page["nodes"]]
    columns = (
        Column(title="AT", value=lambda one: one["event"]["occurredAt"][:19] + "Z"),
        Column(title="WHERE", value=lambda one: _where(one["event"])),
        Column(title="WHAT", value=lambda one: lower(one["event"]["kind"]).replace("-", " ")),
        Column(title="TO", value=lambda one: one["event"]["to"], is_state=True),
        Column(title="TRIES", value=lambda one: one["attempts"], rank=1),
        Column(title="FAILURE", value=lambda one: one["failure"], is_sentence=True),
    )
    return Listing(
        document={"deadDeliveries": found},
        rows=found,
        columns=columns,
        name=lambda one: str(one["event"]["id"]),
        empty=f"{plain(webhook['name'])} has given up nothing.",
    )


def _where(event: dict[str, Any]) -> str:
    return "/".join(filter(None, [event["accountName"], event["clusterName"]]))


TEST = Verb(
    "test",
    test_webhook,
    "Send a message now, to see whether it arrives.",
    examples="fleetgraph webhooks test pager",
    params=[WEBHOOK, *output_flags()],
)

DEAD = Verb(
    "dead",
    list_dead,
    "List what was given up after a day of trying. It is kept for 30 days.",
    examples="fleetgraph webhooks dead pager",
    params=[WEBHOOK, *output_flags(is_list=True)],
)

REPLAY = Verb(
    "replay",
    replay_webhook,
    "Try again to deliver what was given up.",
    examples="fleetgraph webhooks replay pager",
    params=[WEBHOOK, *output_flags()],
)
