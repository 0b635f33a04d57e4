"""Rows of changes of phase, in the order of a cluster and in that of the fleet's feed. See `rows`."""

from datetime import date, datetime, timedelta

from fleet.model.tracking import Transition
from fleet.ports.reader import NotAnOrderKey, Ref
from infra.store.indexes import FEED, sort_key
from infra.store.names import SEPARATOR, Span, below, join, stamp
from infra.store.rows import account_key, entry, read_body
from infra.store.writes import Row, text

HISTORY_KEPT = timedelta(days=90)

LANDS_WITHIN = timedelta(seconds=3)
"""What the feed shows is written again, with a later place in it, when it took longer to land than this: by then a
reader who follows along may have passed the first."""

HELD_BACK = timedelta(seconds=5)
"""How far the feed stays behind the present. What it shows is given its place before it is sent: written in time, it is
there three seconds later (`LANDS_WITHIN`), and the index and the clocks of other writers get two more."""


def from_transition(transition: Transition, *, fence: int, written_at: datetime) -> Row:
    """The key of a transition contains its observation, so that writing it again replaces it.

    Its place in the feed is the time of writing, because readers follow that order.
    """
    pk = account_key(transition.account_id)[0]
    order = f"{fence:016d}@{stamp(transition.observed_at)}"
    row: dict[str, str | int] = {
        "pk": pk,
        "sk": join("history", transition.cluster_key, order),
        "body": transition.model_dump_json(),
        "expires_at": int((written_at + HISTORY_KEPT).timestamp()),
    }
    at = stamp(written_at)
    row |= entry(
        FEED,
        join("feed", week_of(at).isoformat()),
        join(at, transition.account_id, transition.cluster_key, order),
    )
    return row


def history_span(cluster: Ref, *, before: str | None) -> Span:
    pk = account_key(cluster.account_id)[0]
    span = below(pk, "history", cluster.key)
    return span if before is None else span.up_to(join("history", cluster.key, before))


def history_order(row: Row) -> str:
    return text(row, "sk").rpartition(SEPARATOR)[2]


def feed_span(week: date) -> Span:
    return below(join("feed", week.isoformat()), index=FEED)


def week_of(order: str) -> date:
    """The Monday before an order key or a stamp. Raises `NotAnOrderKey` for anything else.

    The feed has a partition for each week. They are few, because phases change rarely.
    """
    try:
        day = date.fromisoformat(order[:10])
    except ValueError:
        raise NotAnOrderKey("this is no order key of the feed") from None
    return day - timedelta(days=day.weekday())


def feed_order(row: Row) -> str:
    return text(row, sort_key(FEED))


def order_instant(order: str) -> str:
    """The time of writing. An order key of the feed begins with it, and it is a valid cursor itself."""
    return order.partition(SEPARATOR)[0]


def is_event(row: Row) -> bool:
    """In the feed: rather than a change of phase."""
    return text(row, "sk").startswith(f"event{SEPARATOR}")


def to_transition(row: Row) -> Transition | None:
    """Null for another event of the feed, too."""
    return None if is_event(row) else read_body(Transition, row)
