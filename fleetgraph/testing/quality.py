"""Checks `quality.toml` beside an adapter: it must say of every rule whether it is met, and be right."""

import inspect
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from fleetgraph.testing.kit import Kit
from fleetgraph.testing.rules import RULES, SHOWN_ELSEWHERE, proves

DECIDE = "DECIDE" + ":"
"""The beginning of a sentence in the scaffold about a decision that only you can make."""


def quality_file(kit: Kit) -> Path:
    return Path(inspect.getfile(kit.adapter)).parent / "quality.toml"


def exemptions(kit: Kit) -> Mapping[str, str]:
    """The exempt rules by name, with the reason. Empty without a file."""
    if not quality_file(kit).is_file():
        return {}
    return {
        rule: said["exempt"]
        for rule, said in _read(kit).items()
        if isinstance(said, dict) and isinstance(said.get("exempt"), str)
    }


def _read(kit: Kit) -> dict[str, Any]:
    file = quality_file(kit)
    assert file.is_file(), f"{kit.provider.name} does not say which rules it meets. Write {file}."
    return tomllib.loads(file.read_text(encoding="utf-8"))


def problems(kit: Kit, provable: frozenset[str]) -> Iterator[str]:
    """Sentences about the errors in `quality.toml`. `provable` are the rules that have a test."""
    said, name = _read(kit), quality_file(kit).name
    for rule in RULES.keys() - said.keys():
        yield f'{name} says nothing of {rule}: write {rule} = "met", or {{ exempt = "why" }}.'
    for rule in said.keys() - RULES.keys():
        yield f"{name} names {rule}, and there is no such rule."
    for rule in said.keys() & RULES.keys():
        match said[rule]:
            case "met" if rule in SHOWN_ELSEWHERE:
                yield f'{name} says that {rule} is met: name the test that shows it, {{ met = "tests/..." }}.'
            case "met" if rule not in provable:
                yield f"{name} says that {rule} is met, and the adapter offers nothing that a test could show it by."
            case {"exempt": str(reason)} if not reason.endswith("."):
                yield f"{name} exempts {rule} without a sentence that says why."
            case {"exempt": str()} if rule in provable:
                yield f"{name} exempts {rule}, and the adapter offers it: the tests are there, and it is met."
            case "met" | {"exempt": str()}:
                pass
            case {"met": str()} if rule in SHOWN_ELSEWHERE:
                pass
            case other:
                yield f"{name} says {other!r} of {rule}, which is neither met nor exempt."


@proves("quality")
def test_the_quality_file_says_of_every_rule_whether_it_is_met(kit: Kit, provable: frozenset[str]) -> None:
    assert sorted(problems(kit, provable)) == []


@proves("decided")
def test_nothing_is_left_to_be_decided(kit: Kit) -> None:
    left = list(undecided(*kit.files()))
    assert not left, f"{kit.provider.name} leaves to be decided:\n" + "\n".join(left)


def undecided(*files: Path) -> Iterator[str]:
    """The open decisions of the scaffold: file, line and sentence."""
    for file in files:
        for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1):
            _, found, sentence = line.partition(DECIDE)
            if found:
                yield f"{file}:{number}: {sentence.strip()}"
