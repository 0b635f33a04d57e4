"""`fleetgraph webhooks`: where what happens is sent. It needs a key with the scope ADMIN."""

from datetime import datetime
from typing import Any

import click

from cli.changes import ask_for
from cli.commands.activity import KINDS
from cli.documents import webhooks
from cli.errors import Exit, NotThere, UsageError
from cli.formatting import accounts, moment, plain, since
from cli.grammar import Flag, Noun, Options, Verb
from cli.kinds import EnumValue, Named, lower, named
from cli.lookup import find_account, meant
from cli.output import Listing, dump, form_of, output_flags, show_list, show_one
from cli.session import Session
from cli.specs import PROVIDERS
from cli.tables import Column

SEVERITIES = ("BROKEN", "STUCK", "UNKNOWN", "MOVING", "FINE")
FORMS = ("STANDARD", "SLACK")
CHOICE = "what it sends (default: everything)"
CHOICES = {"severity": "severities", "kind": "kinds", "provider": "providers", "account": "accountIds"}
"""Flags that choose, and what they choose in the API."""


def list_webhooks(session: Session, options: Options) -> int:
    return show_list(session, options, lambda: _fetch(session))


def show_webhook(session: Session, options: Options) -> int:
    webhook, now = _find(session, options.which), session.clock.now()
    facts = {
        "name": webhook["name"],
        "id": webhook["id"],
        "to": webhook["origin"],
        "form": lower(webhook["form"]),
        "sends": _sends(webhook),
        "made": f"{moment(webhook['createdAt'], now)}, by {webhook['createdBy']}",
        "delivered": moment(webhook["deliveredAt"], now),
        "paused": _paused(webhook, now),
        "failing since": moment(webhook["failingSince"], now),
        "failure": webhook["failure"] or "",
        "waiting": str(webhook["waitingCount"]),
        "dead": str(webhook["deadCount"]),
    }
    return show_one(session, options, webhook, facts, name=str(webhook["name"]))


def create_webhook(session: Session, options: Options) -> int:
    form = form_of(options)
    wanted: dict[str, Any] = {"name": options.name, "url": _read_url(session, options), "form": options.form_}
    given = {**wanted, **_chosen(session, options)}
    made = ask_for(session, options, webhooks.CREATE, {"input": given})
    webhook, screen = made["webhook"], session.screen
    if form in ("json", "yaml"):
        dump(screen, options, form, {"webhook": webhook, "secret": made["secret"]})
        return Exit.OK
    screen.say(made["secret"])
    screen.tell(
        plain(f"{webhook['name']} sends to {webhook['origin']} from now on, signed with this secret.")
        + " It is not shown again."
    )
    return Exit.OK


def update_webhook(session: Session, options: Options) -> int:
    changed = _chosen(session, options)
    for flag in options.clear:
        member = CHOICES[flag]
        if member in changed:
            raise UsageError(f"--{flag} and --clear {flag} contradict each other.", "Leave out one of them.")
        changed[member] = None
    if options.to is not None or options.url_env is not None:
        changed["url"] = _read_url(session, options)
    if options.name is not None:
        changed["name"] = options.name
    if options.form_ is not None:
        changed["form"] = options.form_
    if not changed:
        raise UsageError(
            "There is nothing to change.", "fleetgraph webhooks update --help lists what can be."
        )
    return _change(session, options, changed)


def pause_webhook(session: Session, options: Options) -> int:
    return _change(session, options, {"isPaused": True})


def resume_webhook(session: Session, options: Options) -> int:
    return _change(session, options, {"isPaused": False})


def test_webhook(session: Session, options: Options) -> int:
    form, screen = form_of(options), session.screen
    webhook = _find(session, options.which)
    answer = ask_for(session, options, webhooks.TEST, {"id": webhook["id"]})
    arrived = bool(answer["isDelivered"])
    if form in ("json", "yaml"):
        dump(screen, options, form, {"isDelivered": arrived, "failure": answer["failure"]})
    elif arrived:
        screen.say(plain(f"{webhook['origin']} took the message."))
    else:
        screen.tell(plain(f"The message did not arrive. {answer['failure']}"))
    return Exit.OK if arrived else Exit.FAILED


def delete_webhook(session: Session, options: Options) -> int:
    webhook = _find(session, options.which)
    ask_for(session, options, webhooks.DELETE, {"id": webhook["id"]})
    session.screen.tell(plain(f"{webhook['name']} is deleted."))
    return Exit.OK


