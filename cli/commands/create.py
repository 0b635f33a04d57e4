"""`fleetgraph create`: a new cluster, at the provider that the next word names."""

import argparse
from uuid import uuid4

from cli.arguments import Commands
from cli.changes import add_following, carry_out
from cli.documents import change
from cli.errors import LostAnswer
from cli.lookup import find_account
from cli.session import Session
from cli.specs import SPECS


def register(commands: Commands) -> None:
    group = commands.group(
        "create",
        "Create a cluster.",
        description="Each provider has flags of its own: see fleetgraph create PROVIDER --help.",
        examples="\n".join(spec.examples.strip().partition("\nfleetgraph ")[0] for spec in SPECS.values()),
    )
    for provider, spec in SPECS.items():
        parser = group.add(provider, create_cluster, spec.summary, examples=spec.examples)
        parser.set_defaults(provider=provider)
        parser.add_argument("--account", required=True, metavar="ACCOUNT", help="name or ID")
        parser.add_argument("--name", required=True, metavar="NAME")
        spec.add_arguments(parser)
        parser.add_argument(
            "--idempotency-key",
            metavar="KEY",
            help="the same one within 24 hours answers with the first operation (default: a new one)",
        )
        add_following(parser)


def create_cluster(session: Session, options: argparse.Namespace) -> int:
    account = find_account(session.client, options.account, provider=options.provider.upper())
    spec = SPECS[options.provider].to_spec(session, options, account)
    key = options.idempotency_key or str(uuid4())
    wanted = {
        "accountId": account["id"],
        "name": options.name,
        "spec": {options.provider: spec},
        "idempotencyKey": key,
    }
    try:
        return carry_out(session, options, change.CREATE_CLUSTER, {"input": wanted})
    except LostAnswer as lost:
        raise LostAnswer(
            f"{lost}", f"Or ask again with --idempotency-key {key}, which makes no second cluster."
        ) from lost
