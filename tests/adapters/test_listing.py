"""Reading item by item, following pages and reading one answer, by the smallest adapter there can be."""

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from adapters.adapter import MOST_EMPTY_PAGES, MOST_PAGES, BaseAdapter, segment
from adapters.http import Complaint
from adapters.wire import Count, Identity, Text, Wire, WireItem
from fleet.model.catalog import Region
from fleet.model.cloud import Cloud
from fleet.model.cluster import Cluster
from fleet.model.failure import UnexpectedResponse
from fleet.ports.adapter import Listing, Unreadable
from fleet.providers.kupe import KUPE
from fleetgraph.testing.setting import TOKEN
from tests.adapters.replay import Replay


class WireThing(WireItem):
    id: Identity
    name: Text = None
    size: Count | None = None

    identifying = frozenset({"name"})


class Smallest(BaseAdapter):
    provider = KUPE
    base_url = "http://provider.invalid"

    async def clusters(self) -> Listing[Cluster]:
        return Listing(items=())

    @staticmethod
    def complaint(body: Mapping[str, object]) -> Complaint:
        return Complaint()


@pytest.fixture
def adapter() -> Any:
    return Replay({}).open(Smallest)


def to_thing(wire: WireThing) -> Region:
    return Region(account_id="account", name=wire.id, cloud=Cloud.AWS, location=wire.name)


# ---------------------------------------------------------------------- item by item


async def test_members_that_nobody_knows_are_passed_over(adapter: Any) -> None:
    listing = await adapter.listing([{"id": "a", "unheard": {"of": []}}], WireThing, to_thing)
    assert [thing.name for thing in listing.items] == ["a"]


async def test_an_item_that_does_not_read_is_named_and_costs_itself(adapter: Any) -> None:
    raw = [{"id": "a"}, {"id": "b", "size": "large", "name": 7}, {"id": "c"}]
    listing = await adapter.listing(raw, WireThing, to_thing)
    assert [thing.name for thing in listing.items] == ["a", "c"]
    (unreadable,) = listing.unreadable
    assert unreadable.external_id == "b"
    assert unreadable.reason == (
        "It does not read as documented: name: Input should be a valid string (and 1 more)"
    )
    assert listing.incomplete is None


async def test_the_token_is_not_in_the_reason_either(adapter: Any) -> None:
    class WireLabelled(WireItem):
        id: Identity
        labels: Mapping[str, int]

    listing = await adapter.listing([{"id": "a", "labels": {TOKEN: "x"}}], WireLabelled, to_thing)
    assert TOKEN not in listing.unreadable[0].reason


@pytest.mark.parametrize("raw", [None, 7, "a", [], {}, {"id": ""}, {"id": 7}, {"id": None}, {"name": "a"}])
async def test_an_item_that_cannot_be_recognised_leaves_the_listing_incomplete(
    adapter: Any, raw: object
) -> None:
    listing = await adapter.listing([raw, {"id": "b"}], WireThing, to_thing)
    assert [thing.name for thing in listing.items] == ["b"]
    assert listing.unreadable == ()
    assert listing.incomplete == "Kupe Cloud listed something without a readable identity."


async def test_of_two_items_of_one_key_the_later_counts(adapter: Any) -> None:
    raw = [{"id": "a", "name": "before"}, {"id": "b"}, {"id": "a", "name": "after"}]
    listing = await adapter.listing(raw, WireThing, to_thing)
    assert [(thing.name, thing.location) for thing in listing.items] == [("a", "after"), ("b", None)]


async def test_an_item_that_the_domain_refuses_costs_itself(adapter: Any) -> None:
    def refuse(wire: WireThing) -> Region:
        return Region.model_validate({"name": wire.id})

    listing = await adapter.listing([{"id": "a"}], WireThing, refuse)
    assert [type(one) for one in listing.unreadable] == [Unreadable]


async def test_a_fault_of_ours_is_no_fault_of_the_item(adapter: Any) -> None:
    def stumble(wire: WireThing) -> Region:
        raise ValueError("a bug")

    with pytest.raises(ValueError, match="a bug"):
        await adapter.listing([{"id": "a"}], WireThing, stumble)


# ---------------------------------------------------------------------- page by page


Fetch = Callable[[str | None], Any]


def pages(book: Mapping[str | None, tuple[list[int], str | None]]) -> Fetch:
    async def fetch(token: str | None) -> tuple[list[int], str | None]:
        return book[token]

    return fetch


async def test_pages_are_followed_to_the_last(adapter: Any) -> None:
    assert await adapter.follow(pages({None: ([1], "b"), "b": ([], "c"), "c": ([2, 3], None)})) == [1, 2, 3]


@pytest.mark.parametrize(
    "book",
    [
        {None: ([1], "b"), "b": ([2], "b")},
        {None: ([1], "b"), "b": ([2], "c"), "c": ([3], "b")},
    ],
    ids=["itself", "an earlier one"],
)
async def test_a_repeated_page_token_ends_the_listing_as_an_error(
    adapter: Any, book: Mapping[str | None, tuple[list[int], str | None]]
) -> None:
    with pytest.raises(UnexpectedResponse):
        await adapter.follow(pages(book))


async def test_a_listing_without_end_ends_as_an_error(adapter: Any) -> None:
    asked = 0

    async def fetch(token: int | None) -> tuple[list[int], int | None]:
        nonlocal asked
        asked += 1
        return [asked], asked

    with pytest.raises(UnexpectedResponse):
        await adapter.follow(fetch)
    assert asked == MOST_PAGES + 1 <= 101


@pytest.mark.parametrize(("items", "pages"), [([], MOST_EMPTY_PAGES + 1), ([1, 2], 2)])
async def test_a_listing_that_brings_nothing_new_ends_soon(
    adapter: Any, items: list[int], pages: int
) -> None:
    asked = 0

    async def fetch(token: int | None) -> tuple[list[int], int | None]:
        nonlocal asked
        asked += 1
        return items, asked

    with pytest.raises(UnexpectedResponse):
        await adapter.follow(fetch)
    assert asked == pages


# ---------------------------------------------------------------------- one answer


async def test_an_answer_that_does_not_read_says_where_and_not_what() -> None:
    class WireAnswer(Wire):
        size: Count

    with pytest.raises(UnexpectedResponse) as raised:
        await Replay({"/thing": {"size": "secret"}}).open(Smallest).get("/thing", WireAnswer)
    error = raised.value
    assert error.message.startswith("Kupe Cloud gave an answer that does not read as documented: size: ")
    assert error.http_status == 200
    assert "secret" not in f"{error!r}{error.__cause__!r}{error.message}"


@pytest.mark.parametrize(
    ("text", "quoted"),
    [("a b?c#d", "a%20b%3Fc%23d"), ("100%", "100%25"), ("caf\u00e9", "caf%C3%A9")],
)
def test_what_is_put_into_a_path_stays_one_segment(text: str, quoted: str) -> None:
    assert segment(text) == quoted
