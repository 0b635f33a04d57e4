"""The catalog of accounts, read account by account: regions, machine types and versions."""

from collections.abc import Sequence
from typing import Any

import click

from cli.choices import accounts_flag
from cli.errors import CannotBecome, NotThere
from cli.grammar import Flag, Options
from cli.kinds import CLOUDS, EnumValue
from cli.listing import Column, Listing
from cli.lookup import all_accounts, find_account
from cli.session import Session


def account_flags() -> list[click.Parameter]:
    return [accounts_flag("name, provider/name or ID; may be repeated (default: all)")]


def catalog_flags() -> list[click.Parameter]:
    return [
        *account_flags(),
        Flag("--cloud", type=EnumValue((*CLOUDS, "UNKNOWN")), metavar="CLOUD", help="aws, gcp, ..."),
    ]


def accounts_of(session: Session, options: Options) -> list[dict[str, Any]]:
    if options.account:
        return [find_account(session.client, name) for name in options.account]
    return all_accounts(session.client)


def read_catalog(
    session: Session,
    accounts: Sequence[dict[str, Any]],
    document: str,
    field: str,
    capability: str,
    variables: dict[str, Any],
    *,
    columns: Sequence[Column],
    what: str,
    is_named: bool,
) -> Listing:
    """Raises CannotBecome if the provider of a named account does not list them. For all accounts it is a remark."""
    rows: list[dict[str, Any]] = []
    remarks: dict[str, None] = {}
    for account in accounts:
        answer = session.client.ask(document, {**variables, "id": account["id"]})["node"]
        if answer is None:
            raise NotThere(f"The account {account['name']} is not there any more.")
        if answer[field] is None:
            reason = _reason(answer["provider"], capability)
            if is_named:
                raise CannotBecome(f"{account['name']} has no list of {what}.", reason)
            remarks[f"{answer['provider']['name']}: {reason}"] = None
            continue
        pages = session.client.pages(document, {**variables, "id": account["id"]}, f"node.{field}")
        rows += [node | {"account": _brief(account)} for page in pages for node in page["nodes"]]
    return Listing(
        document={field: rows},
        rows=rows,
        columns=[Column(title="ACCOUNT", value=lambda node: node["account"]["name"]), *columns],
        name=lambda node: str(node["name"]),
        empty=f"No {what} match.",
        remarks=tuple(remarks),
    )


def _reason(provider: dict[str, Any], capability: str) -> str:
    reasons = [one["reason"] for one in provider["capabilities"] if one["capability"] == capability]
    return str(reasons[0]) if reasons and reasons[0] else "They have not been observed yet."


def _brief(account: dict[str, Any]) -> dict[str, Any]:
    return {"id": account["id"], "name": account["name"]}
