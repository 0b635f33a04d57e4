"""When each cluster was asked last, where no observation asks all."""

import random
from datetime import datetime, timedelta

from fleet.model.account import CollectionState
from fleet.model.asked import MOST_PARTS, Part, with_part
from tests.fleet.things import NOON


def test_a_part_goes_on_with_the_first_after_the_last() -> None:
    part = Part(after="c", until="e", at=NOON)
    assert [key for key in "abcdefg" if key in part] == ["d", "e"]
    around = Part(after="f", until="b", at=NOON)
    assert [key for key in "abcdefg" if key in around] == ["a", "b", "g"]


def test_each_cluster_has_the_time_at_which_it_was_asked() -> None:
    """A thousand rounds in parts of any size. Of many small ones, the oldest count as older than they are."""
    drawn = random.Random(7)
    for most in (30, 3):
        keys = [f"c{number:03}" for number in range(40)]
        asked: dict[str, datetime] = {}
        parts: tuple[Part, ...] = ()
        place = -1
        for minute in range(500):
            at, after = NOON + timedelta(minutes=minute), keys[place] if place >= 0 else ""
            count = drawn.randint(1, most)
            for key in (keys[(place + step) % len(keys)] for step in range(1, count + 1)):
                asked[key] = at
            place = (place + count) % len(keys)
            parts = with_part(parts, Part(after=after, until=keys[place], at=at))
            state = CollectionState(observed_at=at, parts=parts)
            assert len(parts) <= MOST_PARTS
            for key, when in asked.items():
                known = state.asked_at(key)
                assert known is not None
                assert known <= when
                assert known == when or len(parts) == MOST_PARTS


def test_what_no_part_has_was_asked_before_them() -> None:
    part, earlier = Part(after="", until="b", at=NOON), NOON - timedelta(hours=1)
    whole = CollectionState(observed_at=NOON, parts=(part,), whole_at=earlier)
    assert (whole.asked_at("a"), whole.asked_at("c")) == (NOON, earlier)
    assert CollectionState(observed_at=NOON, whole_at=None).asked_at("c") == NOON
