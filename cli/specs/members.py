"""What specs are made of."""

import argparse
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from cli.arguments import Parser
from cli.session import Session


@dataclass(frozen=True, kw_only=True)
class Spec:
    """How a provider's clusters are asked for."""

    summary: str
    examples: str
    add_arguments: Callable[[Parser], None]
    to_spec: Callable[[Session, argparse.Namespace, dict[str, Any]], dict[str, Any]]
    """From flags and an account to the provider's member of ClusterSpecInput. Raises UsageError and NotThere."""


def given(**members: Any) -> dict[str, Any]:
    """Without what no flag gave: the provider's or the contract's default holds there."""
    return {name: value for name, value in members.items() if value is not None}


def pair(text: str) -> tuple[str, str]:
    """KEY=VALUE."""
    key, equals, value = text.partition("=")
    if not equals or not key:
        raise argparse.ArgumentTypeError(f"{text!r} is not of the form KEY=VALUE")
    return key, value


def number(text: str) -> int:
    """A whole number that is not negative."""
    if not text.isascii() or not text.isdigit():
        raise argparse.ArgumentTypeError(f"{text!r} is no whole number")
    return int(text)
