"""Shell completion: Click completes commands and flags; names of clusters and accounts come from the Fleetgraph."""

from collections.abc import Iterator

import click

from cli.errors import CommandError
from cli.grammar import nearest
from cli.session import Session

WITHIN_SECONDS = 2.0
"""The timeout of a completion, in seconds. A person waits for it."""


def names(ctx: click.Context, kind: str, incomplete: str) -> list[str]:
    """The names. None if Fleetgraph does not answer, because a completion cannot show an error."""
    session: Session = ctx.obj
    session.settle(**{name: nearest(ctx, name) for name in ("url", "key", "profile")})
    try:
        return sorted(name for name in _names(session, kind) if name.lower().startswith(incomplete.lower()))
    except CommandError:
        return []


def _names(session: Session, kind: str) -> Iterator[str]:
    from cli.documents.accounts import ACCOUNT_NAMES
    from cli.documents.clusters import CLUSTER_NAMES

    document = ACCOUNT_NAMES if kind == "account" else CLUSTER_NAMES
    answer = session.client.ask(document, {}, within_seconds=WITHIN_SECONDS)
    if kind == "account":
        yield from (account["name"] for account in answer["accounts"]["nodes"])
    else:
        yield from (f"{one['account']['name']}/{one['name']}" for one in answer["clusters"]["nodes"])
