"""What only its provider knows of a cluster is on the cluster's view, each member of it."""

import itertools
import types
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, Union, get_args, get_origin

import pytest
from playwright.sync_api import Page, expect
from pydantic import AwareDatetime, BaseModel

from fleet.model.cluster import ClusterDetails
from fleet.model.money import Money
from fleet.providers.cockroachdb import CockroachdbDetails
from fleet.providers.kupe import KupeDetails
from fleet.providers.northflank import NorthflankDetails
from fleet.providers.qovery import QoveryDetails
from infra.store.store import TableStore
from tests.browser.conftest import Witness
from tests.browser.filled import Filled, filled
from tests.browser.looking import axe, settled
from tests.gateway.fleet import account, cluster, observe

DETAILS: Mapping[str, type[ClusterDetails]] = {
    "cockroachdb": CockroachdbDetails,
    "kupe": KupeDetails,
    "northflank": NorthflankDetails,
    "qovery": QoveryDetails,
}
CLOUDS = ("aws", "azure", "gcp", "oci", "coreweave", "nebius", "byok")
"""A cluster of Northflank is in one of them."""
NOT_AS_THEY_ARE = {
    "id": "a name or a title stands for it",
    "timeout_seconds": "how long it is, in words",
}
FIXED: dict[Any, object] = {bool: True, float: 0.5, AwareDatetime: datetime(2026, 1, 1, tzinfo=UTC)}
CASES = ("cockroachdb", "kupe", "qovery", *(f"northflank-{cloud}" for cloud in CLOUDS))


class Whole:
    """Makes values with every member. Each text and each whole number is nowhere else, and stands in `said`."""

    def __init__(self) -> None:
        self.said: set[str] = set()
        self._numbers = itertools.count(101)

    def of(self, kind: Any, name: str) -> Any:
        kind = bare(kind)
        origin = get_origin(kind) or kind
        if origin is tuple:
            return (self.of(get_args(kind)[0], name),)
        if issubclass(origin, Mapping):
            return {self.of(str, name): self.of(str, name)}
        if issubclass(origin, Money):
            return Money(minor_units=100 * self.of(int, name), currency="USD")
        if issubclass(origin, BaseModel):
            return kind(**{key: self.of(field.annotation, key) for key, field in kind.model_fields.items()})
        if kind in FIXED:
            return FIXED[kind]
        return self._leaf(kind, name)

    def _leaf(self, kind: type, name: str) -> object:
        number = next(self._numbers)
        text = str(number) if kind is int else f"{name.replace('_', '-')}-{number}"
        if name not in NOT_AS_THEY_ARE:
            self.said.add(text)
        if kind is int:
            return number
        return f"https://example.com/{text}" if name.endswith("_url") else text


def bare(kind: Any) -> Any:
    """Without what may stand in its place, and without its rules."""
    while True:
        if hasattr(kind, "__metadata__"):
            kind = get_args(kind)[0]
        elif get_origin(kind) in (Union, types.UnionType):
            kind = next(one for one in get_args(kind) if one is not type(None))
        else:
            return kind


def case(name: str) -> tuple[Any, set[str]]:
    provider, _, cloud = name.partition("-")
    made = Whole()
    kind = DETAILS[provider]
    others = {"console_url"} | (set(CLOUDS) - {cloud} if cloud else set())
    fields = {key: field for key, field in kind.model_fields.items() if key not in others}
    return kind(**{key: made.of(field.annotation, key) for key, field in fields.items()}), made.said


async def fill(store: TableStore, now: datetime) -> None:
    for provider in DETAILS:
        owner = account(provider, f"of-{provider}", external_id="acme")
        names = [name for name in CASES if name.partition("-")[0] == provider]
        rows = [cluster(owner, name, since=now, details=case(name)[0]) for name in names]
        await observe(store, owner, rows, now=now)


@pytest.fixture(scope="module")
def fleet() -> Iterator[Filled]:
    with filled(fill) as fleet:
        yield fleet


@pytest.fixture
def witness(fleet: Filled) -> Witness:
    return Witness(origin=fleet.origin)


@pytest.mark.parametrize("name", CASES)
def test_each_member_of_a_providers_details_is_on_the_page(
    name: str, page: Page, fleet: Filled, witness: Witness
) -> None:
    page.goto(f"{fleet.origin}/clusters?q=name:{name}")
    page.get_by_role("link", name=name.title(), exact=True).click()
    settled(page)
    expect(page.get_by_role("region", name="About")).to_be_visible()
    text = page.get_by_role("main").inner_html().casefold()
    _, said = case(name)
    assert len(said) > 5
    assert sorted(one for one in said if one not in text) == []
    assert axe(page) == []
    page.set_viewport_size({"width": 390, "height": 844})
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    assert witness.complaints == []
