"""`fleetgraph allowlist`: the networks that may connect to a cluster."""

from typing import Any

import click

from cli.changes import carry_out, changing_flags
from cli.commands.clusters.showing import CALLED, cluster_argument
from cli.documents import change
from cli.documents import clusters as queries
from cli.errors import CannotBecome
from cli.grammar import Flag, Noun, Options, Verb
from cli.listing import Column, Listing
from cli.lookup import need_cluster, path_of
from cli.output import output_flags, show_list
from cli.session import Session


def list_allowed(session: Session, options: Options) -> int:
    variables = {"id": need_cluster(session.client, options.cluster)["id"]}
    return show_list(session, options, lambda: _fetch(session, variables))


def add_network(session: Session, options: Options) -> int:
    network: dict[str, Any] = {"cidr": options.cidr, "allowsSql": options.sql, "allowsUi": options.ui}
    if options.name is not None:
        network["name"] = options.name
    variables = {"id": need_cluster(session.client, options.cluster)["id"], "network": network}
    return carry_out(session, options, change.ALLOW_NETWORK, variables)


def remove_network(session: Session, options: Options) -> int:
    variables = {"id": need_cluster(session.client, options.cluster)["id"], "cidr": options.cidr}
    return carry_out(session, options, change.DISALLOW_NETWORK, variables)


def _fetch(session: Session, variables: dict[str, Any]) -> Listing:
    cluster = session.client.ask(queries.ALLOWLIST, variables)["cluster"]
    for one in cluster["capabilities"]:
        if one["capability"] == "ALLOWLIST" and not one["isSupported"]:
            raise CannotBecome(f"{path_of(cluster)} has no allowlist.", one["reason"])
    allowlist = cluster["allowlist"]
    rows = [] if allowlist is None else allowlist["networks"]
    unknown = "It was not observed yet." if allowlist is None else "No network may connect."
    return Listing(
        document={"cluster": cluster},
        rows=rows,
        columns=COLUMNS,
        name=lambda one: str(one["cidr"]),
        empty=unknown,
        remarks=["Not every entry is in force yet."] if allowlist and allowlist["isPropagating"] else [],
    )


COLUMNS = (
    Column(title="NETWORK", value=lambda one: one["cidr"]),
    Column(title="NAME", value=lambda one: one["name"]),
    Column(title="SQL", value=lambda one: "yes" if one["allowsSql"] else "no"),
    Column(title="CONSOLE", value=lambda one: "yes" if one["allowsUi"] else "no", rank=1),
)
CIDR = click.Argument(["cidr"], metavar="NETWORK")

COMMAND = Noun(
    "allowlist",
    "List, add and remove the networks that may connect to a cluster.",
    [
        Verb(
            "list",
            list_allowed,
            "List the networks that may connect to a cluster.",
            about=CALLED,
            examples="""
fleetgraph allowlist list "Meridian Freight/driver-app"
""",
            params=[cluster_argument(), *output_flags(is_list=True)],
        ),
        Verb(
            "add",
            add_network,
            "Let a network connect to a cluster. One of the same address is replaced.",
            about=CALLED,
            examples="""
fleetgraph allowlist add "Meridian Freight/driver-app" 192.0.2.0/24 --name office --wait
""",
            params=[
                cluster_argument(),
                CIDR,
                Flag("--name", metavar="NAME", help="for people"),
                Flag("--sql/--no-sql", default=True),
                Flag("--ui/--no-ui", default=True),
                *changing_flags(),
            ],
        ),
        Verb(
            "remove",
            remove_network,
            "Take a network off the list.",
            about=CALLED,
            examples="""
fleetgraph allowlist remove "Meridian Freight/driver-app" 192.0.2.0/24
""",
            params=[
                cluster_argument(),
                click.Argument(["cidr"], metavar="NETWORK"),
                *changing_flags(),
            ],
        ),
    ],
    default="list",
)
