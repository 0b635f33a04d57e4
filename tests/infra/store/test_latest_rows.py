"""Rows that are made into records once: what is kept of them, and what is not."""

from infra.store.latest_rows import LatestRows
from infra.store.writes import Row


def row(changes: int, place: str = "acme") -> Row:
    return {"pk": place, "sk": "account", "changes": changes}


def test_a_row_that_stays_the_same_is_made_into_a_record_once() -> None:
    rows = LatestRows[str](9)
    assert rows.find(row(1)) is None
    rows.keep(row(1), "one")
    assert rows.find(row(1)) == "one"
    assert rows.find(row(2)) is None


def test_what_stood_in_a_place_before_is_not_kept() -> None:
    rows = LatestRows[str](9)
    for changes in range(5):
        rows.keep(row(changes), "some")
    assert len(rows) == 1


def test_of_too_many_places_the_one_read_longest_ago_is_forgotten() -> None:
    rows = LatestRows[str](2)
    for place in ("a", "b"):
        rows.keep(row(1, place), place)
    assert rows.find(row(1, "a")) == "a"
    rows.keep(row(1, "c"), "c")
    assert len(rows) == 2
    assert rows.find(row(1, "a")) == "a"
    assert rows.find(row(1, "b")) is None
