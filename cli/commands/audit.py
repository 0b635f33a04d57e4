"""`fleetgraph audit`: who changed accounts, tokens, keys and webhooks here. It needs a key with the scope ADMIN."""

from cli.documents import keys
from cli.grammar import Flag, Noun, Options, Verb
from cli.kinds import Number
from cli.listing import Column, Listing
from cli.output import output_flags, show_list
from cli.session import Session

PAGE = 100


def list_entries(session: Session, options: Options) -> int:
    return show_list(session, options, lambda: _fetch(session, options.limit))


def _fetch(session: Session, limit: int) -> Listing:
    entries = session.client.take(keys.AUDIT_LOG, {"first": min(limit, PAGE)}, "auditLog", limit)
    return Listing(
        document={"auditLog": entries},
        rows=entries,
        columns=COLUMNS,
        name=lambda entry: f"{entry['at']} {entry['action']}",
        empty="Nothing was done that is written down.",
    )


COLUMNS = (
    Column(title="AT", value=lambda entry: entry["at"][:19] + "Z"),
    Column(title="WHO", value=lambda entry: entry["caller"]),
    Column(title="ACTION", value=lambda entry: entry["action"]),
    Column(title="SUBJECT", value=lambda entry: entry["name"] or entry["subject"], rank=1),
    Column(title="OUTCOME", value=lambda entry: entry["outcome"], is_state=True),
    Column(title="CALLER ID", value=lambda entry: entry["callerId"], is_wide=True),
)

COMMAND = Noun(
    "audit",
    "List who changed accounts, tokens, keys and webhooks here.",
    [
        Verb(
            "list",
            list_entries,
            "List who changed accounts, tokens, keys and webhooks here, newest first, for 400 days.",
            examples="fleetgraph audit list --limit 20",
            params=[
                Flag(
                    "--limit", type=Number(1), default=50, metavar="N", help="how many at most (default: 50)"
                ),
                *output_flags(is_list=True, has_row_flags=False),
            ],
        )
    ],
    default="list",
)
