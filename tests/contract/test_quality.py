"""What a provider says of its quality is checked, and a wrong word is answered with a sentence."""

import re
import tomllib
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from adapters.kupe import KupeAdapter
from fleetgraph.testing import quality
from fleetgraph.testing.quality import exemptions, problems, quality_file
from fleetgraph.testing.rules import RULES, SHOWN_ELSEWHERE
from tests.contract.kits import KITS
from tests.contract.places import ROOT

KIT = KITS["kupe"]
PROVABLE = frozenset(RULES.keys() - exemptions(KIT).keys())


@pytest.fixture
def said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of a quality file, to be spoilt."""
    file = tmp_path / "quality.toml"
    file.write_text(quality_file(KIT).read_text(encoding="utf-8"), encoding="utf-8")
    monkeypatch.setattr(quality, "quality_file", lambda _: file)
    return file


def problems_after(file: Path, pattern: str, new: str) -> list[str]:
    text = file.read_text(encoding="utf-8")
    spoilt = re.sub(pattern, new, text, flags=re.MULTILINE)
    assert spoilt != text
    file.write_text(spoilt, encoding="utf-8")
    return list(problems(KIT, PROVABLE))


def test_a_right_quality_file_has_no_problems(said: Path) -> None:
    assert list(problems(KIT, PROVABLE)) == []


def test_a_rule_that_is_left_out_is_asked_for(said: Path) -> None:
    assert problems_after(said, "^faults = .*\n", "") == [
        'quality.toml says nothing of faults: write faults = "met", or { exempt = "why" }.'
    ]


def test_a_rule_that_nobody_knows_is_a_problem(said: Path) -> None:
    assert problems_after(said, "\\Z", 'speed = "met"\n') == [
        "quality.toml names speed, and there is no such rule."
    ]


def test_a_rule_cannot_be_met_by_what_the_adapter_does_not_support(said: Path) -> None:
    (sentence,) = problems_after(said, "^nodes = .*", 'nodes = "met"')
    assert sentence.startswith("quality.toml says that nodes is met, and the adapter offers nothing")


def test_a_rule_cannot_be_exempt_that_tests_are_there_for(said: Path) -> None:
    (sentence,) = problems_after(said, "^faults = .*", 'faults = { exempt = "They are rare." }')
    assert sentence.startswith("quality.toml exempts faults, and the adapter offers it")


def test_an_exemption_without_a_sentence_is_none(said: Path) -> None:
    (sentence,) = problems_after(said, "^nodes = .*", 'nodes = { exempt = "" }')
    assert sentence == "quality.toml exempts nodes without a sentence that says why."


def test_what_tests_of_the_provider_show_names_them(said: Path) -> None:
    (sentence,) = problems_after(said, "^live-account = .*", 'live-account = "met"')
    assert "name the test that shows it" in sentence


@pytest.mark.parametrize("key", KITS)
def test_the_tests_that_a_quality_file_names_are_there(key: str) -> None:
    said: dict[str, Any] = tomllib.loads(quality_file(KITS[key]).read_text(encoding="utf-8"))
    for rule in SHOWN_ELSEWHERE:
        if "met" in said[rule]:
            assert (ROOT / said[rule]["met"]).is_file()


def test_an_adapter_without_a_quality_file_is_asked_to_write_one(tmp_path: Path) -> None:
    adapter = type("Elsewhere", (KupeAdapter,), {"__module__": "json"})
    with pytest.raises(AssertionError, match="does not say which rules it meets"):
        list(problems(replace(KIT, adapter=adapter), PROVABLE))
