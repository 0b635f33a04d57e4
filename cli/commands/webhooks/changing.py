"""`fleetgraph webhooks create`, `update`, `pause`, `resume` and `delete`."""

from typing import Any

import click

from cli.changes import ask_for
from cli.commands.webhooks.choosing import CHOICE, CHOICES, choice_flags, chosen
from cli.commands.webhooks.webhook import WEBHOOK, find, paused, sends
from cli.documents import webhooks
from cli.errors import Exit, UsageError
from cli.formatting import plain
from cli.grammar import Flag, Options, Verb
from cli.kinds import EnumValue, named
from cli.output import dump, form_of, output_flags
from cli.session import Session

FORMS = ("STANDARD", "SLACK")


def create_webhook(session: Session, options: Options) -> int:
    form = form_of(options)
    wanted: dict[str, Any] = {"name": options.name, "url": _read_url(session, options), "form": options.form_}
    given = {**wanted, **chosen(session, options)}
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
    changed = chosen(session, options)
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


def delete_webhook(session: Session, options: Options) -> int:
    webhook = find(session, options.which)
    ask_for(session, options, webhooks.DELETE, {"id": webhook["id"]})
    session.screen.tell(plain(f"{webhook['name']} is deleted."))
    return Exit.OK


def _change(session: Session, options: Options, changed: dict[str, Any]) -> int:
    form, now = form_of(options), session.clock.now()
    wanted = {"id": find(session, options.which)["id"], "input": changed}
    webhook = ask_for(session, options, webhooks.UPDATE, wanted)["webhook"]
    if form in ("json", "yaml"):
        dump(session.screen, options, form, {"webhook": webhook})
    elif webhook["pausedAt"]:
        session.screen.say(plain(f"{webhook['name']} is paused {paused(webhook, now)}."))
    else:
        session.screen.say(plain(f"{webhook['name']} sends {sends(webhook)} to {webhook['origin']}."))
    return Exit.OK


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


CREATE = Verb(
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
)

UPDATE = Verb(
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
)

PAUSE = Verb(
    "pause",
    pause_webhook,
    "Send nothing until it is resumed. Nothing is lost for 90 days.",
    examples="fleetgraph webhooks pause pager",
    params=[WEBHOOK, *output_flags()],
)

RESUME = Verb(
    "resume",
    resume_webhook,
    "Send again, first what has happened meanwhile.",
    examples="fleetgraph webhooks resume pager",
    params=[WEBHOOK, *output_flags()],
)

DELETE = Verb(
    "delete",
    delete_webhook,
    "Delete a webhook, with everything that waits for it.",
    examples="fleetgraph webhooks delete pager",
    params=[WEBHOOK],
)
