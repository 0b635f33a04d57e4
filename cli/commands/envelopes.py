"""`fleetgraph envelopes`: what sets of accounts or labelled clusters may cost a month, and how that stands."""

import re
from decimal import Decimal
from typing import Any

import click

from cli.changes import ask_for
from cli.choices import accounts_flag
from cli.currencies import MINOR_DIGITS
from cli.documents import envelopes
from cli.errors import Exit, NotThere
from cli.formatting import money, money_order, plain
from cli.grammar import Flag, Noun, Options, Verb
from cli.kinds import Pair
from cli.listing import Column, Listing
from cli.lookup import find_account, meant
from cli.output import Facts, dump, form_of, output_flags, show_list, show_one
from cli.session import Session


def list_envelopes(session: Session, options: Options) -> int:
    return show_list(session, options, lambda: _fetch(session))


def show_envelope(session: Session, options: Options) -> int:
    one = _find(session, options.which)
    return show_one(session, options, one, _facts(one), name=str(one["name"]))


def set_envelope(session: Session, options: Options) -> int:
    cents, _, currency = options.money.partition(" ")
    wanted: dict[str, Any] = {"name": options.name, "money": {"minorUnits": cents, "currency": currency}}
    if options.account:
        wanted["accountIds"] = [find_account(session.client, one)["id"] for one in options.account]
    if options.label:
        wanted["labels"] = [{"key": key, "value": value} for key, value in options.label]
    one = ask_for(session, options, envelopes.SET_ENVELOPE, {"input": wanted})["envelope"]
    return show_one(session, options, one, _facts(one), name=str(one["name"]))


def delete_envelope(session: Session, options: Options) -> int:
    form, screen = form_of(options), session.screen
    one = _find(session, options.which)
    gone = ask_for(session, options, envelopes.DELETE_ENVELOPE, {"id": one["id"]})["envelope"]
    if form in ("json", "yaml"):
        dump(screen, options, form, {"envelope": gone})
    else:
        screen.say(plain(f"{gone['name']} is deleted."))
    return Exit.OK


def _all(session: Session) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = session.client.ask(envelopes.ENVELOPES, {})["envelopes"]
    return found


def _fetch(session: Session) -> Listing:
    found = _all(session)
    return Listing(
        document={"envelopes": found},
        rows=found,
        columns=COLUMNS,
        name=lambda one: str(one["name"]),
        empty="There are no envelopes.",
    )


def _find(session: Session, name: str) -> dict[str, Any]:
    found = _all(session)
    for one in found:
        if one["name"] == name:
            return one
    hint = meant(name, [one["name"] for one in found], "fleetgraph envelopes list")
    raise NotThere(f"There is no envelope {name}.", hint)


def _about(one: dict[str, Any]) -> str:
    labels = ", ".join(f"{label['key']}={label['value']}" for label in one["labels"])
    accounts = one["accounts"]
    where = "every account" if accounts is None else ", ".join(account["name"] for account in accounts)
    return f"{labels} in {where}" if labels else where


def _facts(one: dict[str, Any]) -> Facts:
    status = one["budgetStatus"]
    return {
        "name": one["name"],
        "about": _about(one),
        "a month": money(one["money"]),
        "state": status["state"],
        "why": status["reasons"],
        "spent": money(status["spent"]),
        "limits left": money(status["limitsLeft"]),
        "free allowance": money(status["freeAllowance"]),
        "estimate": money(status["estimate"]),
        "rule": status["rule"],
        "not counted": [f"{left['name']}: {left['reason']}" for left in status["notCounted"]],
        "set by": one["setBy"],
    }


_AMOUNT = re.compile(r"(\d{1,15}(?:\.\d{1,4})?) ([A-Z]{3})", re.ASCII)


class Amount(click.ParamType[str]):
    """An amount with its currency, as minor units and the currency. Fleetgraph knows which currencies there are."""

    name = "amount"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        if not (read := _AMOUNT.fullmatch(str(value))):
            self.fail(f"{value!r} is not an amount such as '500 USD' or '99.50 EUR'.", param, ctx)
        number, currency = read.groups()
        units = Decimal(number).scaleb(MINOR_DIGITS.get(currency, 2))
        if units != int(units):
            self.fail(f"{value!r} is finer than the smallest unit of its currency.", param, ctx)
        return f"{int(units)} {currency}"


COLUMNS = (
    Column(title="NAME", value=lambda one: one["name"]),
    Column(title="STATE", value=lambda one: one["budgetStatus"]["state"], is_state=True),
    Column(
        title="A MONTH", value=lambda one: money(one["money"]), order=lambda one: money_order(one["money"])
    ),
    Column(
        title="SPENT",
        value=lambda one: money(one["budgetStatus"]["spent"]),
        order=lambda one: money_order(one["budgetStatus"]["spent"]),
    ),
    Column(
        title="ESTIMATE",
        value=lambda one: money(one["budgetStatus"]["estimate"]),
        rank=1,
        order=lambda one: money_order(one["budgetStatus"]["estimate"]),
    ),
    Column(
        title="LIMITS LEFT",
        value=lambda one: money(one["budgetStatus"]["limitsLeft"]),
        rank=2,
        order=lambda one: money_order(one["budgetStatus"]["limitsLeft"]),
    ),
    Column(title="ABOUT", value=_about, rank=3),
    Column(title="WHY", value=lambda one: " ".join(one["budgetStatus"]["reasons"]), is_wide=True),
)

NAME = click.Argument(["which"], metavar="NAME")

COMMAND = Noun(
    "envelopes",
    "List, show, set and delete what sets of accounts or labelled clusters may cost a month.",
    [
        Verb(
            "list",
            list_envelopes,
            "List envelopes by name, and how they stand.",
            examples="fleetgraph envelopes list",
            params=output_flags(is_list=True),
        ),
        Verb(
            "set",
            set_envelope,
            "Set what a set of accounts or labelled clusters may cost a month. No provider stops at it.",
            examples="""
fleetgraph envelopes set databases --money "900 USD" --account "Meridian Freight" --account "Halcyon Pay"
fleetgraph envelopes set production --money "2500.00 USD" --label env=prod
""",
            params=[
                click.Argument(["name"], metavar="NAME"),
                Flag(
                    "--money", type=Amount(), required=True, metavar="AMOUNT", help="a month, e.g. '500 USD'"
                ),
                accounts_flag("may be repeated (default: every account)"),
                Flag(
                    "--label",
                    multiple=True,
                    type=Pair(),
                    metavar="KEY=VALUE",
                    help="only clusters with all of these",
                ),
                *output_flags(),
            ],
        ),
        Verb(
            "show",
            show_envelope,
            "Show an envelope: what was spent, what may come, and what nobody knows.",
            examples="fleetgraph envelopes show databases",
            params=[NAME, *output_flags()],
        ),
        Verb(
            "delete",
            delete_envelope,
            "Delete an envelope.",
            examples="fleetgraph envelopes delete production",
            params=[click.Argument(["which"], metavar="NAME"), *output_flags()],
        ),
    ],
    default="list",
)
