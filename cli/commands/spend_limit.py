"""`fleetgraph spend-limit`: the most that a cluster may spend or use."""

import argparse
from typing import Any

from cli.arguments import Commands, Parser, add_json
from cli.changes import add_following, add_revision, carry_out
from cli.documents import change
from cli.errors import Exit, UsageError
from cli.limits import add_limit, to_limit
from cli.lookup import need_cluster, path_of
from cli.session import Session
from cli.words import money, usage

HELD = {
    "MONEY": "in money; use, where given, is our conversion",
    "USAGE": "in use; money, where given, is our conversion",
    "BOTH": "in money and in use",
}


def register(commands: Commands) -> None:
    group = commands.group(
        "spend-limit",
        "Show, set or clear the most that a cluster may spend or use per month.",
        examples="""
fleetgraph spend-limit show billing-vault
fleetgraph spend-limit set billing-vault --usd 5.00 --wait
fleetgraph spend-limit clear billing-vault
""",
    )
    show = group.add(
        "show",
        show_limit,
        "Show a cluster's limit.",
        examples="""
fleetgraph spend-limit show "Meridian Freight/billing-vault"
fleetgraph spend-limit show billing-vault --json
""",
    )
    _add_cluster(show)
    add_json(show)
    setting = group.add(
        "set",
        set_limit,
        "Set a cluster's limit.",
        description="Which of them a cluster takes depends on its plan and on the version of its provider's API.",
        examples="""
fleetgraph spend-limit set billing-vault --usd 12.50
fleetgraph spend-limit set billing-vault --request-units 50000000 --storage-mib 5120 --wait
fleetgraph spend-limit set analytics --vcpus 8 --expected-revision 5d41402a
""",
    )
    _add_cluster(setting)
    add_limit(setting)
    add_revision(setting)
    add_following(setting)
    clear = group.add(
        "clear",
        clear_limit,
        "Remove a cluster's limit.",
        examples="""
fleetgraph spend-limit clear billing-vault
fleetgraph spend-limit clear billing-vault --wait --timeout 2m
""",
    )
    _add_cluster(clear)
    add_revision(clear)
    add_following(clear)


def show_limit(session: Session, options: argparse.Namespace) -> int:
    variables = {"id": need_cluster(session.client, options.cluster)["id"]}
    cluster = session.client.ask(change.SPEND_LIMIT, variables)["cluster"]
    if options.json:
        session.screen.dump(cluster)
    else:
        session.screen.sheet(_facts(cluster))
    return Exit.OK


def set_limit(session: Session, options: argparse.Namespace) -> int:
    limit = to_limit(options)
    if limit is None:
        raise UsageError("There is no limit to set.", "Give --usd, or --request-units and the like.")
    return carry_out(
        session, options, change.SET_SPEND_LIMIT, _variables(session, options) | {"limit": limit}
    )


def clear_limit(session: Session, options: argparse.Namespace) -> int:
    return carry_out(session, options, change.CLEAR_SPEND_LIMIT, _variables(session, options))


def _add_cluster(parser: Parser) -> None:
    parser.add_argument("cluster", metavar="CLUSTER", help="a name that only one has, account/name, or an ID")


def _variables(session: Session, options: argparse.Namespace) -> dict[str, Any]:
    cluster = need_cluster(session.client, options.cluster)
    return {"id": cluster["id"], "expectedRevision": options.expected_revision}


def _facts(cluster: dict[str, Any]) -> dict[str, str]:
    status = cluster["spendLimit"]
    limit = status["limit"] or {}
    return {
        "cluster": path_of(cluster),
        "limit": status["state"],
        "reason": status["reason"] or "",
        "money": money(limit["money"]) if limit.get("money") else "",
        "use": usage(limit.get("usage") or {}),
        "held": HELD.get(limit.get("basis", ""), ""),
        "per": limit.get("period", "").lower().replace("_", " "),
        "when reached": limit.get("enforcement", "").lower(),
        "revision": cluster["revision"],
    }
