"""Whoever adds a provider learns by a sentence each what it still needs, and whoever removes a line what that was."""

from dataclasses import replace
from pathlib import Path

import pytest

from fleetgraph.testing.quality import undecided
from tests.contract import places
from tests.contract.places import PLACES, keys, missing


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("key", keys())
def test_a_provider_has_all_that_it_needs(key: str, place: str) -> None:
    assert key in PLACES[place].names(places.ROOT), PLACES[place].sentence.format(key=key, name=key.title())


def test_nothing_is_missing_anywhere() -> None:
    assert list(missing()) == []


@pytest.mark.parametrize("place", PLACES)
def test_what_is_missing_is_said_by_its_name_and_place(place: str, monkeypatch: pytest.MonkeyPatch) -> None:
    key = keys()[0]
    there = PLACES[place].names(places.ROOT)
    monkeypatch.setitem(PLACES, place, replace(PLACES[place], names=lambda _: there - {key}))
    assert list(missing()) == [PLACES[place].sentence.format(key=key, name=key.title())]


def test_a_folder_of_one_provider_asks_for_all_the_rest(tmp_path: Path) -> None:
    (tmp_path / "adapters" / "nobody").mkdir(parents=True)
    (tmp_path / "adapters" / "nobody" / "adapter.py").touch()
    sentences = [sentence for sentence in missing(tmp_path) if sentence.startswith("Nobody")]
    assert len(sentences) == len(PLACES) - 1
    assert (
        "Nobody has no fake provider. Write sandbox/nobody/api.py, from the provider's documents."
        in sentences
    )


@pytest.mark.parametrize("key", keys())
def test_nothing_of_a_provider_is_left_to_be_decided(key: str) -> None:
    """In what its kit does not know of; the contract sees to the rest."""
    folders = ("graphql/gateway/providers", "cli/specs", "tests/providers")
    beside = [
        path
        for folder in folders
        for pattern in (f"{key}.py", f"{key}/*.py")
        for path in (places.ROOT / folder).glob(pattern)
    ]
    assert len(beside) >= len(folders)
    left = list(undecided(*beside))
    assert not left, f"{key.title()} leaves to be decided:\n" + "\n".join(left)
