"""`fleetgraph clusters` and `fleetgraph cluster`: what runs where, and how it does."""

import argparse
from typing import Any

from cli.arguments import PHASES, PROVIDERS, Commands, add_json, enum_word, named
from cli.documents import read
from cli.errors import Exit
from cli.lookup import find_account, need_cluster
from cli.screen import Screen
from cli.session import Session
from cli.words import cores, freshness, limit, mebibytes, money, plain, since, span, usage


def register(commands: Commands) -> None:
    listing = commands.add(
        "clusters",
        list_clusters,
        "List clusters as last seen.",
        description="Filters are combined; one that is given several times matches any of its values.",
        examples="""
fleetgraph clusters
fleetgraph clusters --attention
fleetgraph clusters --provider kupe --phase degraded --phase failed
fleetgraph clusters --account "Meridian Freight" --region eu-west-1 --json
""",
    )
    listing.add_argument(
        "--provider",
        action="append",
        type=enum_word,
        choices=PROVIDERS,
        metavar="PROVIDER",
        help=named(PROVIDERS),
    )
    listing.add_argument("--account", action="append", metavar="ACCOUNT", help="name, provider/name or ID")
    listing.add_argument(
        "--phase", action="append", type=enum_word, choices=PHASES, metavar="PHASE", help=named(PHASES)
    )
    listing.add_argument("--cloud", action="append", type=enum_word, metavar="CLOUD", help="aws, gcp, ...")
    listing.add_argument("--region", action="append", metavar="REGION")
    listing.add_argument("--name", metavar="TEXT", help="a part of the name, in upper or lower case")
    listing.add_argument("--attention", action="store_true", help="neither READY nor STOPPED nor DELETED")
    listing.add_argument("--all", action="store_true", help="deleted and never started ones, too")
    add_json(listing)

    one = commands.add(
        "cluster",
        show_cluster,
        "Show one cluster.",
        examples="""
fleetgraph cluster billing-vault
fleetgraph cluster acme/production --json
""",
    )
    one.add_argument("cluster", metavar="CLUSTER", help="a name that only one has, account/name, or an ID")
    add_json(one)


def list_clusters(session: Session, options: argparse.Namespace) -> int:
    variables = {"filter": _filter(session, options)}
    clusters: list[dict[str, Any]] = []
    coverage: dict[str, Any] = {}
    for page in session.client.pages(read.CLUSTERS, variables, "clusters"):
        clusters += page["nodes"]
        coverage = page["coverage"]
    screen = session.screen
    if options.json:
        screen.dump({"clusters": clusters, "coverage": coverage})
        return Exit.OK
    if clusters:
        now = session.clock.now()
        screen.table(
            [
                {
                    "PROVIDER": node["provider"]["name"],
                    "ACCOUNT": node["account"]["name"],
                    "NAME": node["name"],
                    "PHASE": node["status"]["phase"],
                    "FOR": since(node["status"]["since"], now),
                    "PLAN": node["plan"],
                    "VERSION": node["version"],
                    "CLOUD": node["cloud"],
                    "REGIONS": ", ".join(node["regions"]),
                    "NODES": node["capacity"]["nodeCount"],
                    "LIMIT": limit(node["spendLimit"]),
                    "SEEN": freshness(node["freshness"]),
                }
                for node in clusters
            ],
            phase="PHASE",
        )
    else:
        screen.tell("No cluster matches.")
    tell_coverage(screen, coverage)
    return Exit.OK


def tell_coverage(screen: Screen, coverage: dict[str, Any]) -> None:
    """What the listing leaves out, if anything: a silent provider is not a quiet fleet."""
    if coverage["isComplete"]:
        return
    named = [
        f"{account['name']} ({account['freshness']['state']})" for account in coverage["missing"]["nodes"]
    ]
    more = coverage["missingCount"] - len(named)
    names = ", ".join(named) + (f" and {more} more" if more else "")
    missing = f"{coverage['missingCount']} of {coverage['accountCount']} accounts"
    screen.tell(plain(f"Not seen when due, {missing}: {names}"))


