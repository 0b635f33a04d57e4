"""`fleetgraph clusters update`: changes a cluster. The valid flags depend on its provider."""

from collections.abc import Sequence
from typing import Any

import click

from cli.changes import EXPECTED_REVISION, PLAN, carry_out, changing_flags
from cli.commands.clusters.showing import CALLED, cluster_argument
from cli.documents import change
from cli.documents import clusters as queries
from cli.errors import CannotBecome, UsageError
from cli.files import read_object
from cli.grammar import Flag, Options, Verb
from cli.lookup import need_cluster
from cli.session import Session
from cli.specs import SPECS
from cli.specs.members import clear


def update_cluster(session: Session, options: Options) -> int:
    found = need_cluster(session.client, options.cluster)
    provider = str(found["account"]["provider"]["kind"]).lower()
    variables = {
        "id": found["id"],
        "input": {provider: _to_patch(session, options, found, provider)},
        "expectedRevision": options.expected_revision,
    }
    return carry_out(session, options, change.UPDATE_CLUSTER, variables)


def _to_patch(session: Session, options: Options, found: dict[str, Any], provider: str) -> dict[str, Any]:
    """The provider's member of UpdateClusterInput. Raises UsageError."""
    if options.spec is not None:
        given = [_flag(flag) for flag in _flags() if getattr(options, str(flag.name)) not in (None, ())]
        if given or options.clear:
            raise UsageError(
                f"--spec and {[*given, '--clear'][0]} contradict each other.",
                "The file says all that is to differ.",
            )
        return read_object(session, options.spec)
    if provider not in SPECS:
        name = found["account"]["provider"]["name"]
        raise UsageError(
            f"This version of the command has no flags for {name}.",
            "Give what is to differ as JSON: --spec FILE.",
        )
    spec = SPECS[provider]
    if not spec.update_flags():
        reason = f"`fleetgraph providers show {provider}` says why."
        raise CannotBecome(f"A cluster at {spec.provider} cannot be updated.", reason)
    _refuse_flags_of_others(options, provider)
    cluster = session.client.ask(queries.CLUSTER, {"id": found["id"]})["cluster"] or found
    patch = spec.to_patch(session, options, cluster)
    clear(patch, spec, options.clear)
    if not patch:
        names = ", ".join(_flag(one) for one in spec.update_flags())
        raise UsageError("Nothing is to differ.", f"A cluster at {spec.provider} takes {names}.")
    return patch


def _refuse_flags_of_others(options: Options, provider: str) -> None:
    mine = {flag.name for flag in SPECS[provider].update_flags()}
    for flag in _flags():
        is_given = getattr(options, str(flag.name)) not in (None, ())
        if is_given and flag.name not in mine:
            names = ", ".join(_flag(one) for one in SPECS[provider].update_flags())
            raise UsageError(
                f"{_flag(flag)} means nothing to a cluster at {SPECS[provider].provider}.",
                f"It takes {names}.",
            )


def _flag(flag: click.Parameter) -> str:
    return flag.opts[0]


def _flags() -> Sequence[click.Parameter]:
    """The flags of all providers, each once, grouped by the providers that accept it."""
    flags: dict[str, Flag] = {}
    takers: dict[str, list[str]] = {}
    for spec in SPECS.values():
        for flag in spec.update_flags():
            assert isinstance(flag, Flag)
            takers.setdefault(str(flag.name), []).append(spec.provider)
            flags.setdefault(str(flag.name), flag)
    for name, flag in flags.items():
        detail = f", {flag.group}" if flag.group else ""
        flag.group = " and ".join(takers[name]) + detail
    return sorted(flags.values(), key=lambda flag: len(takers[str(flag.name)]) > 1)


def _all_flags() -> list[click.Parameter]:
    every: list[Any] = [*_flags()]
    return every


UPDATE = Verb(
    "update",
    update_cluster,
    "Change a cluster. What no flag names stays as it is.",
    about=f"""
{CALLED}

Which flags mean something depends on the cluster's provider. With --expected-revision, somebody else's change is not
overwritten: `clusters show CLUSTER --jq .revision` is the present one.
""",
    examples="""
fleetgraph clusters update "Acme Tools/reporting" --memory 32Gi --wait
fleetgraph clusters update "Orchard Grocers/warehouse" --max-nodes 9 --description "Holidays"
fleetgraph clusters update tracking-events --label env=prod --deletion-protection
fleetgraph clusters update dispatch-board --clear label
""",
    params=[
        cluster_argument(),
        *_all_flags(),
        Flag(
            "--clear",
            multiple=True,
            metavar="FLAG",
            help="set to nothing what that flag sets, e.g. description",
        ),
        Flag(
            "--spec",
            metavar="FILE",
            help="the provider's member of `UpdateClusterInput` of the API instead of flags, a JSON object; - reads "
            "standard input",
        ),
        EXPECTED_REVISION,
        PLAN,
        *changing_flags(),
    ],
)
