"""Keys sort as the tuples of their parts, and no two tuples share one."""

from hypothesis import given
from hypothesis import strategies as st

from infra.store.names import HIGHEST, LONGEST_PART, SEPARATOR, below, join

# Few characters, so that the ones that matter meet often.
CHARACTERS = st.sampled_from(["\x00", "\x01", "\x02", "a", "b", "é", "\U0010ffff"]) | st.characters(
    exclude_categories=["Cs"]
)
SHORT = st.text(CHARACTERS, max_size=12)
PARTS = st.lists(SHORT, min_size=1, max_size=4).map(tuple)
LONG = st.text(CHARACTERS, min_size=30, max_size=400)


@given(PARTS, PARTS)
def test_keys_sort_as_the_tuples_of_their_parts(one: tuple[str, ...], two: tuple[str, ...]) -> None:
    as_bytes = [join(*parts).encode() for parts in (one, two)]  # DynamoDB compares UTF-8
    assert (as_bytes[0] < as_bytes[1]) == (one < two)
    assert (as_bytes[0] == as_bytes[1]) == (one == two)


@given(LONG, LONG)
def test_long_parts_stay_apart_and_within_bounds(one: str, two: str) -> None:
    assert (join(one) == join(two)) == (one == two)
    assert (
        join(join(one)) != join(one) or len(one.encode()) <= LONGEST_PART
    )  # whoever calls itself so is another
    assert SEPARATOR not in join(one)
    assert len(join(one).encode()) <= LONGEST_PART
    assert len(join(one, one, two, two).encode()) <= 1024


@given(PARTS, PARTS)
def test_below_a_prefix_lies_what_begins_with_it_and_goes_on(
    prefix: tuple[str, ...], parts: tuple[str, ...]
) -> None:
    span = below("partition", *prefix)
    goes_on = len(parts) > len(prefix) and parts[: len(prefix)] == prefix
    assert (span.low <= join(*parts) <= span.high) == goes_on


@given(PARTS)
def test_a_whole_partition_holds_every_key_that_is_not_empty(parts: tuple[str, ...]) -> None:
    span = below("partition")
    assert (span.low <= join(*parts) <= span.high) == (join(*parts) != "")
    assert join("\U0010ffff" * 500, *parts) < HIGHEST


@given(PARTS, PARTS)
def test_after_a_key_lies_what_sorts_above_it(seen: tuple[str, ...], parts: tuple[str, ...]) -> None:
    span = below("partition").after(join(*seen))
    assert (span.low <= join(*parts) <= span.high) == (parts > seen and join(*parts) != "")
