"""`fleetgraph connect`, `disconnect`, `refresh` and `replace-token`: the accounts that are observed."""

import argparse
import getpass
from typing import Any

from cli.arguments import PROVIDERS, Commands, Parser, add_json, enum_word, named
from cli.changes import add_following, ask_for, carry_out
from cli.documents import change
from cli.errors import Exit, UsageError
from cli.lookup import find_account
from cli.session import Session
from cli.words import plain


def register(commands: Commands) -> None:
    connect = commands.add(
        "connect",
        connect_account,
        "Connect a provider account. Its token is tried before it is kept.",
        description="The token comes from a variable or from standard input, for others can see arguments.",
        examples="""
fleetgraph connect kupe --name "acme production" --external-id acme --token-env KUPE_API_KEY
fleetgraph connect cockroachdb --name Meridian --api-version 2023-04-10 < token.txt
""",
    )
    connect.add_argument(
        "provider", metavar="PROVIDER", type=enum_word, choices=PROVIDERS, help=named(PROVIDERS)
    )
    connect.add_argument("--name", required=True, help="what to call it; unique at its provider")
    connect.add_argument(
        "--external-id", metavar="ID", help="the provider's, where the token does not imply it"
    )
    connect.add_argument("--api-version", metavar="VERSION", help="of the provider's API, to pin it")
    _add_token(connect)

    replace = commands.add(
        "replace-token",
        replace_token,
        "Give an account another token. It is tried first; the old one is not revoked at the provider.",
        examples="""
fleetgraph replace-token "acme production" --token-env KUPE_API_KEY
fleetgraph replace-token kupe/acme < token.txt
""",
    )
    _add_account(replace)
    _add_token(replace)

    disconnect = commands.add(
        "disconnect",
        disconnect_account,
        "Forget an account, its token and all that was observed. Changes nothing at the provider.",
        examples="""
fleetgraph disconnect "acme production"
fleetgraph disconnect kupe/acme --wait
""",
    )
    _add_account(disconnect)
    add_following(disconnect)

    refresh = commands.add(
        "refresh",
        refresh_account,
        "Observe an account now.",
        examples="""
fleetgraph refresh "acme production"
fleetgraph refresh kupe/acme --wait --timeout 1m
""",
    )
    _add_account(refresh)
    add_following(refresh)


def connect_account(session: Session, options: argparse.Namespace) -> int:
    members = {
        "provider": options.provider,
        "name": options.name,
        "externalId": options.external_id,
        "apiVersion": options.api_version,
        "apiToken": _read_token(session, options),
    }
    given = {name: value for name, value in members.items() if value is not None}
    return _show_account(session, options, change.CONNECT_ACCOUNT, {"input": given})


def replace_token(session: Session, options: argparse.Namespace) -> int:
    token = _read_token(session, options)
    variables = {"id": _id(session, options), "apiToken": token}
    return _show_account(session, options, change.REPLACE_TOKEN, variables)


def disconnect_account(session: Session, options: argparse.Namespace) -> int:
    return carry_out(session, options, change.DISCONNECT_ACCOUNT, {"id": _id(session, options)})


def refresh_account(session: Session, options: argparse.Namespace) -> int:
    return carry_out(session, options, change.REFRESH_ACCOUNT, {"id": _id(session, options)})


def _add_account(parser: Parser) -> None:
    parser.add_argument("account", metavar="ACCOUNT", help="name, provider/name or ID")


def _add_token(parser: Parser) -> None:
    parser.add_argument(
        "--token-env", metavar="VARIABLE", help="that holds the token; without it, standard input does"
    )
    add_json(parser)


def _id(session: Session, options: argparse.Namespace) -> str:
    return str(find_account(session.client, options.account)["id"])


def _read_token(session: Session, options: argparse.Namespace) -> str:
    """Raises UsageError. A person is asked, and not shown what is typed."""
    if options.token_env is not None:
        token, place = session.environment.get(options.token_env, ""), options.token_env
    elif session.input.isatty():
        token, place = getpass.getpass("Token: "), "What was typed"
    else:
        token, place = session.input.read(), "Standard input"
    if not token.strip():
        raise UsageError(f"{place} holds no token.", "Name the variable that does with --token-env.")
    return token.strip()


def _show_account(
    session: Session, options: argparse.Namespace, document: str, variables: dict[str, Any]
) -> int:
    account = ask_for(session, document, variables)["account"]
    if options.json:
        session.screen.dump({"account": account})
    else:
        provider, hint = account["provider"]["name"], account["token"]["hint"]
        session.screen.say(plain(f"{account['name']} at {provider} is connected with the token ...{hint}"))
    return Exit.OK
