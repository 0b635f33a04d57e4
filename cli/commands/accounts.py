"""`fleetgraph accounts`: what is observed, and whether that works."""

import argparse
from typing import Any

from cli.arguments import PROVIDERS, Commands, add_json, enum_word, named
from cli.documents import read
from cli.errors import Exit
from cli.session import Session
from cli.words import freshness


def register(commands: Commands) -> None:
    parser = commands.add(
        "accounts",
        list_accounts,
        "List the provider accounts that are observed.",
        examples="""
fleetgraph accounts
fleetgraph accounts --provider qovery --json
""",
    )
    parser.add_argument(
        "--provider", type=enum_word, choices=PROVIDERS, metavar="PROVIDER", help=named(PROVIDERS)
    )
    add_json(parser)


def list_accounts(session: Session, options: argparse.Namespace) -> int:
    variables = {"provider": options.provider}
    accounts = [
        node for page in session.client.pages(read.ACCOUNTS, variables, "accounts") for node in page["nodes"]
    ]
    screen = session.screen
    if options.json:
        screen.dump({"accounts": accounts})
    elif accounts:
        screen.table([_row(account) for account in accounts], phase="STATE")
    else:
        screen.tell("No account is connected.")
    return Exit.OK


def _row(account: dict[str, Any]) -> dict[str, Any]:
    state, budget = account["freshness"], account["requestBudget"]
    accepted = {True: "accepted", False: "refused", None: "not yet used"}[account["token"]["isAccepted"]]
    problem = (account["hold"] or {}).get("reason") or (state["lastFailure"] or {}).get("message")
    return {
        "PROVIDER": account["provider"]["name"],
        "NAME": account["name"],
        "STATE": state["state"],
        "SEEN": freshness(state | {"state": "CURRENT"}),
        "TOKEN": f"...{account['token']['hint']} {accepted}",
        "REQUESTS LEFT": f"{budget['remaining']} of {budget['limit']}" if budget else "",
        "PROBLEM": problem,
    }
