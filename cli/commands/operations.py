"""`fleetgraph operations`: the changes that were asked for, and their results."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import click

from cli.changes import OUTCOMES, OperationWatch, ask_for, title
from cli.choices import accounts_flag
from cli.client import REQUEST_SECONDS
from cli.documents import change
from cli.errors import Exit
from cli.formatting import moment, plain, since
from cli.grammar import Flag, Noun, Options, Verb
from cli.kinds import STATES, VERBS, Duration, EnumValue, Named, Number, named
from cli.listing import Column, Listing
from cli.lookup import find_account, need_cluster, path_of
from cli.orders import sort_flag, to_order_by
from cli.output import dump, form_of, output_flags, show_list, show_one
from cli.session import Session

PAGE = 100
FIELDS: Mapping[str, str] = {
    "asked-for": "REQUESTED_AT",
    "finished": "FINISHED_AT",
    "state": "STATE",
    "kind": "KIND",
    "name": "TARGET_NAME",
    "account": "ACCOUNT",
    "by": "REQUESTED_BY",
}


def list_operations(session: Session, options: Options) -> int:
    members: dict[str, Any] = {
        "states": list(options.state),
        "kinds": list(options.kind),
        "accountIds": [find_account(session.client, one)["id"] for one in options.account],
        "nameContains": options.name,
        "requestedBy": options.by,
    }
    where = {name: value for name, value in members.items() if value}
    if options.since is not None:
        where["since"] = (session.clock.now() - timedelta(seconds=options.since)).isoformat()
    if options.cluster is not None:
        where["clusterId"] = need_cluster(session.client, options.cluster)["id"]
    variables = {"filter": where, "orderBy": to_order_by(options)}
    return show_list(session, options, lambda: _fetch(session, variables, options.limit))


def show_operation(session: Session, options: Options) -> int:
    watch = OperationWatch(session.client, options.operation)
    (sight,) = watch(REQUEST_SECONDS)
    operation, now = watch.latest or {}, session.clock.now()
    facts = {
        "change": sight.subject,
        "id": operation["id"],
        "state": sight.text,
        "reason": sight.reason,
        "made otherwise": [_difference(one) for one in operation["differences"]],
        "provider warns": [one["message"] for one in operation["warnings"]],
        "candidates": ", ".join(_candidate(cluster) for cluster in operation["candidates"]),
        "asked for": f"{moment(operation['requestedAt'], now)}, by {operation['requestedBy']}",
        "finished": moment(operation["finishedAt"], now),
        "deadline": moment(operation["deadline"], now),
    }
    return show_one(session, options, operation, facts, name=str(operation["id"]))


def cancel_operation(session: Session, options: Options) -> int:
    form = form_of(options)
    payload = ask_for(session, options, change.CANCEL_OPERATION, {"id": options.operation})
    operation = payload["operation"]
    if form == "name":
        session.screen.say(operation["id"])
    elif form in ("json", "yaml"):
        dump(session.screen, options, form, {"operation": operation})
    else:
        session.screen.say(plain(f"{title(operation)}: cancelled. Nothing was sent."))
    return Exit.OK


def _fetch(session: Session, variables: dict[str, Any], limit: int) -> Listing:
    asked = variables | {"first": min(limit, PAGE)}
    operations = session.client.take(change.OPERATIONS, asked, "operations", limit)
    now = session.clock.now
    columns = (
        Column(title="CHANGE", value=title),
        Column(title="STATE", value=lambda one: one["state"], is_state=True),
        Column(title="ASKED FOR", value=lambda one: f"{since(one['requestedAt'], now())} ago", rank=1),
        Column(title="BY", value=lambda one: one["requestedBy"], rank=3),
        Column(title="ID", value=lambda one: one["id"], rank=4),
        Column(title="FAILURE", value=lambda one: (one["failure"] or {}).get("message"), is_sentence=True),
    )
    return Listing(
        document={"operations": operations},
        rows=operations,
        columns=columns,
        name=lambda one: str(one["id"]),
        empty="No operation matches.",
    )


def _difference(one: dict[str, Any]) -> str:
    return f"{one['field']} is {one['got'] or 'nothing'} and not {one['asked'] or 'nothing'}"


def _candidate(cluster: dict[str, Any]) -> str:
    """A cluster that an unconfirmed creation may have created. Only its ID is unique."""
    return f"{path_of(cluster)} {cluster['status']['phase']} {cluster['id']}"


COMMAND = Noun(
    "operations",
    "List and show the changes that were asked for here.",
    [
        Verb(
            "list",
            list_operations,
            "List changes in flight and recently finished, newest first, or as --sort says.",
            examples="""
fleetgraph operations list
fleetgraph operations list --state running --state unconfirmed
fleetgraph operations list --account "Acme Tools" --kind delete-cluster --since 7d
fleetgraph operations list --cluster "Acme Tools/production" --limit 5 --json
fleetgraph operations list --since 7d --sort account --sort finished:desc
""",
            params=[
                Flag("--state", multiple=True, type=EnumValue(STATES), metavar="STATE", help=named(OUTCOMES)),
                Flag("--kind", multiple=True, type=EnumValue(VERBS), metavar="KIND", help=named(VERBS)),
                accounts_flag(),
                Flag("--cluster", type=Named("cluster"), metavar="CLUSTER", help="only changes of this one"),
                Flag("--name", metavar="TEXT", help="a part of the name of what was changed"),
                Flag("--by", metavar="KEY", help="the name of the key that asked for it"),
                Flag("--since", type=Duration(), metavar="TIME", help="how far back (default: 30 days)"),
                Flag(
                    "--limit", type=Number(1), default=20, metavar="N", help="how many at most (default: 20)"
                ),
                sort_flag(FIELDS),
                *output_flags(is_list=True, has_row_flags=False),
            ],
        ),
        Verb(
            "show",
            show_operation,
            "Show one change.",
            examples="""
fleetgraph operations show "$(fleetgraph operations list --limit 1 -o name)"
""",
            params=[click.Argument(["operation"], metavar="ID"), *output_flags()],
        ),
        Verb(
            "cancel",
            cancel_operation,
            "End a change that still waits because its provider is busy. What was sent cannot be taken back.",
            about="ID is that of an operation, as `operations list` shows it.",
            examples="""
newest=$(fleetgraph operations list --limit 1 -o name); fleetgraph operations cancel "$newest" || echo "too late"
""",
            params=[click.Argument(["operation"], metavar="ID"), *output_flags()],
        ),
    ],
    default="list",
)