def show_cluster(session: Session, options: argparse.Namespace) -> int:
    found = need_cluster(session.client, options.cluster)
    cluster = session.client.ask(read.CLUSTER, {"id": found["id"]})["cluster"] or found
    if options.json:
        session.screen.dump(cluster)
    else:
        session.screen.sheet(_facts(session, cluster))
    return Exit.OK


def _filter(session: Session, options: argparse.Namespace) -> dict[str, Any]:
    accounts = [find_account(session.client, name)["id"] for name in options.account or ()]
    members = {
        "providers": options.provider,
        "accountIds": accounts,
        "phases": options.phase,
        "clouds": options.cloud,
        "regions": options.region,
        "nameContains": options.name,
        "needsAttention": options.attention or None,
    }
    return {name: value for name, value in members.items() if value} | {"includeInactive": options.all}


def _facts(session: Session, cluster: dict[str, Any]) -> dict[str, str]:
    status, capacity, estimate = cluster["status"], cluster["capacity"], cluster["costEstimate"]
    now = session.clock.now()
    nodes = cluster["nodes"]
    return {
        "name": cluster["name"],
        "id": cluster["id"],
        "provider": cluster["provider"]["name"],
        "account": cluster["account"]["name"],
        "phase": f"{status['phase']} for {since(status['since'], now)}",
        "there": status["providerPhase"],
        "doing": status["providerOperation"] or "",
        "message": status["message"] or "",
        "converged": {True: "yes", False: "not yet"}.get(status["isConverged"], ""),
        "seen": f"{freshness(cluster['freshness'])}",
        "failure": (cluster["freshness"]["lastFailure"] or {}).get("message", ""),
        "engine": " ".join(filter(None, [cluster["engine"], cluster["version"]])),
        "upgrade": cluster["availableVersion"] or "",
        "plan": cluster["plan"] or "",
        "cloud": cluster["cloud"] or cluster["providerCloud"] or "",
        "regions": ", ".join(cluster["regions"]),
        "in all": _resources(capacity["total"]),
        "each node": _resources(capacity["perNode"]),
        "nodes": "" if capacity["nodeCount"] is None else str(capacity["nodeCount"]),
        "machines": "" if nodes is None else _machines(nodes),
        "labels": ", ".join(f"{label['key']}={label['value']}" for label in cluster["labels"] or ()),
        "protected": {True: "from deletion", False: "no"}.get(cluster["isDeletionProtected"], ""),
        "endpoint": (cluster["connection"] or {}).get("endpoint", ""),
        "spend limit": _limit(cluster["spendLimit"]),
        "estimate": f"{money(estimate['minimum'])} to {money(estimate['maximum'])}" if estimate else "",
        "integration": (cluster["integration"] or {}).get("name", ""),
        "created": cluster["createdAt"] or "",
        "console": (cluster["details"] or {}).get("consoleUrl") or "",
        "revision": cluster["revision"],
        "history": "; ".join(map(_change, cluster["statusHistory"]["nodes"])),
    }


def _limit(status: dict[str, Any]) -> str:
    held = status["limit"] or {}
    parts = [limit(status), usage(held.get("usage") or {}) if held.get("money") else "", status["reason"]]
    return ", ".join(filter(None, parts))


def _machines(nodes: dict[str, Any]) -> str:
    names = [f"{node['name']} {node['phase']}" for node in nodes["nodes"]]
    return ", ".join(names + (["..."] if nodes["pageInfo"]["hasNextPage"] else []))


def _resources(resources: dict[str, Any]) -> str:
    parts = {
        "cores": cores(resources["cpuMillicores"]),
        "memory": mebibytes(resources["memoryMiB"]),
        "storage": mebibytes(resources["storageMiB"]),
    }
    return ", ".join(f"{amount} {of}" for of, amount in parts.items() if amount)


def _change(change: dict[str, Any]) -> str:
    before = "" if change["from"] is None else f" after {span(change['afterSeconds'] or 0)} {change['from']}"
    return f"{change['to']} at {change['observedAt']}{before}"
