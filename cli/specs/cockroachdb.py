"""A cluster at CockroachDB Cloud."""

from collections.abc import Sequence
from typing import Any

import click

from cli.errors import UsageError
from cli.grammar import Flag, Options
from cli.kinds import CLOUDS, EnumValue, Number, Pair
from cli.limits import limit_flags, to_limit
from cli.session import Session
from cli.specs.members import Spec, given, number

EXAMPLES = """
fleetgraph clusters create cockroachdb --account "Paperboat Games" --name notorious-moose --plan basic \\
    --cloud gcp --region us-central1 --free
fleetgraph clusters create cockroachdb --account "Meridian Freight" --name parcel-events --plan basic \\
    --cloud gcp --region europe-west1 --limit-usd 5
fleetgraph clusters create cockroachdb --account "Meridian Freight" --name parcel-ledger --plan standard \\
    --cloud aws --region eu-west-1 --limit-vcpus 4
fleetgraph clusters create cockroachdb --account "Meridian Freight" --name parcel-vault --plan advanced \\
    --cloud aws --region-nodes eu-west-1=3 --vcpus 4 --storage-gib 50 --label env=prod --wait --timeout 1h
"""

PLANS = ("basic", "standard", "advanced")
SERVERLESS = {
    "--region": "region",
    "--primary-region": "primary_region",
    "--upgrades": "upgrades",
    "--empty-allowlist": "empty_allowlist",
}
ADVANCED = {
    "--region-nodes": "region_nodes",
    "--region-machine": "region_machine",
    "--vcpus": "vcpus",
    "--machine-type": "machine_type",
    "--storage-gib": "storage_gib",
}
UPGRADES = ("AUTOMATIC", "MANUAL")
SERVERLESS_GROUP, ADVANCED_GROUP = "basic and standard", "advanced"


def create_flags() -> Sequence[click.Parameter]:
    return [
        Flag("--cloud", required=True, type=EnumValue(CLOUDS), metavar="CLOUD", help="aws, azure or gcp"),
        Flag("--plan", required=True, type=click.Choice(PLANS), metavar="PLAN", help=", ".join(PLANS)),
        *_common_flags(),
        Flag(
            "--empty-allowlist",
            is_flag=True,
            default=None,
            help="nobody can connect until a network is allowed",
            group=SERVERLESS_GROUP,
        ),
    ]


def update_flags() -> Sequence[click.Parameter]:
    return [
        Flag(
            "--plan",
            type=click.Choice(PLANS),
            metavar="PLAN",
            help="another one, or the present one with other nodes, regions or limits (default: the present one)",
        ),
        *_common_flags(),
    ]


def _common_flags() -> Sequence[click.Parameter]:
    return [
        Flag("--label", multiple=True, type=Pair(), metavar="KEY=VALUE", help="all that there are to be"),
        Flag("--deletion-protection/--no-deletion-protection", default=None),
        Flag("--version", metavar="VERSION", help="of CockroachDB, e.g. v25.2"),
        Flag("--region", multiple=True, metavar="REGION", help="may be repeated", group=SERVERLESS_GROUP),
        Flag("--primary-region", metavar="REGION", help="needed with more than one", group=SERVERLESS_GROUP),
        Flag(
            "--upgrades",
            type=EnumValue(UPGRADES),
            metavar="HOW",
            help="automatic, or manual for the plan standard",
            group=SERVERLESS_GROUP,
        ),
        *limit_flags(prefix="limit-", group=SERVERLESS_GROUP),
        Flag(
            "--region-nodes",
            multiple=True,
            type=Pair(),
            metavar="REGION=N",
            help="may be repeated",
            group=ADVANCED_GROUP,
        ),
        Flag(
            "--region-machine",
            multiple=True,
            type=Pair(),
            metavar="REGION=MACHINE",
            help="vCPUs or a machine type, where regions differ; may be repeated",
            group=ADVANCED_GROUP,
        ),
        Flag("--vcpus", type=Number(), metavar="N", help="of each node", group=ADVANCED_GROUP),
        Flag("--machine-type", metavar="NAME", help="the cloud's, in place of --vcpus", group=ADVANCED_GROUP),
        Flag("--storage-gib", type=Number(), metavar="N", help="of each node", group=ADVANCED_GROUP),
    ]


