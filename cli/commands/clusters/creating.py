"""`fleetgraph clusters create PROVIDER`: each provider has its own flags, because each needs other values.

A provider that a package brings to Fleetgraph has none here: its specification is given as JSON.
"""

from collections.abc import Sequence
from functools import partial
from typing import Any

import click

from cli.changes import IDEMPOTENCY_KEY, PLAN, changing_flags, create
from cli.documents import change
from cli.files import read_object
from cli.grammar import Flag, Noun, Options, Verb
from cli.kinds import Named
from cli.lookup import find_account
from cli.session import Session
from cli.specs import SPECS
from cli.specs.members import Spec


def create_cluster(provider: str, spec: Spec, session: Session, options: Options) -> int:
    account = find_account(session.client, options.account, provider=provider.upper())
    wanted = {
        "accountId": account["id"],
        "name": options.name,
        "spec": {provider: spec.to_spec(session, options, account)},
    }
    return create(session, options, change.CREATE_CLUSTER, wanted)


def _verb(provider: str, spec: Spec) -> Verb:
    return Verb(
        provider,
        partial(create_cluster, provider, spec),
        spec.summary,
        examples=spec.examples,
        params=[
            Flag(
                "--account",
                required=True,
                type=Named("account"),
                metavar="ACCOUNT",
                help="name, provider/name or ID",
            ),
            Flag("--name", required=True, metavar="NAME"),
            *spec.create_flags(),
            IDEMPOTENCY_KEY,
            PLAN,
            *changing_flags(),
        ],
    )


def _spec_flags() -> Sequence[click.Parameter]:
    help_ = "its member of `ClusterSpecInput` of the API, a JSON object; - reads standard input"
    return [Flag("--spec", required=True, metavar="FILE", help=help_)]


def _read_spec(session: Session, options: Options, account: dict[str, Any]) -> dict[str, Any]:
    return read_object(session, options.spec)


class _Create(Noun):
    """With a verb for each provider that has flags. --spec makes one for any other."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        name, *rest = args
        is_generic = any(one == "--spec" or one.startswith("--spec=") for one in rest)
        if name in self.commands or not name.isidentifier() or not is_generic:
            return super().resolve_command(ctx, args)
        spec = Spec(
            provider=name,
            summary=f"Create a cluster at {name}, for which this version of the command has no flags.",
            examples="",
            create_flags=_spec_flags,
            to_spec=_read_spec,
        )
        return name, _verb(name.lower(), spec), rest


CREATE = _Create(
    "create",
    "Create a cluster: `create PROVIDER --help` shows what each provider takes.",
    [_verb(provider, spec) for provider, spec in SPECS.items()],
    about="A provider of a package has no flags here. Give its specification as JSON: `create PROVIDER --spec FILE`.",
)
