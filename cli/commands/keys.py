"""`fleetgraph keys`: the API keys and their scopes. It needs a key with the scope ADMIN."""

from datetime import datetime, timedelta
from typing import Any

import click

from cli.changes import ask_for
from cli.documents import keys
from cli.errors import Exit, NotThere, UsageError
from cli.formatting import accounts, plain, read_moment, since, span
from cli.grammar import Flag, Noun, Options, Verb
from cli.kinds import Duration, EnumValue, Named, named
from cli.listing import Column, Listing
from cli.lookup import find_account, meant
from cli.output import dump, form_of, output_flags, show_list
from cli.session import Session

SCOPES = ("READ", "WRITE", "ADMIN")


def create_key(session: Session, options: Options) -> int:
    form = form_of(options)
    wanted: dict[str, Any] = {"name": options.name, "scopes": [options.scope]}
    if options.account:
        wanted["accountIds"] = [find_account(session.client, one)["id"] for one in options.account]
    if options.expires_in is not None:
        wanted["expiresAt"] = (session.clock.now() + timedelta(seconds=options.expires_in)).isoformat()
    made = ask_for(session, options, keys.CREATE, {"input": wanted})
    key, screen = made["apiKey"], session.screen
    if form in ("json", "yaml"):
        dump(screen, options, form, {"apiKey": key, "token": made["token"]})
        return Exit.OK
    screen.say(made["token"])
    screen.tell(plain(f"{key['name']} may {_may(key)}. The key is not shown again."))
    return Exit.OK


def list_keys(session: Session, options: Options) -> int:
    return show_list(session, options, lambda: _fetch(session))


def revoke_key(session: Session, options: Options) -> int:
    form = form_of(options)
    key_id = _find(session, options.which)["id"]
    key, screen = ask_for(session, options, keys.REVOKE, {"id": key_id})["apiKey"], session.screen
    if form in ("json", "yaml"):
        dump(screen, options, form, {"apiKey": key})
    else:
        screen.say(plain(f"{key['name']} ...{key['hint']} is revoked."))
    return Exit.OK


def _all(session: Session) -> list[dict[str, Any]]:
    return [node for page in session.client.pages(keys.KEYS, {}, "apiKeys") for node in page["nodes"]]


def _fetch(session: Session) -> Listing:
    found, now = _all(session), session.clock.now
    columns = (
        Column(title="NAME", value=lambda key: key["name"]),
        Column(title="KEY", value=lambda key: f"...{key['hint']}"),
        Column(title="STATE", value=lambda key: _state(key, now()), is_state=True),
        Column(title="SCOPES", value=_may, rank=1),
        Column(
            title="MADE",
            value=lambda key: f"{since(key['createdAt'], now())} ago",
            rank=3,
            order=lambda key: key["createdAt"],
        ),
        Column(
            title="USED",
            value=lambda key: key["lastUsedAt"] and f"{since(key['lastUsedAt'], now())} ago",
            order=lambda key: key["lastUsedAt"],
            rank=2,
        ),
        Column(title="ENDS", value=lambda key: _until(key, now()), rank=2),
        Column(title="ID", value=lambda key: key["id"], is_wide=True),
    )
    return Listing(
        document={"apiKeys": found},
        rows=found,
        columns=columns,
        name=lambda key: str(key["name"]),
        empty="There are no keys.",
    )


def _find(session: Session, reference: str) -> dict[str, Any]:
    """The valid key with a name. Several expired or revoked keys can have one name. Raises NotThere and UsageError."""
    found = _all(session)
    for key in found:
        if key["id"] == reference:
            return key
    named_so = [key for key in found if reference in (key["name"], f"...{key['hint']}")]
    live = [key for key in named_so if _state(key, session.clock.now()) == "ACTIVE"]
    if not live:
        names = [key["name"] for key in found if _state(key, session.clock.now()) == "ACTIVE"]
        hint = meant(reference, names, "fleetgraph keys list")
        raise NotThere(f"There is no active key {reference}.", hint)
    if len(live) > 1:
        hints = " or ".join(f"...{key['hint']}" for key in live)
        raise UsageError(f"Several keys are called {reference}.", f"Say which: {hints}.")
    return live[0]


def _state(key: dict[str, Any], now: datetime) -> str:
    if key["revokedAt"] is not None:
        return "REVOKED"
    ended = key["expiresAt"] is not None and read_moment(key["expiresAt"]) <= now
    return "EXPIRED" if ended else "ACTIVE"


def _until(key: dict[str, Any], now: datetime) -> str:
    if key["expiresAt"] is None:
        return ""
    seconds = (read_moment(key["expiresAt"]) - now).total_seconds()
    return f"in {span(seconds)}" if seconds > 0 else f"{span(-seconds)} ago"


def _may(key: dict[str, Any]) -> str:
    scopes = ", ".join(key["scopes"]).lower()
    return scopes if key["accountIds"] is None else f"{scopes} in {accounts(key['accountIds'])}"


COMMAND = Noun(
    "keys",
    "Make, list and revoke keys of this Fleetgraph.",
    [
        Verb(
            "list",
            list_keys,
            "List keys by name.",
            examples="fleetgraph keys list --json",
            params=output_flags(is_list=True),
        ),
        Verb(
            "create",
            create_key,
            "Make a key. It is shown once and never again.",
            about="The key alone goes to standard output, what is to be said of it to the other one.",
            examples="""
fleetgraph keys create dashboard --scope read --account "Acme Tools" --account "Meridian Freight"
fleetgraph keys create ci --scope write --expires-in 30d > ci.key
""",
            params=[
                click.Argument(["name"], metavar="NAME"),
                Flag("--scope", type=EnumValue(SCOPES), required=True, metavar="SCOPE", help=named(SCOPES)),
                Flag(
                    "--account",
                    multiple=True,
                    type=Named("account"),
                    metavar="ACCOUNT",
                    help="that it is to see; may be repeated (default: all)",
                ),
                Flag("--expires-in", type=Duration(), metavar="TIME", help="e.g. 12h, 30d (default: never)"),
                *output_flags(),
            ],
        ),
        Verb(
            "revoke",
            revoke_key,
            "Revoke a key: nobody gets in with it from then on.",
            about="KEY is its name, its last four characters after three dots, or its ID.",
            examples="""
fleetgraph keys revoke dashboard
""",
            params=[click.Argument(["which"], metavar="KEY"), *output_flags()],
        ),
    ],
    default="list",
)