def to_spec(session: Session, options: Options, account: dict[str, Any]) -> dict[str, Any]:
    plan = _plan(options)
    if options.plan == "advanced" and (not options.region_nodes or options.storage_gib is None):
        raise UsageError("The plan advanced needs --region-nodes and --storage-gib.")
    if options.plan != "advanced" and not options.region:
        raise UsageError(f"The plan {options.plan} needs a --region.")
    if options.version is not None:
        if options.plan != "advanced":
            raise UsageError(f"--version means nothing to the plan {options.plan}.")
        plan["version"] = options.version
    return given(cloud=options.cloud, plan={options.plan: plan}, **_common(options))


def to_patch(session: Session, options: Options, cluster: dict[str, Any]) -> dict[str, Any]:
    """Flags of a plan are for the cluster's plan, unless --plan names another one."""
    patch = given(version=options.version, **_common(options))
    flags = {**SERVERLESS, **ADVANCED}
    if not any(getattr(options, name, None) for name in flags.values()) and to_limit(options) is None:
        if options.plan is None:
            return patch
        return patch | {"plan": {options.plan: _plan(options)}}
    if options.plan is None:
        present = str(cluster.get("plan") or "").lower()
        if present not in PLANS:
            raise UsageError(
                "Which plan these flags are for is not known.", f"Add --plan: {', '.join(PLANS)}."
            )
        options.plan = present
    return patch | {"plan": {options.plan: _plan(options)}}


def _plan(options: Options) -> dict[str, Any]:
    return _advanced(options) if options.plan == "advanced" else _serverless(options)


def _common(options: Options) -> dict[str, Any]:
    labels = [{"key": key, "value": value} for key, value in options.label]
    return given(labels=labels or None, isDeletionProtected=options.deletion_protection)


def _serverless(options: Options) -> dict[str, Any]:
    _refuse(options, ADVANCED)
    return given(
        regions=list(options.region) or None,
        primaryRegion=options.primary_region,
        upgrades=options.upgrades,
        hasEmptyAllowlist=getattr(options, "empty_allowlist", None) or None,
        spendLimit=to_limit(options),
    )


def _advanced(options: Options) -> dict[str, Any]:
    _refuse(options, SERVERLESS)
    if to_limit(options) is not None:
        raise UsageError("The plan advanced has no spend limit.")
    counts = {
        region: number(count, f"--region-nodes {region}={count}") for region, count in options.region_nodes
    }
    machines = {region: _machine(named) for region, named in options.region_machine}
    for region in machines.keys() - counts.keys():
        raise UsageError(f"--region-machine {region} needs --region-nodes {region}=N.")
    return given(
        regionNodes=[
            {"region": region, "nodes": count, **machines.get(region, {})} for region, count in counts.items()
        ]
        or None,
        vcpus=options.vcpus,
        machineType=options.machine_type,
        storageGib=options.storage_gib,
    )


def _machine(named: str) -> dict[str, Any]:
    return {"vcpus": int(named)} if named.isdecimal() else {"machineType": named}


def _refuse(options: Options, flags: dict[str, str]) -> None:
    for flag, name in flags.items():
        if getattr(options, name, None) not in (None, ()):
            raise UsageError(f"{flag} means nothing to the plan {options.plan}.")


SPEC = Spec(
    provider="CockroachDB Cloud",
    summary="Create a database cluster at CockroachDB Cloud.",
    examples=EXAMPLES,
    create_flags=create_flags,
    to_spec=to_spec,
    update_flags=update_flags,
    to_patch=to_patch,
    clearable={"label": "labels"},
)
