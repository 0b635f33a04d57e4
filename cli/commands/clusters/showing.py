"""`fleetgraph clusters show`."""

from typing import Any

import click

from cli.documents import clusters as queries
from cli.formatting import limit, moment, money, observed_ago, resources, since, span, usage
from cli.grammar import Options, Verb
from cli.kinds import Named
from cli.lookup import need_cluster, path_of
from cli.output import Facts, output_flags, show_one
from cli.session import Session


def cluster_argument() -> click.Parameter:
    return click.Argument(["cluster"], metavar="CLUSTER", type=Named("cluster"))


CALLED = "CLUSTER is a name that only one cluster has, account/name, provider/account/name, or an ID."


def show_cluster(session: Session, options: Options) -> int:
    found = need_cluster(session.client, options.cluster)
    cluster = session.client.ask(queries.CLUSTER, {"id": found["id"]})["cluster"] or found
    return show_one(session, options, cluster, _facts(session, cluster), name=path_of(cluster))


def _facts(session: Session, cluster: dict[str, Any]) -> Facts:
    status, capacity, estimate = cluster["status"], cluster["capacity"], cluster["costEstimate"]
    now = session.clock.now()
    nodes, operation = cluster["nodes"], cluster["operation"]
    return {
        "name": cluster["name"],
        "id": cluster["id"],
        "provider": cluster["provider"]["name"],
        "account": cluster["account"]["name"],
        "phase": f"{status['phase']} for {since(status['since'], now)}",
        "assessment": _assessment(cluster["assessment"]),
        "expected": moment((cluster["eta"] or {}).get("expectedAt"), now),
        "provider's phase": status["providerPhase"],
        "doing": status["providerOperation"] or "",
        "message": status["message"] or "",
        "converged": {True: "yes", False: "not yet"}.get(status["isConverged"], ""),
        "change": f"{operation['kind'].lower().replace('_', ' ')}, {operation['id']}" if operation else "",
        "seen": observed_ago(cluster["freshness"]),
        "failure": (cluster["freshness"]["lastFailure"] or {}).get("message", ""),
        "engine": " ".join(filter(None, [cluster["engine"], cluster["version"]])),
        "upgrade": _upgrade(cluster["upgrade"]),
        "plan": cluster["plan"] or "",
        "cloud": cluster["cloud"] or cluster["providerCloud"] or "",
        "regions": ", ".join(cluster["regions"]),
        "total": resources(capacity["total"]),
        "each node": resources(capacity["perNode"]),
        "node count": _count(capacity),
        "nodes": "" if nodes is None else _nodes(nodes),
        "labels": ", ".join(f"{label['key']}={label['value']}" for label in cluster["labels"] or ()),
        "protected": {True: "from deletion", False: "no"}.get(cluster["isDeletionProtected"], ""),
        "endpoint": (cluster["connection"] or {}).get("endpoint", ""),
        "url": (cluster["connection"] or {}).get("url") or "",
        "last backup": moment((cluster["lastBackup"] or {}).get("asOf"), now),
        "maintenance": _window(cluster["maintenanceWindow"]),
        "spend limit": _limit(cluster["spendLimit"]),
        "estimate": f"{money(estimate['minimum'])} to {money(estimate['maximum'])}" if estimate else "",
        "costs": _spend(cluster["spend"]),
        "integration": (cluster["integration"] or {}).get("name", ""),
        "created": moment(cluster["createdAt"], now),
        "console": cluster["consoleUrl"] or "",
        "revision": cluster["revision"],
        "history": [_change(one) for one in cluster["statusHistory"]["nodes"][:3]],
    }


def _upgrade(upgrade: dict[str, Any]) -> str:
    return " ".join(filter(None, [upgrade["state"], ", ".join(upgrade["versions"] or ())]))


def _assessment(found: dict[str, Any] | None) -> str:
    return ". ".join(filter(None, [found["severity"], found["reason"]])) if found else ""


def _count(capacity: dict[str, Any]) -> str:
    count, least, most = capacity["nodeCount"], capacity["minNodes"], capacity["maxNodes"]
    range_of = f"between {least} and {most}" if least is not None and most is not None else ""
    return ", ".join(filter(None, ["" if count is None else str(count), range_of]))


def _spend(parts: list[dict[str, Any]] | None) -> str:
    return ", ".join(f"{money(one['amount'])} in {one['period']}" for one in parts or ())


def _window(window: dict[str, Any] | None) -> str:
    if window is None:
        return ""
    return f"{window['weekday'].title()} {window['time']} UTC, for {span(window['lengthSeconds'])}"


def _limit(status: dict[str, Any]) -> str:
    held = status["limit"] or {}
    parts = [limit(status), usage(held.get("usage") or {}) if held.get("money") else "", status["reason"]]
    return ", ".join(filter(None, parts))


def _nodes(nodes: dict[str, Any]) -> str:
    names = [f"{node['name']} {node['phase']}" for node in nodes["nodes"]]
    return ", ".join(names + (["..."] if nodes["pageInfo"]["hasNextPage"] else []))


def _change(change: dict[str, Any]) -> str:
    before = "" if change["from"] is None else f" after {span(change['afterSeconds'] or 0)} {change['from']}"
    return f"{change['to']} at {change['observedAt'][:19]}Z{before}"


SHOW = Verb(
    "show",
    show_cluster,
    "Show one cluster.",
    about=CALLED,
    examples="""
fleetgraph clusters show shipments-ledger
fleetgraph clusters show "Acme Tools/production" --json
fleetgraph clusters show "Acme Tools/production" --jq .revision
""",
    params=[cluster_argument(), *output_flags()],
)
