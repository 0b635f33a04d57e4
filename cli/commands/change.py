"""`fleetgraph stop`, `deploy` and `delete`: changes that are the same at every provider."""

import argparse

from cli.arguments import Commands, Parser
from cli.changes import add_following, add_revision, carry_out
from cli.documents import change
from cli.lookup import need_cluster
from cli.session import Session


def register(commands: Commands) -> None:
    stop = commands.add(
        "stop",
        stop_cluster,
        "Stop a running cluster, where its provider can.",
        examples="""
fleetgraph stop quay/pier
fleetgraph stop quay/pier --wait --timeout 30m
""",
    )
    _add_cluster(stop)
    deploy = commands.add(
        "deploy",
        deploy_cluster,
        "Start a stopped cluster, or apply what is registered, where its provider can.",
        examples="""
fleetgraph deploy quay/pier
fleetgraph deploy quay/pier --wait --timeout 45m
""",
    )
    _add_cluster(deploy)
    delete = commands.add(
        "delete",
        delete_cluster,
        "Delete a cluster and the data in it.",
        examples="""
fleetgraph delete acme/staging --confirm-name staging
fleetgraph delete acme/staging --confirm-name staging --wait --timeout 10m
""",
    )
    _add_cluster(delete)
    delete.add_argument(
        "--confirm-name", required=True, metavar="NAME", help="the cluster's name, to say that it is meant"
    )
    add_revision(delete)


def stop_cluster(session: Session, options: argparse.Namespace) -> int:
    return carry_out(session, options, change.STOP_CLUSTER, {"id": _id(session, options)})


def deploy_cluster(session: Session, options: argparse.Namespace) -> int:
    return carry_out(session, options, change.DEPLOY_CLUSTER, {"id": _id(session, options)})


def delete_cluster(session: Session, options: argparse.Namespace) -> int:
    variables = {
        "id": _id(session, options),
        "confirmName": options.confirm_name,
        "expectedRevision": options.expected_revision,
    }
    return carry_out(session, options, change.DELETE_CLUSTER, variables)


def _add_cluster(parser: Parser) -> None:
    parser.add_argument("cluster", metavar="CLUSTER", help="a name that only one has, account/name, or an ID")
    add_following(parser)


def _id(session: Session, options: argparse.Namespace) -> str:
    return str(need_cluster(session.client, options.cluster)["id"])
