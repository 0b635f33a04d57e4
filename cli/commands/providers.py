"""`fleetgraph providers`: the capabilities of each provider, and why the others are unsupported."""

from typing import Any

import click

from cli.documents import catalog as queries
from cli.errors import NotThere
from cli.grammar import Noun, Options, Verb
from cli.kinds import lower
from cli.listing import Column, Listing
from cli.lookup import meant
from cli.output import output_flags, show_list
from cli.session import Session


def list_providers(session: Session, options: Options) -> int:
    return show_list(session, options, lambda: _list(session))


def show_provider(session: Session, options: Options) -> int:
    return show_list(session, options, lambda: _show(session, options.provider))


def _list(session: Session) -> Listing:
    providers = _providers(session)
    return Listing(
        document={"providers": providers},
        rows=providers,
        columns=(
            Column(title="PROVIDER", value=_name),
            Column(title="CALLED", value=lambda node: node["name"]),
            Column(title="CAN", value=lambda node: _count(node, can=True)),
            Column(title="CANNOT", value=lambda node: _count(node, can=False)),
            Column(title="DOCUMENTATION", value=lambda node: node["documentationUrl"], rank=1),
        ),
        name=_name,
        empty="There is no provider.",
    )


def _show(session: Session, reference: str) -> Listing:
    providers = _providers(session)
    found = [one for one in providers if reference.lower() in (_name(one), one["name"].lower())]
    if not found:
        names = [_name(one) for one in providers]
        raise NotThere(
            f"There is no provider {reference}.", meant(reference.lower(), names, "fleetgraph providers list")
        )
    return Listing(
        document=found[0],
        rows=found[0]["capabilities"],
        columns=(
            Column(title="CAPABILITY", value=lambda one: lower(one["capability"])),
            Column(title="CAN", value=lambda one: "yes" if one["isSupported"] else "no", is_state=True),
            Column(title="WHY NOT", value=lambda one: one["reason"], is_sentence=True, is_wrapped=True),
        ),
        name=lambda one: lower(one["capability"]),
        empty="Nothing is known about what it can.",
    )


def _providers(session: Session) -> list[dict[str, Any]]:
    providers: list[dict[str, Any]] = session.client.ask(queries.PROVIDERS, {})["providers"]
    return providers


def _name(provider: dict[str, Any]) -> str:
    return lower(provider["kind"] or provider["name"])


def _count(provider: dict[str, Any], *, can: bool) -> int:
    return sum(one["isSupported"] is can for one in provider["capabilities"])


COMMAND = Noun(
    "providers",
    "List the providers, and show what each can and why not where it cannot.",
    [
        Verb(
            "list",
            list_providers,
            "List the providers that this Fleetgraph speaks to.",
            examples="fleetgraph providers list",
            params=output_flags(is_list=True),
        ),
        Verb(
            "show",
            show_provider,
            "Show what a provider can, and why not where it cannot.",
            examples="""
fleetgraph providers show kupe
fleetgraph providers show cockroachdb --jq '.capabilities[] | select(.isSupported | not) | .reason'
""",
            params=[click.Argument(["provider"], metavar="PROVIDER"), *output_flags(is_list=True)],
        ),
    ],
    default="list",
)
