"""Sort keys: they sort as the values do, in either direction, and a cursor reads back as the key it was."""

from hypothesis import given
from hypothesis import strategies as st

from fleet.model.account import TrackedAccount
from fleet.reading.listing import page
from fleet.reading.ordering import Listed, OrderField, sort_key
from fleet.reading.sorting import Direction, read_key
from tests.fleet.things import NOON, account, row

ACME = TrackedAccount(account=account())


def listed(name: str, version: str | None) -> Listed:
    return Listed(row=row(name, version=version), account=ACME, now=NOON)


def test_the_numbers_of_a_version_count_as_numbers() -> None:
    versions = ["v25.9", "v25.10", "v25.2.11", "v25.2.4", None]
    ordering = [(OrderField.VERSION, Direction.ASC)]
    found = page([listed(f"c{n}", one) for n, one in enumerate(versions)], ordering, after=None, first=9)
    assert [one.row.item.version for _, one in found.rows] == [
        "v25.2.4",
        "v25.2.11",
        "v25.9",
        "v25.10",
        None,
    ]


CLUSTERS = st.lists(
    st.tuples(st.text("abc", min_size=1, max_size=3), st.sampled_from(["1.2", "1.10", None])),
    max_size=25,
    unique_by=lambda one: one[0],
)
ORDERINGS = st.lists(
    st.tuples(
        st.sampled_from([OrderField.VERSION, OrderField.NAME, OrderField.PHASE]), st.sampled_from(Direction)
    ),
    max_size=3,
)


@given(clusters=CLUSTERS, ordering=ORDERINGS, first=st.integers(1, 5))
def test_pages_together_are_the_whole_listing_in_order(
    clusters: list[tuple[str, str | None]], ordering: list[tuple[OrderField, Direction]], first: int
) -> None:
    everything = [listed(name, version) for name, version in clusters]
    read: list[Listed] = []
    after = None
    while True:
        found = page(everything, ordering, after=after, first=first)
        assert found.total == len(everything)
        read += [one for _, one in found.rows]
        for cursor, one in found.rows:
            assert read_key(cursor, ordering) == sort_key(one, ordering)
        if found.end is None:
            break
        after = found.end
    keys = [sort_key(one, ordering) for one in read]
    assert keys == sorted(keys)
    assert len(read) == len(everything)
