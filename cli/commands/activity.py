"""`fleetgraph activity`: the one feed of what happened in the fleet."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from cli.choices import accounts_flag, providers_flag
from cli.documents import fleet as queries
from cli.formatting import since
from cli.grammar import Flag, Noun, Options, Verb
from cli.kinds import Duration, EnumValue, Named, Number, lower, named
from cli.listing import Column, Listing
from cli.lookup import find_account, need_cluster
from cli.output import output_flags, show_list
from cli.session import Session

PAGE = 100
KINDS = (
    "PHASE_CHANGED",
    "VERSION_CHANGED",
    "LIMIT_CHANGED",
    "REVISION_CHANGED",
    "OPERATION_BEGUN",
    "OPERATION_ENDED",
    "ACCOUNT_FAILED",
    "ACCOUNT_RECOVERED",
)


def list_activity(session: Session, options: Options) -> int:
    members = {
        "kinds": list(options.kind),
        "providers": list(options.provider),
        "accountIds": [find_account(session.client, name)["id"] for name in options.account],
        "clusterId": need_cluster(session.client, options.cluster)["id"] if options.cluster else None,
    }
    where = {name: value for name, value in members.items() if value}
    begin = (session.clock.now() - timedelta(seconds=options.since)).isoformat()
    order = "OLDEST_FIRST" if options.oldest_first else "NEWEST_FIRST"
    variables = {"first": PAGE, "since": begin, "order": order, "filter": where}
    return show_list(session, options, lambda: _fetch(session, variables, options.limit))


def _fetch(session: Session, variables: dict[str, Any], limit: int | None) -> Listing:
    events: list[dict[str, Any]] = []
    if limit is not None:
        variables = variables | {"first": min(limit, PAGE)}
    for page in session.client.pages(queries.ACTIVITY, variables, "activity"):
        events += page["nodes"]
        if limit is not None and len(events) >= limit:
            break
    events = events[:limit]
    return Listing(
        document={"activity": events},
        rows=events,
        columns=_columns(session.clock.now),
        name=_path,
        empty="Nothing has happened in that time.",
    )


def _path(event: dict[str, Any]) -> str:
    return "/".join(filter(None, [event["accountName"], event["clusterName"]]))


def _word(member: str) -> Callable[[dict[str, Any]], str | None]:
    return lambda event: None if event[member] is None else lower(event[member]).replace("-", " ")


def _columns(now: Callable[[], datetime]) -> tuple[Column, ...]:
    return (
        Column(title="AT", value=lambda event: event["occurredAt"][:19] + "Z", rank=4),
        Column(title="AGO", value=lambda event: since(event["occurredAt"], now())),
        Column(title="WHERE", value=_path, is_sentence=True),
        Column(title="WHAT", value=_word("kind")),
        Column(title="TO", value=lambda event: event["to"], is_state=True, rank=1),
        Column(title="FROM", value=lambda event: event["from"], rank=2),
        Column(title="CHANGE", value=_word("operationKind"), rank=3),
        Column(title="MESSAGE", value=lambda event: event["message"], is_sentence=True),
    )


COMMAND = Noun(
    "activity",
    "List what happened in the fleet.",
    [
        Verb(
            "list",
            list_activity,
            "List what happened in the fleet: changes, operations, and accounts that could not be observed.",
            about="The newest comes first. It comes some seconds after it was observed, and is kept for 90 days.",
            examples="""
fleetgraph activity list
fleetgraph activity list --since 7d --kind phase-changed -o csv
fleetgraph activity list --account "Acme Tools" --limit 5
""",
            params=[
                Flag(
                    "--since",
                    type=Duration(),
                    default="24h",
                    metavar="TIME",
                    help="how far back (default: 24h)",
                ),
                Flag("--kind", multiple=True, type=EnumValue(KINDS), metavar="KIND", help=named(KINDS)),
                providers_flag(),
                accounts_flag(),
                Flag("--cluster", type=Named("cluster"), metavar="CLUSTER", help="only of this one"),
                Flag(
                    "--oldest-first/--newest-first",
                    is_flag=True,
                    help="as they happened (default: the newest first)",
                ),
                Flag("--limit", type=Number(1), metavar="N", help="how many at most (default: all)"),
                *output_flags(is_list=True, has_row_flags=False),
            ],
        )
    ],
    default="list",
)
