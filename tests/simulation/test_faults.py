"""Faults of every provider on every route, crossed with what happens to us meanwhile.

`make test-thorough` takes each fault of the list of clusters, and one in some of the others; `make soak` takes all. So
it is with the faults during which an observation is interrupted at each call of the table.
"""

import os
import random
from collections.abc import Iterator, Mapping, Sequence
from functools import cache, partial
from itertools import product

import pytest

from infra.store.table import Contended, TableUnavailable
from sandbox.registry import FAKE_PROVIDERS
from tests.simulation.faults import FAULTS
from tests.simulation.victim import RECOVERED_AFTER, Died, Interrupted, Victim, victim_of
from tests.simulation.virtual import run

WHOLE = bool(os.environ.get("WHOLE"))
ONE_OF = 1 if WHOLE else 12
PARTS = 8 if WHOLE else 1
"""Each part of the faults is a test, so that the whole matrix shows how far it is, and uses every processor."""
LEAST_CALLS = 6
"""Of the table, by an observation whose provider does not answer."""
INTERRUPTIONS = (Died(), TableUnavailable("throttled"), Contended("others write"))
MISHAPS: tuple[str | Interrupted, ...] = (
    "none",
    Interrupted(by=INTERRUPTIONS[0], after=6),
    Interrupted(by=INTERRUPTIONS[0], after=9),
    Interrupted(by=INTERRUPTIONS[1], after=7),
    Interrupted(by=INTERRUPTIONS[2], after=6),
    "doubled",
    "late",
)
INTERRUPTED = tuple(FAULTS) if WHOLE else ("no items", "503")
"""The faults of a list that are interrupted at each call."""


def matrix(
    faults: Sequence[str], routes: Sequence[str], lists: frozenset[str], seed: int
) -> Iterator[tuple[str, str, str | Interrupted]]:
    """Each fault of a list of clusters, and with one mishap or another. Of the rest, one of so many, and fewer mishaps,
    because what happens to us does not depend on the route.
    """
    chance = random.Random(seed)
    for name, route, mishap in product(faults, routes, MISHAPS):
        of = ONE_OF if mishap == "none" or route in lists else ONE_OF * len(MISHAPS)
        if (route in lists and mishap == "none") or chance.randrange(of) == 0:
            yield name, route, mishap


@cache
def routes_of(provider: str) -> Mapping[str, bool]:
    """What an account is asked, each with whether its clusters cannot be had where that fails."""

    async def learn() -> Mapping[str, bool]:
        async with victim_of(provider) as victim:
            return {route: await _is_list(victim, route) for route in sorted(victim.transport.routes)}

    return run(learn)


def lists_of(provider: str) -> frozenset[str]:
    lists = frozenset(route for route, is_list in routes_of(provider).items() if is_list)
    assert lists
    return lists


def faults_of(provider: str) -> list[str]:
    has_pages = FAKE_PROVIDERS[provider].has_pages
    return [name for name, fault in FAULTS.items() if has_pages or not fault.needs_pages]


async def suffer_all(provider: str, part: int, routes: Sequence[str], lists: frozenset[str]) -> list[str]:
    """What went wrong, each with where."""
    wrong: list[str] = []
    of_the_part = faults_of(provider)[part::PARTS]
    async with victim_of(provider, lists) as victim:
        for name, route, mishap in matrix(faults_of(provider), routes, lists, seed=len(provider)):
            if name in of_the_part:
                wrong += await _wrong_with(victim, name, route, mishap)
    return wrong


async def interrupt_all(provider: str, part: int, lists: frozenset[str]) -> list[str]:
    """As `suffer_all`, of a list that is observed until each call of the table, and no further."""
    wrong: list[str] = []
    names = [one for one in INTERRUPTED if one in faults_of(provider)][part::PARTS]
    async with victim_of(provider, lists) as victim:
        for name, by in product(names, INTERRUPTIONS):
            after, victim.was_interrupted = 0, True
            while victim.was_interrupted:
                wrong += await _wrong_with(victim, name, min(lists), Interrupted(by=by, after=after))
                after += 1
            assert after > LEAST_CALLS
    return wrong


async def _wrong_with(victim: Victim, name: str, route: str, mishap: str | Interrupted) -> list[str]:
    try:
        await victim.suffer(name, route, mishap)
    except AssertionError as error:
        victim.transport.act = None
        for _ in range(RECOVERED_AFTER):
            await victim.beat()
        why, _, _ = str(error).partition("\n")
        return [f"{name} of {route}, {mishap}: {why}"]
    return []


async def _is_list(victim: Victim, route: str) -> bool:
    """Whether clusters cannot be had where this route fails."""
    victim.transport.route, victim.transport.act = route, FAULTS["500"].act
    await victim.make_all_due()
    await victim.beat_alone()
    _, reason = await victim.shown(victim.account)
    victim.transport.act = None
    for _ in range(10):
        await victim.beat_alone()
    return bool(reason)


@pytest.mark.thorough
@pytest.mark.timeout(600)
@pytest.mark.parametrize("part", range(PARTS))
@pytest.mark.parametrize("provider", FAKE_PROVIDERS)
def test_no_fault_deletes_makes_up_or_hides_anything_and_all_are_recovered_from(
    provider: str, part: int
) -> None:
    assert run(partial(suffer_all, provider, part, [*routes_of(provider)], lists_of(provider))) == []


@pytest.mark.thorough
@pytest.mark.timeout(600)
@pytest.mark.parametrize("part", range(PARTS))
@pytest.mark.parametrize("provider", FAKE_PROVIDERS)
def test_an_observation_that_ends_at_any_call_of_the_table_costs_nothing_but_time(
    provider: str, part: int
) -> None:
    assert run(partial(interrupt_all, provider, part, lists_of(provider))) == []