def list_dead(session: Session, options: Options) -> int:
    webhook = _find(session, options.which)
    return show_list(session, options, lambda: _fetch_dead(session, webhook))


def replay_webhook(session: Session, options: Options) -> int:
    form = form_of(options)
    webhook = ask_for(session, options, webhooks.REPLAY, {"id": _find(session, options.which)["id"]})[
        "webhook"
    ]
    if form in ("json", "yaml"):
        dump(session.screen, options, form, {"webhook": webhook})
    else:
        count = webhook["waitingCount"]
        session.screen.say(plain(f"{webhook['name']} tries again: {count} wait now."))
    return Exit.OK


def _change(session: Session, options: Options, changed: dict[str, Any]) -> int:
    form, now = form_of(options), session.clock.now()
    wanted = {"id": _find(session, options.which)["id"], "input": changed}
    webhook = ask_for(session, options, webhooks.UPDATE, wanted)["webhook"]
    if form in ("json", "yaml"):
        dump(session.screen, options, form, {"webhook": webhook})
    elif webhook["pausedAt"]:
        session.screen.say(plain(f"{webhook['name']} is paused {_paused(webhook, now)}."))
    else:
        session.screen.say(plain(f"{webhook['name']} sends {_sends(webhook)} to {webhook['origin']}."))
    return Exit.OK


def _chosen(session: Session, options: Options) -> dict[str, Any]:
    """What it sends, as far as flags say so."""
    chosen: dict[str, Any] = {
        "kinds": list(options.kind),
        "severities": list(options.severity),
        "providers": list(options.provider),
        "accountIds": [find_account(session.client, one)["id"] for one in options.account],
    }
    return {name: value for name, value in chosen.items() if value}


def _paused(webhook: dict[str, Any], now: datetime) -> str:
    since_then = moment(webhook["pausedAt"], now)
    return " ".join(filter(None, [since_then and f"since {since_then}", webhook["pauseReason"]]))


def _read_url(session: Session, options: Options) -> str:
    """The address. It can hold a secret, so that it can come from a variable or from standard input."""
    if options.url_env is not None:
        if options.to is not None:
            raise UsageError("--to and --to-env name two addresses.", "Leave out one of them.")
        url, place = session.environment.get(options.url_env, ""), options.url_env
    elif options.to == "-":
        url, place = session.input.read(), "Standard input"
    else:
        url, place = options.to or "", "--to"
    if not url.strip():
        raise UsageError(f"{place} holds no address.", "--to takes one, --to-env names a variable that does.")
    return url.strip()


def _all(session: Session) -> list[dict[str, Any]]:
    return [one for page in session.client.pages(webhooks.WEBHOOKS, {}, "webhooks") for one in page["nodes"]]


def _find(session: Session, reference: str) -> dict[str, Any]:
    """By name or ID. Raises NotThere."""
    found = _all(session)
    for webhook in found:
        if reference in (webhook["name"], webhook["id"]):
            return webhook
    hint = meant(reference, [one["name"] for one in found], "fleetgraph webhooks list")
    raise NotThere(f"There is no webhook {reference}.", hint)


