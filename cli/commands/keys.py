"""`fleetgraph keys`: who may ask, and for what. Needs a key with the scope ADMIN."""

import argparse
from datetime import datetime, timedelta
from typing import Any

from cli.arguments import Commands, add_json, duration, enum_word, named
from cli.changes import ask_for
from cli.documents import keys
from cli.errors import Exit, NotThere
from cli.lookup import find_account
from cli.session import Session
from cli.words import plain, read_moment, since

SCOPES = ("READ", "WRITE", "ADMIN")


def register(commands: Commands) -> None:
    group = commands.group(
        "keys",
        "Make, list and revoke keys of this Fleetgraph.",
        examples="""
fleetgraph keys create dashboard --scope read
fleetgraph keys list
fleetgraph keys revoke dashboard
""",
    )
    create = group.add(
        "create",
        create_key,
        "Make a key. It is shown once and never again.",
        description="The key alone goes to standard output, what is to be said of it to the other one.",
        examples="""
fleetgraph keys create dashboard --scope read --account acme --account kupe/staging
fleetgraph keys create ci --scope write --expires-in 30d > ci.key
""",
    )
    create.add_argument("name", metavar="NAME", help="what stands in operations as who asked for them")
    create.add_argument(
        "--scope", type=enum_word, choices=SCOPES, required=True, metavar="SCOPE", help=named(SCOPES)
    )
    create.add_argument(
        "--account", action="append", metavar="ACCOUNT", help="that it is to see; again for more; else all"
    )
    create.add_argument("--expires-in", type=duration, metavar="TIME", help="e.g. 12h, 30d; else never")
    add_json(create)

    listed = group.add("list", list_keys, "List keys by name.", examples="fleetgraph keys list --json")
    add_json(listed)

    revoke = group.add(
        "revoke",
        revoke_key,
        "Revoke a key: it opens nothing from then on.",
        examples="""
fleetgraph keys revoke dashboard
fleetgraph keys revoke ...x7Fq
""",
    )
    revoke.add_argument(
        "which", metavar="KEY", help="its name, its last four characters after dots, or its ID"
    )
    add_json(revoke)


def create_key(session: Session, options: argparse.Namespace) -> int:
    wanted: dict[str, Any] = {"name": options.name, "scopes": [options.scope]}
    if options.account:
        wanted["accountIds"] = [find_account(session.client, one)["id"] for one in options.account]
    if options.expires_in is not None:
        wanted["expiresAt"] = (session.clock.now() + timedelta(seconds=options.expires_in)).isoformat()
    made = ask_for(session, keys.CREATE, {"input": wanted})
    key, screen = made["apiKey"], session.screen
    if options.json:
        screen.dump({"apiKey": key, "token": made["token"]})
        return Exit.OK
    screen.say(made["token"])
    screen.tell(plain(f"{key['name']} may {_may(key)}. The key is not shown again."))
    return Exit.OK


def list_keys(session: Session, options: argparse.Namespace) -> int:
    found, screen = _all(session), session.screen
    if options.json:
        screen.dump({"apiKeys": found})
    elif found:
        screen.table([_row(key, session.clock.now()) for key in found], phase="STATE")
    else:
        screen.tell("There are no keys.")
    return Exit.OK


def revoke_key(session: Session, options: argparse.Namespace) -> int:
    key_id = _find(session, options.which)["id"]
    key, screen = ask_for(session, keys.REVOKE, {"id": key_id})["apiKey"], session.screen
    if options.json:
        screen.dump({"apiKey": key})
    else:
        screen.say(plain(f"{key['name']} ...{key['hint']} opens nothing any more."))
    return Exit.OK


def _all(session: Session) -> list[dict[str, Any]]:
    return [node for page in session.client.pages(keys.KEYS, {}, "apiKeys") for node in page["nodes"]]


def _find(session: Session, reference: str) -> dict[str, Any]:
    """One that still opens; of those that do not there may be many of a name. Raises NotThere."""
    found = _all(session)
    for key in found:
        if key["id"] == reference:
            return key
    named_so = [key for key in found if reference in (key["name"], f"...{key['hint']}")]
    live = [key for key in named_so if _state(key, session.clock.now()) == "ACTIVE"]
    if not live:
        raise NotThere(
            f"There is no key {reference} that opens anything.", "`fleetgraph keys list` shows them."
        )
    if len(live) > 1:
        hints = " or ".join(f"...{key['hint']}" for key in live)
        raise NotThere(f"Several keys are called {reference}.", f"Say which: {hints}.")
    return live[0]


def _state(key: dict[str, Any], now: datetime) -> str:
    if key["revokedAt"] is not None:
        return "REVOKED"
    ended = key["expiresAt"] is not None and read_moment(key["expiresAt"]) <= now
    return "EXPIRED" if ended else "ACTIVE"


def _may(key: dict[str, Any]) -> str:
    scopes = ", ".join(key["scopes"]).lower()
    return scopes if key["accountIds"] is None else f"{scopes} in {len(key['accountIds'])} accounts"


def _row(key: dict[str, Any], now: datetime) -> dict[str, Any]:
    return {
        "NAME": key["name"],
        "KEY": f"...{key['hint']}",
        "STATE": _state(key, now),
        "MAY": _may(key),
        "MADE": f"{since(key['createdAt'], now)} ago",
        "USED": f"{since(key['lastUsedAt'], now)} ago" if key["lastUsedAt"] else "never",
        "ENDS": key["expiresAt"],
    }
