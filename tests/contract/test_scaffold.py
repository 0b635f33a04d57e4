"""`make new-provider NAME=acme` writes all that a provider consists of, and the contract says what is to be decided."""

import ast
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from fleetgraph.scaffold.__main__ import TEMPLATES, NotPossible, report, targets, write
from fleetgraph.scaffold.registries import REGISTRIES, registered
from tests.contract.places import PLACES, ROOT

OF_THE_CONTRACT = ("fleet", "adapters", "graphql/gateway", "sandbox", "cli", "fleetgraph", "tests", "infra")


@pytest.fixture
def bare(tmp_path: Path) -> Path:
    """A repository of registries alone."""
    for name in REGISTRIES:
        (tmp_path / name).parent.mkdir(parents=True)
        shutil.copy(ROOT / name, tmp_path / name)
    return tmp_path


def test_it_writes_a_file_for_every_place(bare: Path) -> None:
    write(bare, "acme")
    empty = {name for name, place in PLACES.items() if "line" not in name and "acme" not in place.names(bare)}
    assert empty == set()


def test_it_adds_a_line_to_every_registry(bare: Path) -> None:
    write(bare, "acme")
    for name in REGISTRIES:
        before, after = ((root / name).read_text(encoding="utf-8") for root in (ROOT, bare))
        ast.parse(after)
        assert len(re.findall("acme", after, re.IGNORECASE)) == len(re.findall("kupe", before, re.IGNORECASE))
        assert len(re.findall("kupe", after, re.IGNORECASE)) == len(re.findall("kupe", before, re.IGNORECASE))


def test_it_says_of_every_file_what_is_to_be_decided(bare: Path) -> None:
    lines = list(report(bare, write(bare, "acme")))
    files = [line for line in lines if not line.startswith(" ")]
    assert len(files) == len(targets(bare, "acme"))
    assert len(lines) - len(files) > 30
    assert not any("DECIDE" in line for line in lines)


def test_what_it_writes_names_no_other_provider() -> None:
    for template in TEMPLATES.rglob("*.txt"):
        text = template.read_text(encoding="utf-8").lower()
        assert not re.search("kupe|qovery|northflank|cockroach|beacon", text), template


@pytest.mark.parametrize(
    ("key", "sentence"),
    [
        ("kupe", "There is a provider kupe already."),
        ("Acme", "'Acme' cannot name a provider: it takes 2 to 30 lowercase letters and digits."),
        ("a-b", "'a-b' cannot name a provider: it takes 2 to 30 lowercase letters and digits."),
        ("members", "graphql/gateway/providers/members.py is there already. Choose another name."),
        ("wire", "adapters/wire.py is there already. Choose another name."),
    ],
)
def test_a_name_that_will_not_do_writes_nothing(bare: Path, key: str, sentence: str) -> None:
    for taken in ("graphql/gateway/providers/members.py", "adapters/wire.py"):
        (bare / taken).touch()
    before = sorted(bare.rglob("*"))
    with pytest.raises(NotPossible) as raised:
        write(bare, key)
    assert str(raised.value) == sentence
    assert sorted(bare.rglob("*")) == before


def test_a_line_of_another_provider_is_followed_in_the_order_of_the_alphabet() -> None:
    text = "from a import kupe, zoo\nfrom kupe.x import Kupe\nT = {\n    kupe.KUPE,\n}\n"
    assert registered(text, "zebra", like="kupe") == (
        "from a import kupe, zebra, zoo\nfrom kupe.x import Kupe\nfrom zebra.x import Zebra\nT = {\n"
        "    kupe.KUPE,\n    zebra.ZEBRA,\n}\n"
    )


# ---------------------------------------------------------------------- in a copy of the whole


