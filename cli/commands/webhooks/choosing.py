"""The flags that choose what a webhook sends."""

from typing import Any

import click

from cli.choices import accounts_flag, providers_flag
from cli.commands.activity import KINDS
from cli.grammar import Flag, Options
from cli.kinds import EnumValue, named
from cli.lookup import find_account
from cli.session import Session

SEVERITIES = ("BROKEN", "STUCK", "UNKNOWN", "MOVING", "FINE")
CHOICE = "what it sends (default: everything)"
CHOICES = {"severity": "severities", "kind": "kinds", "provider": "providers", "account": "accountIds"}
"""Flags that choose, and what they choose in the API."""


def chosen(session: Session, options: Options) -> dict[str, Any]:
    """What it sends, as far as flags say so."""
    chosen: dict[str, Any] = {
        "kinds": list(options.kind),
        "severities": list(options.severity),
        "providers": list(options.provider),
        "accountIds": [find_account(session.client, one)["id"] for one in options.account],
    }
    return {name: value for name, value in chosen.items() if value}


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
        providers_flag(CHOICE),
        accounts_flag(group=CHOICE),
    ]
