"""`fleetgraph spend-limits`: the most that a cluster may spend or use."""

from typing import Any

from cli.changes import EXPECTED_REVISION, carry_out, changing_flags
from cli.commands.clusters.filters import filter_flags, to_filter
from cli.commands.clusters.listing import missing
from cli.commands.clusters.showing import CALLED, cluster_argument
from cli.documents import change
from cli.documents import clusters as queries
from cli.errors import UsageError
from cli.formatting import limit, money, usage
from cli.grammar import Noun, Options, Verb
from cli.limits import limit_flags, to_limit
from cli.listing import Column, Listing
from cli.lookup import need_cluster, path_of
from cli.output import output_flags, show_list, show_one
from cli.session import Session

HELD = {
    "MONEY": "in money; use, where given, is our conversion",
    "USAGE": "in use; money, where given, is our conversion",
    "BOTH": "in money and in use",
}


def list_limits(session: Session, options: Options) -> int:
    where = to_filter(session, options)
    return show_list(session, options, lambda: _fetch(session, where))


def show_limit(session: Session, options: Options) -> int:
    variables = {"id": need_cluster(session.client, options.cluster)["id"]}
    cluster = session.client.ask(change.SPEND_LIMIT, variables)["cluster"]
    return show_one(session, options, cluster, _facts(cluster), name=path_of(cluster))


def set_limit(session: Session, options: Options) -> int:
    wanted = to_limit(options)
    if wanted is None:
        raise UsageError("There is no limit to set.", "Give --usd, --free, or --request-units and the like.")
    variables = _variables(session, options) | {"limit": wanted}
    return carry_out(session, options, change.SET_SPEND_LIMIT, variables)


def clear_limit(session: Session, options: Options) -> int:
    return carry_out(session, options, change.CLEAR_SPEND_LIMIT, _variables(session, options))


def _fetch(session: Session, where: dict[str, Any]) -> Listing:
    clusters: list[dict[str, Any]] = []
    coverage: dict[str, Any] = {}
    for page in session.client.pages(queries.CLUSTERS, {"filter": where}, "clusters"):
        clusters += [node for node in page["nodes"] if node["spendLimit"]["state"] != "UNSUPPORTED"]
        coverage = page["coverage"]
    limits = [
        {**node["spendLimit"], "cluster": {"id": node["id"], "name": path_of(node)}} for node in clusters
    ]
    return Listing(
        document={"spendLimits": limits, "coverage": coverage},
        rows=clusters,
        columns=COLUMNS,
        name=path_of,
        empty="No cluster that matches can have a limit.",
        remarks=missing(coverage),
    )


def _variables(session: Session, options: Options) -> dict[str, Any]:
    cluster = need_cluster(session.client, options.cluster)
    return {"id": cluster["id"], "expectedRevision": options.expected_revision}


def _facts(cluster: dict[str, Any]) -> dict[str, str]:
    status = cluster["spendLimit"]
    held = status["limit"] or {}
    return {
        "cluster": path_of(cluster),
        "limit": status["state"],
        "reason": status["reason"] or "",
        "money": money(held["money"]) if held.get("money") else held.get("moneyReason") or "",
        "use": usage(held.get("usage") or {}),
        "held": HELD.get(held.get("basis", ""), ""),
        "per": held.get("period", "").lower().replace("_", " "),
        "when reached": held.get("enforcement", "").lower(),
        "revision": cluster["revision"],
    }


COLUMNS = (
    Column(title="CLUSTER", value=path_of),
    Column(title="LIMIT", value=lambda node: limit(node["spendLimit"])),
    Column(
        title="USE", value=lambda node: usage((node["spendLimit"]["limit"] or {}).get("usage") or {}), rank=2
    ),
    Column(
        title="HELD IN",
        value=lambda node: (node["spendLimit"]["limit"] or {}).get("basis", "").lower(),
        rank=1,
    ),
    Column(
        title="WHEN REACHED",
        value=lambda node: (node["spendLimit"]["limit"] or {}).get("enforcement", "").lower(),
        rank=3,
    ),
    Column(title="PLAN", value=lambda node: node["plan"], is_wide=True),
    Column(title="REASON", value=lambda node: node["spendLimit"]["reason"], is_wide=True),
)

COMMAND = Noun(
    "spend-limits",
    "List, show, set and clear the most that clusters may spend or use per month.",
    [
        Verb(
            "list",
            list_limits,
            "List the limits of clusters that can have one. `~` marks money that is our conversion of use.",
            examples="""
fleetgraph spend-limits list
fleetgraph spend-limits list --account "Meridian Freight" -o csv
""",
            params=[*filter_flags(), *output_flags(is_list=True)],
        ),
        Verb(
            "show",
            show_limit,
            "Show a cluster's limit.",
            about=CALLED,
            examples="""
fleetgraph spend-limits show "Meridian Freight/driver-app"
fleetgraph spend-limits show driver-app --json
""",
            params=[cluster_argument(), *output_flags()],
        ),
        Verb(
            "set",
            set_limit,
            "Set a cluster's limit, in money or in use.",
            about=f"{CALLED} Which measure it takes depends on its plan and on the version of its provider's API.",
            examples="""
fleetgraph spend-limits set driver-app --usd 12.50 --wait
fleetgraph spend-limits set water-quality --free
fleetgraph spend-limits set rate-quotes --request-units 50000000 --storage-mib 5120 --wait
fleetgraph spend-limits set dispatch-board --vcpus 8
""",
            params=[cluster_argument(), *limit_flags(), EXPECTED_REVISION, *changing_flags()],
        ),
        Verb(
            "clear",
            clear_limit,
            "Remove a cluster's limit.",
            about=CALLED,
            examples="""
fleetgraph spend-limits clear driver-app
fleetgraph spend-limits clear dispatch-board --wait --timeout 2m
""",
            params=[cluster_argument(), EXPECTED_REVISION, *changing_flags()],
        ),
    ],
    default="list",
)