def _fetch(session: Session) -> Listing:
    found, now = _all(session), session.clock.now
    columns = (
        Column(title="NAME", value=lambda one: one["name"]),
        Column(title="TO", value=lambda one: one["origin"], rank=1),
        Column(title="FORM", value=lambda one: lower(one["form"]), rank=4),
        Column(title="SENDS", value=_sends, rank=3),
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


def _state(webhook: dict[str, Any]) -> str:
    if webhook["pausedAt"]:
        return "PAUSED"
    return "FAILING" if webhook["failingSince"] else "WORKING" if webhook["deliveredAt"] else "NEW"


def _sends(webhook: dict[str, Any]) -> str:
    parts = [
        ", ".join(map(lower, webhook["severities"] or ())),
        ", ".join(map(lower, webhook["kinds"] or ())),
        ", ".join(one["name"] for one in webhook["providers"] or ()),
        "" if webhook["accountIds"] is None else accounts(webhook["accountIds"]),
    ]
    return "; ".join(filter(None, parts)) or "everything"


def choice_flags() -> list[click.Parameter]:
    return [
        Flag(
            "--severity",
            multiple=True,
            type=EnumValue(SEVERITIES),
            metavar="SEVERITY",
            help=named(SEVERITIES),
            group=CHOICE,
        ),
        Flag("--kind", multiple=True, type=EnumValue(KINDS), metavar="KIND", help=named(KINDS), group=CHOICE),
        Flag(
            "--provider",
            multiple=True,
            type=EnumValue(PROVIDERS),
            metavar="PROVIDER",
            help=named(PROVIDERS),
            group=CHOICE,
        ),
        Flag(
            "--account",
            multiple=True,
            type=Named("account"),
            metavar="ACCOUNT",
            help="name, provider/name or ID",
            group=CHOICE,
        ),
    ]


WEBHOOK = click.Argument(["which"], metavar="WEBHOOK")

COMMAND = Noun(
    "webhooks",
    "Make, change, pause and delete webhooks, and replay what did not arrive.",
    [
        Verb(
            "list",
            list_webhooks,
            "List webhooks by name, with what waits.",
            examples="fleetgraph webhooks list",
            params=output_flags(is_list=True),
        ),
        Verb(
            "create",
            create_webhook,
            "Send what happens from now on to an address.",
            about="""
The secret that messages are signed with goes to standard output, once. The address can hold a secret, too: --to-env
takes it from a variable.
""",
            examples="""
fleetgraph webhooks create pager --to https://hooks.example.com/fleet --severity broken --severity stuck
SLACK=https://hooks.example.com/services/T0/B0/x fleetgraph webhooks create slack --to-env SLACK --form slack
""",
            params=[
                click.Argument(["name"], metavar="NAME"),
                Flag("--to", metavar="URL", help="an https address; - reads it from standard input"),
                Flag("--to-env", "url_env", metavar="VARIABLE", help="that holds the address"),
                Flag(
                    "--form",
                    "form_",
                    type=EnumValue(FORMS),
                    default="STANDARD",
                    metavar="FORM",
                    help=f"{named(FORMS)} (default: standard)",
                ),
                *choice_flags(),
                *output_flags(),
            ],
        ),
        Verb(
            "update",
            update_webhook,
            "Change what a webhook sends, and where. Its secret stays.",
            examples="""
fleetgraph webhooks update pager --severity broken
fleetgraph webhooks update pager --clear severity --kind phase-changed
""",
            params=[
                WEBHOOK,
                Flag("--name", metavar="NAME", help="another name"),
                Flag("--to", metavar="URL", help="an https address; - reads it from standard input"),
                Flag("--to-env", "url_env", metavar="VARIABLE", help="that holds the address"),
                Flag("--form", "form_", type=EnumValue(FORMS), metavar="FORM", help=named(FORMS)),
                *choice_flags(),
                Flag(
                    "--clear",
                    multiple=True,
                    type=click.Choice(sorted(CHOICES)),
                    metavar="CHOICE",
                    help=f"choose nothing any more: {', '.join(sorted(CHOICES))}",
                    group=CHOICE,
                ),
                *output_flags(),
            ],
        ),
        Verb(
            "pause",
            pause_webhook,
            "Send nothing until it is resumed. Nothing is lost for 90 days.",
            examples="fleetgraph webhooks pause pager",
            params=[WEBHOOK, *output_flags()],
        ),
        Verb(
            "resume",
            resume_webhook,
            "Send again, first what has happened meanwhile.",
            examples="fleetgraph webhooks resume pager",
            params=[WEBHOOK, *output_flags()],
        ),
        Verb(
            "test",
            test_webhook,
            "Send a message now, to see whether it arrives.",
            examples="fleetgraph webhooks test pager",
            params=[WEBHOOK, *output_flags()],
        ),
        Verb(
            "show",
            show_webhook,
            "Show one webhook.",
            examples="fleetgraph webhooks show pager",
            params=[WEBHOOK, *output_flags()],
        ),
        Verb(
            "dead",
            list_dead,
            "List what was given up after a day of trying. It is kept for 30 days.",
            examples="fleetgraph webhooks dead pager",
            params=[WEBHOOK, *output_flags(is_list=True)],
        ),
        Verb(
            "replay",
            replay_webhook,
            "Try again to deliver what was given up.",
            examples="fleetgraph webhooks replay pager",
            params=[WEBHOOK, *output_flags()],
        ),
        Verb(
            "delete",
            delete_webhook,
            "Delete a webhook, with everything that waits for it.",
            examples="fleetgraph webhooks delete pager",
            params=[WEBHOOK],
        ),
    ],
    default="list",
)
