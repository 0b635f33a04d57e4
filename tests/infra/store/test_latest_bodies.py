"""Bodies that are decoded once: what is kept of them, and what is not."""

import pytest

from fleet.model.account import AccountState
from fleet.model.stored import Unreadable
from infra.store.latest_bodies import LatestBodies


def body(changes: int) -> str:
    return AccountState(changes=changes).model_dump_json()


def test_a_body_that_stays_the_same_is_decoded_once() -> None:
    bodies = LatestBodies(9)
    first = bodies.read(AccountState, body(1), ("acme",))
    assert bodies.read(AccountState, body(1), ("acme",)) is first
    assert bodies.read(AccountState, body(2), ("acme",)).record.changes == 2


def test_what_stood_in_a_place_before_is_not_kept() -> None:
    bodies = LatestBodies(9)
    for changes in range(5):
        bodies.read(AccountState, body(changes), ("acme",))
    assert len(bodies) == 1


def test_of_too_many_places_the_one_read_longest_ago_is_forgotten() -> None:
    bodies = LatestBodies(2)
    first, _ = (bodies.read(AccountState, body(1), (place,)) for place in ("a", "b"))
    assert bodies.read(AccountState, body(1), ("a",)) is first
    bodies.read(AccountState, body(1), ("c",))
    assert len(bodies) == 2
    assert bodies.read(AccountState, body(1), ("a",)) is first


def test_a_body_that_does_not_read_is_not_kept() -> None:
    bodies = LatestBodies(9)
    with pytest.raises(Unreadable):
        bodies.read(AccountState, "{", ("acme",))
    assert len(bodies) == 0