class Copy:
    """A copy of the repository with a provider that was just written."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def run(self, *arguments: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            [sys.executable, "-m", *arguments],
            cwd=self.root,
            env=os.environ | {"PYTHONPATH": f"{self.root}{os.pathsep}{self.root / 'graphql'}"},
            capture_output=True,
            text=True,
            timeout=110,
            check=False,
        )

    def test(self, *arguments: str) -> "subprocess.CompletedProcess[str]":
        return self.run("pytest", "-q", "-p", "no:cacheprovider", *arguments)

    def without(self, name: str, pattern: str) -> "subprocess.CompletedProcess[str]":
        """What the tests of places say while a line is missing in a file."""
        file = self.root / name
        whole = file.read_text(encoding="utf-8")
        spoilt = re.sub(pattern, "", whole, flags=re.MULTILINE)
        assert spoilt != whole
        file.write_text(spoilt, encoding="utf-8")
        try:
            return self.test("tests/contract/test_places.py")
        finally:
            file.write_text(whole, encoding="utf-8")


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Copy:
    root = tmp_path_factory.mktemp("copy")
    listed = subprocess.run(
        ["git", "ls-files", "-z", *OF_THE_CONTRACT, "pyproject.toml"],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    )
    for name in filter(None, listed.stdout.split("\0")):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, root / name)
    made = Copy(root)
    ended = made.run("fleetgraph.scaffold", "acme")
    assert ended.returncode == 0, ended.stderr
    assert "Wrote 10 files, and a line in each registry." in ended.stdout
    return made


@pytest.mark.thorough
@pytest.mark.timeout(600)
def test_the_contract_asks_for_each_decision_and_is_kept_once_they_are_made(copy: Copy) -> None:
    asked = copy.test(
        "tests/contract/test_contract.py", "tests/contract/test_places.py", "-k", "Acme or acme"
    )
    failed = set(re.findall(r"^FAILED \S+::(\w+)", asked.stdout, re.MULTILINE))
    assert failed == {
        "test_an_answer_that_was_recorded_is_read_whole",
        "test_nothing_is_left_to_be_decided",
        "test_nothing_of_a_provider_is_left_to_be_decided",
    }
    for sentence in (
        "The recorded answers of Acme hold no cluster",
        "which words does Acme have for where a cluster is?",
        "what can Acme not do? Say of each why.",
        "which flags say what a new cluster is to be?",
        "which requests does Acme answer, and what does it refuse?",
        "why does a rule not apply? Give each reason.",
    ):
        assert sentence in asked.stdout

    decide(copy.root)
    kept = copy.test("tests/contract/test_contract.py", "tests/contract/test_places.py", "-k", "Acme or acme")
    assert kept.returncode == 0, kept.stdout
    crashed = copy.test("tests/changing/test_crash.py", "-k", "acme")
    assert crashed.returncode == 0, crashed.stdout
    checked = copy.run("ruff", "check", "adapters", "fleet", "graphql", "sandbox", "cli", "tests/providers")
    assert checked.returncode == 0, checked.stdout
    ended = copy.run("fleetgraph.testing", "tests.providers.acme:KIT", "-k", "decided or recorded")
    assert "  met       decided" in ended.stdout


def decide(root: Path) -> None:
    """All that is asked, decided for a provider that is exactly as the scaffold has it."""
    for file in targets(root, "acme").values():
        lines = file.read_text(encoding="utf-8").splitlines(keepends=True)
        file.write_text("".join(line for line in lines if "# DECIDE:" not in line), encoding="utf-8")
    answer = {"id": "pier", "name": "pier", "size": "small", "state": "up"}
    recorded = root / "tests" / "fixtures" / "acme" / "list-clusters.json"
    recorded.write_text(str({"clusters": [answer]}).replace("'", '"'), encoding="utf-8")


@pytest.mark.thorough
@pytest.mark.timeout(600)
@pytest.mark.parametrize(
    ("file", "line", "table"),
    [
        ("fleet/providers/__init__.py", r'^ +"acme": .*\n', "PROVIDERS"),
        ("adapters/__init__.py", r'^ +"acme": .*\n', "ADAPTERS"),
        ("graphql/gateway/providers/__init__.py", r'^ +"acme": .*\n', "TYPES"),
        ("sandbox/registry.py", r"^ +Acme\.provider: Acme,\n", "FAKE_PROVIDERS"),
        ("cli/specs/__init__.py", r"^.*acme\.SPEC,\n", "SPECS"),
    ],
)
def test_a_registry_line_that_is_removed_is_asked_for(copy: Copy, file: str, line: str, table: str) -> None:
    ended = copy.without(file, line)
    assert ended.returncode == 1
    assert f"Acme is missing in {table}: add a line to {file}." in ended.stdout
