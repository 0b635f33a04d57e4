"""`fleetgraph spend`: what accounts cost, by their providers' own statements."""

from typing import Any

from cli.documents import accounts as queries
from cli.formatting import money, money_order
from cli.grammar import Flag, Noun, Options, Verb
from cli.kinds import Named, Number
from cli.listing import Column, Listing
from cli.lookup import find_account
from cli.output import output_flags, show_list
from cli.session import Session

MOST_ACCOUNTS = 20
MOST_PERIODS = 250
"""How many periods of all accounts together one query may ask for, by what they cost."""


def list_spend(session: Session, options: Options) -> int:
    account = None if options.account is None else find_account(session.client, options.account)["id"]
    return show_list(session, options, lambda: _fetch(session, account, options.periods))


def _fetch(session: Session, account_id: str | None, periods: int) -> Listing:
    first = max(1, min(MOST_ACCOUNTS, MOST_PERIODS // max(periods, 1)))
    variables = {"first": first, "periods": periods, "lines": 5}
    accounts = [
        account
        for page in session.client.pages(queries.SPEND, variables, "accounts")
        for account in page["nodes"]
        if account_id in (None, account["id"])
    ]
    rows = [{**one, "account": account} for account in accounts for one in account["spend"] or ()]
    return Listing(
        document={"accounts": accounts},
        rows=rows,
        columns=COLUMNS,
        name=lambda one: f"{one['account']['name']}/{one['period']}",
        empty="No account shows what it costs yet.",
        remarks=[remark for account in accounts if (remark := _missing(account))],
    )


def _missing(account: dict[str, Any]) -> str | None:
    """Why an account shows nothing, or nothing current."""
    if account["spend"] is None:
        return f"{account['name']}: {account['provider']['name']} does not tell what an account costs."
    reason = account["spendFreshness"]["reason"]
    if account["spend"] and reason is None:
        return None
    return f"{account['name']}: {reason or 'nothing was observed yet'}"


def _lines(one: dict[str, Any]) -> str:
    return ", ".join(f"{line['label']} {line['amount']['decimal']}" for line in one["lines"][:3])


COLUMNS = (
    Column(title="ACCOUNT", value=lambda one: one["account"]["name"]),
    Column(title="PERIOD", value=lambda one: one["period"]),
    Column(title="TOTAL", value=lambda one: money(one["total"]), order=lambda one: money_order(one["total"])),
    Column(title="FINAL", value=lambda one: "yes" if one["isFinal"] else "no", rank=1),
    Column(title="LARGEST PARTS", value=_lines, rank=3),
    Column(title="AS OF", value=lambda one: (one["asOf"] or "")[:10], rank=2),
    Column(title="LEAVES OUT", value=lambda one: one["leavesOut"], is_wide=True),
)

COMMAND = Noun(
    "spend",
    "List what accounts cost: the running period and the last ones.",
    [
        Verb(
            "list",
            list_spend,
            "List what accounts cost, by their providers' own statements. Nothing is converted between currencies.",
            examples="""
fleetgraph spend list
fleetgraph spend list --account "Meridian Freight" --periods 6
fleetgraph spend list --jq '.accounts[] | {name, spend}'
""",
            params=[
                Flag("--account", type=Named("account"), metavar="NAME", help="only this account"),
                Flag(
                    "--periods", type=Number(), default=3, metavar="N", help="for each account (default: 3)"
                ),
                *output_flags(is_list=True),
            ],
        ),
    ],
    default="list",
)
