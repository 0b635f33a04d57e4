"""`fleetgraph clusters upgrade`, `lock`, `stop`, `deploy`, `delete` and others: changes that are alike everywhere."""

from cli.changes import EXPECTED_REVISION, carry_out, changing_flags
from cli.commands.clusters.showing import CALLED, cluster_argument
from cli.documents import change
from cli.grammar import Flag, Options, Verb
from cli.kinds import Number
from cli.lookup import need_cluster
from cli.session import Session


def stop_cluster(session: Session, options: Options) -> int:
    return carry_out(session, options, change.STOP_CLUSTER, {"id": _id(session, options)})


def upgrade_cluster(session: Session, options: Options) -> int:
    variables = {
        "id": _id(session, options),
        "version": options.version,
        "expectedRevision": options.expected_revision,
    }
    return carry_out(session, options, change.UPGRADE_CLUSTER, variables)


def finalize_upgrade(session: Session, options: Options) -> int:
    return carry_out(session, options, change.FINALIZE_UPGRADE, {"id": _id(session, options)})


def roll_back_upgrade(session: Session, options: Options) -> int:
    return carry_out(session, options, change.ROLL_BACK_UPGRADE, {"id": _id(session, options)})


def lock_cluster(session: Session, options: Options) -> int:
    variables = {"id": _id(session, options), "reason": options.reason, "days": options.days}
    return carry_out(session, options, change.LOCK_CLUSTER, variables)


def unlock_cluster(session: Session, options: Options) -> int:
    return carry_out(session, options, change.UNLOCK_CLUSTER, {"id": _id(session, options)})


def deploy_cluster(session: Session, options: Options) -> int:
    return carry_out(session, options, change.DEPLOY_CLUSTER, {"id": _id(session, options)})


def delete_cluster(session: Session, options: Options) -> int:
    variables = {
        "id": _id(session, options),
        "confirmName": options.confirm_name,
        "expectedRevision": options.expected_revision,
    }
    return carry_out(session, options, change.DELETE_CLUSTER, variables)


def _id(session: Session, options: Options) -> str:
    return str(need_cluster(session.client, options.cluster)["id"])


STOP = Verb(
    "stop",
    stop_cluster,
    "Stop a running cluster, where its provider can.",
    about=CALLED,
    examples="""
fleetgraph clusters stop "Orchard Grocers/warehouse"
fleetgraph clusters stop "Fjordline Media/newsroom" --wait --timeout 30m
""",
    params=[cluster_argument(), *changing_flags()],
)

UPGRADE = Verb(
    "upgrade",
    upgrade_cluster,
    "Upgrade a cluster to a version that is on offer, where its provider lets people do so.",
    about=CALLED,
    examples="""
fleetgraph clusters upgrade "Meridian Freight/tracking-events" --version v25.4 --wait --timeout 2h
""",
    params=[
        cluster_argument(),
        Flag("--version", metavar="VERSION", help="one that is on offer (default: the newest of them)"),
        EXPECTED_REVISION,
        *changing_flags(),
    ],
)

FINALIZE_UPGRADE = Verb(
    "finalize-upgrade",
    finalize_upgrade,
    "Make an upgrade final, so that it cannot be rolled back.",
    about=CALLED,
    examples="""
fleetgraph clusters finalize-upgrade "Meridian Freight/lane-pricing" --wait
""",
    params=[cluster_argument(), *changing_flags()],
)

ROLL_BACK_UPGRADE = Verb(
    "roll-back-upgrade",
    roll_back_upgrade,
    "Go back to the version before an upgrade that is not final.",
    about=CALLED,
    examples="""
fleetgraph clusters roll-back-upgrade "Meridian Freight/tracking-events" --wait --timeout 2h
""",
    params=[cluster_argument(), *changing_flags()],
)

LOCK = Verb(
    "lock",
    lock_cluster,
    "Keep everybody from changing a cluster, where its provider has locks.",
    about=CALLED,
    examples="""
fleetgraph clusters lock "Orchard Grocers/cold-chain" --reason "Stocktaking" --days 2 --wait
""",
    params=[
        cluster_argument(),
        Flag("--reason", required=True, metavar="TEXT"),
        Flag("--days", type=Number(), metavar="N", help="how long (default: without an end)"),
        *changing_flags(),
    ],
)

UNLOCK = Verb(
    "unlock",
    unlock_cluster,
    "Take the lock off a cluster.",
    about=CALLED,
    examples="""
fleetgraph clusters unlock "Orchard Grocers/till-edge" --wait
""",
    params=[cluster_argument(), *changing_flags()],
)

DEPLOY = Verb(
    "deploy",
    deploy_cluster,
    "Start a stopped cluster, or apply its registered settings, where its provider can.",
    about=CALLED,
    examples="""
fleetgraph clusters deploy "Orchard Grocers/seasonal" --wait --timeout 45m
""",
    params=[cluster_argument(), *changing_flags()],
)

DELETE = Verb(
    "delete",
    delete_cluster,
    "Delete a cluster and the data in it.",
    about=CALLED,
    examples="""
fleetgraph clusters delete "Acme Tools/legacy-erp" --confirm-name legacy-erp
fleetgraph clusters delete "Acme Tools/staging" --confirm-name staging --wait --timeout 10m
""",
    params=[
        cluster_argument(),
        Flag(
            "--confirm-name",
            required=True,
            metavar="NAME",
            help="the cluster's name, to say that it is meant",
        ),
        EXPECTED_REVISION,
        *changing_flags(),
    ],
)
