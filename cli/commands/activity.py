"""`fleetgraph activity`: every observed change of phase, and with --follow the next ones."""

from datetime import timedelta
from typing import Any

from cli.documents import read
from cli.grammar import Flag, Noun, Options, Verb
from cli.kinds import Duration
from cli.output import Listing, output_flags, show_list
from cli.session import Session
from cli.tables import Column
from cli.words import span

PAGE = 100


def list_activity(session: Session, options: Options) -> int:
    begin = (session.clock.now() - timedelta(seconds=options.since)).isoformat()
    return show_list(session, options, lambda: _fetch(session, begin))


def _fetch(session: Session, begin: str) -> Listing:
    variables = {"first": PAGE, "since": begin}
    pages = session.client.pages(read.STATUS_CHANGES, variables, "statusChanges")
    changes = [node for page in pages for node in page["nodes"]]
    return Listing(
        document={"statusChanges": changes},
        rows=changes,
        columns=COLUMNS,
        name=_path,
        empty="No cluster has changed its phase in that time.",
    )


def _path(change: dict[str, Any]) -> str:
    cluster = change["cluster"]
    return f"{cluster['account']['name']}/{change['clusterName']}" if cluster else str(change["clusterName"])


COLUMNS = (
    Column(title="SEEN AT", value=lambda one: one["observedAt"][:19] + "Z"),
    Column(title="CLUSTER", value=_path),
    Column(title="PHASE", value=lambda one: one["to"], is_state=True),
    Column(title="BEFORE", value=lambda one: one["from"], rank=1),
    Column(
        title="FOR",
        value=lambda one: None if one["afterSeconds"] is None else span(one["afterSeconds"]),
        rank=2,
    ),
    Column(title="PROVIDER'S PHASE", value=lambda one: one["providerPhase"], rank=3),
)

COMMAND = Noun(
    "activity",
    "List the changes of phase that were observed in the fleet, oldest first.",
    [
        Verb(
            "list",
            list_activity,
            "List the changes of phase that were observed in the fleet, oldest first.",
            about="They come some seconds after they were observed, and are kept for 90 days.",
            examples="""
fleetgraph activity list
fleetgraph activity list --since 7d -o csv
""",
            params=[
                Flag(
                    "--since",
                    type=Duration(),
                    default="24h",
                    metavar="TIME",
                    help="how far back (default: 24h)",
                ),
                *output_flags(is_list=True),
            ],
        )
    ],
    default="list",
)
