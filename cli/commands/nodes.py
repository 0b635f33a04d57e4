"""`fleetgraph nodes`: the nodes of a cluster, and their maintenance."""

from functools import partial
from typing import Any

import click

from cli.changes import carry_out, changing_flags
from cli.commands.clusters.showing import CALLED, cluster_argument
from cli.documents import change
from cli.documents import clusters as queries
from cli.errors import CannotBecome
from cli.formatting import freshness, since
from cli.grammar import Noun, Options, Verb
from cli.listing import Column, Listing
from cli.lookup import find_node, need_cluster, path_of
from cli.output import output_flags, show_list
from cli.session import Session


def list_nodes(session: Session, options: Options) -> int:
    cluster = need_cluster(session.client, options.cluster)
    return show_list(session, options, lambda: _fetch(session, cluster))


def change_node(document: str, session: Session, options: Options) -> int:
    cluster = need_cluster(session.client, options.cluster)
    node = find_node(session.client, cluster, options.node)
    return carry_out(session, options, document, {"id": node["id"]})


def _fetch(session: Session, cluster: dict[str, Any]) -> Listing:
    pages = [*session.client.pages(queries.NODES, {"id": cluster["id"]}, "cluster.nodes")]
    if not pages:
        raise CannotBecome(f"The nodes of {path_of(cluster)} cannot be listed.", _why(session, cluster))
    nodes = [node for page in pages for node in page["nodes"]]
    now = session.clock.now
    columns = (
        Column(title="NAME", value=lambda node: node["name"]),
        Column(title="PHASE", value=lambda node: node["phase"], is_state=True),
        Column(title="POOL", value=lambda node: node["pool"], rank=2),
        Column(title="REGION", value=lambda node: node["region"], rank=3),
        Column(title="ZONE", value=lambda node: node["zone"], rank=5),
        Column(title="MACHINE TYPE", value=lambda node: node["instanceType"], rank=4),
        Column(
            title="AGE",
            value=lambda node: since(node["createdAt"], now()),
            rank=1,
            order=lambda node: node["createdAt"],
        ),
        Column(
            title="SEEN",
            value=lambda node: freshness(node["freshness"]),
            rank=6,
            order=lambda node: node["freshness"]["observedAt"],
        ),
        Column(title="PROVIDER'S PHASE", value=lambda node: node["providerPhase"], is_wide=True),
        Column(title="ID", value=lambda node: node["id"], is_wide=True),
    )
    return Listing(
        document={"nodes": nodes},
        rows=nodes,
        columns=columns,
        name=lambda node: str(node["name"]),
        empty="There are no nodes.",
    )


def _why(session: Session, cluster: dict[str, Any]) -> str:
    shown = session.client.ask(queries.CLUSTER, {"id": cluster["id"]})["cluster"] or {"capabilities": []}
    reasons = [one["reason"] for one in shown["capabilities"] if one["capability"] == "LIST_NODES"]
    return reasons[0] if reasons and reasons[0] else "They have not been observed yet."


def _maintenance(name: str, document: str, summary: str) -> Verb:
    return Verb(
        name,
        partial(change_node, document),
        summary,
        about=f"{CALLED} NODE is a name or an ID.",
        examples=f"""
fleetgraph nodes {name} "Review Tool" "$(fleetgraph nodes list "Review Tool" -o name | head -n 1)" --wait
""",
        params=[cluster_argument(), click.Argument(["node"], metavar="NODE"), *changing_flags()],
    )


COMMAND = Noun(
    "nodes",
    "List the nodes of a cluster; cordon, uncordon and drain one.",
    [
        Verb(
            "list",
            list_nodes,
            "List the nodes of a cluster as last observed.",
            about=CALLED,
            examples="""
fleetgraph nodes list shipments-ledger
fleetgraph nodes list "Meridian Freight/shipments-ledger" -o wide
""",
            params=[cluster_argument(), *output_flags(is_list=True)],
        ),
        _maintenance("cordon", change.CORDON_NODE, "Keep new work off a node."),
        _maintenance("uncordon", change.UNCORDON_NODE, "Let new work on a node again."),
        _maintenance(
            "drain", change.DRAIN_NODE, "Move the work of a node elsewhere, and keep new work off it."
        ),
    ],
)
