"""What CI makes: every target of the Makefile, and what becomes of each."""

import importlib.util
import math
import re
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

ROOT = Path(__file__).parent.parent


def load_clones() -> ModuleType:
    spec = importlib.util.spec_from_file_location("clones", ROOT / ".ci" / "clones.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


clones = load_clones()


def targets_of(makefile: str) -> set[str]:
    """Those that `make help` lists."""
    return set(re.findall(r"^([a-z-]+):.*## ", makefile, re.MULTILINE))


def unknown_to_ci(makefile: str, table: str) -> set[str]:
    return targets_of(makefile) ^ {target.name for target in clones.read_targets(table)}


def read(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def test_ci_knows_every_target_and_no_other() -> None:
    assert unknown_to_ci(read("Makefile"), read(".ci/targets.toml")) == set()


def test_a_target_that_ci_never_makes_is_noticed() -> None:
    planted = read("Makefile") + "\nunheard-of: setup ## make what nobody makes\n\techo\n"
    assert unknown_to_ci(planted, read(".ci/targets.toml")) == {"unheard-of"}


def test_every_target_with_a_sentence_is_phony() -> None:
    phony = set(" ".join(re.findall(r"^\.PHONY: (.*)$", read("Makefile"), re.MULTILINE)).split())
    assert targets_of(read("Makefile")) - phony == set()


def test_what_is_left_out_has_a_reason() -> None:
    left_out = [target for target in clones.read_targets(read(".ci/targets.toml")) if target.left_out]
    assert all(len(target.left_out.split()) > 5 for target in left_out)


def test_a_machine_is_asked_for_everything_that_a_target_needs() -> None:
    for target in clones.read_targets(read(".ci/targets.toml")):
        for need in target.needs:
            assert clones.has(need) in (True, False)


MAKEFILE = f"""
good:
	@echo done
bad:
	@exit 3
edits:
	@echo other > Makefile.txt
tests:
	@{sys.executable} -m pytest -p no:cacheprovider -c /dev/null $(ARGS) racy.py
serves:
	@echo 'ready at last'; exec {sys.executable} -c 'import signal; signal.pause()'
"""


RACY = """
from pathlib import Path

def test_that_passes_the_second_time():
    mark = Path(__file__).with_suffix(".mark")
    was_there = mark.exists()
    mark.touch()
    assert was_there

def test_that_never_passes():
    assert not Path(__file__).with_suffix(".broken").exists()
"""


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    (tmp_path / "Makefile").write_text(MAKEFILE, encoding="utf-8")
    (tmp_path / "racy.py").write_text(RACY, encoding="utf-8")
    subprocess.run(["git", "init", "--quiet"], cwd=tmp_path, check=True)
    subprocess.run(["git", "add", "."], cwd=tmp_path, check=True)
    who = ["-c", "user.name=Somebody", "-c", "user.email=somebody@example.org"]
    subprocess.run(["git", *who, "commit", "--quiet", "-m", "A start"], cwd=tmp_path, check=True)
    return tmp_path


@pytest.mark.parametrize(
    ("table", "wrong"),
    [
        ("[good]", None),
        ("[bad]", "it ended with 2"),
        ("[edits]", "it changed ?? Makefile.txt"),
        ("[edits]\nwrites = true", None),
        ("[serves]\nuntil = 'ready'", None),
        (
            "[serves]\nuntil = 'never'\nminutes = 0.01",
            "it did not end within 0.01 minutes, or once it was to",
        ),
        ("[good]\nuntil = 'ready'", "it ended with 0 before it served"),
    ],
)
def test_the_report_says_what_became_of_a_target(clone: Path, table: str, wrong: str | None) -> None:
    (target,) = clones.read_targets(table)
    assert clones.make(target, clone) == wrong


@pytest.mark.parametrize("is_broken", [False, True])
def test_a_test_that_fails_once_is_named_and_one_that_fails_twice_fails_the_target(
    clone: Path, is_broken: bool
) -> None:
    (target,) = clones.read_targets("[tests]\nreruns = true\nwrites = true")
    if is_broken:
        (clone / "racy.broken").touch()
    lines: list[str] = []
    assert clones.make(target, clone, lines.append) == ("it ended with 2" if is_broken else None)
    assert clones.flaky(lines) == ["racy.py::test_that_passes_the_second_time"]
    assert [line.split(" ")[1] for line in clones.culprits(lines) if line.startswith("FAILED")] == (
        ["racy.py::test_that_never_passes"] if is_broken else []
    )


def test_a_test_that_failed_fails_a_target_that_asks_for_no_second_run(
    clone: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MAKEFLAGS", f" -- {clones.ONCE_MORE}")  # as below `make test` with these arguments
    monkeypatch.setenv("ARGS", clones.ONCE_MORE)
    (target,) = clones.read_targets("[tests]\nwrites = true")
    assert clones.make(target, clone) == "it ended with 2"


def test_every_target_that_runs_tests_asks_for_a_second_run() -> None:
    tested = set(
        re.findall(
            r"^([a-z-]+):(?:.*\n\t)*.*bin/pytest.*\$\(ARGS\)",
            read("Makefile").replace("$(BIN)", "bin"),
            re.MULTILINE,
        )
    )
    assert tested - {
        target.name for target in clones.read_targets(read(".ci/targets.toml")) if target.reruns
    } == {"fuzz"}


def made(wrong: str | None = None, *lines: str) -> Any:
    return clones.Made(lines=list(lines), seconds=1.0, wrong=wrong)


def all_made(
    results: Mapping[str, Sequence[Any]], *, more_until: float = math.inf
) -> tuple[list[str], list[str]]:
    """The names of the clones in order, and the end of the report. `results` are of each time a target is made."""
    targets, cloned = clones.read_targets("".join(f"[{name}]\n" for name in results)), []
    times = {name: iter(of_it) for name, of_it in results.items()}

    def make_one(target: Any, clone: str) -> Any:
        cloned.append(clone)
        return next(times[target.name])

    end = [clones.report_on(*one) for one in clones.make_all(targets, make_one, more_until=more_until)]
    return cloned, [line for said, wrong in end for line in (*said, *wrong)]


def test_a_target_that_failed_is_made_once_more_when_all_others_are_done() -> None:
    cloned, end = all_made(
        {"bench": [made("it ended with 2", "make: *** [Makefile:1] 2"), made()], "good": [made()]}
    )
    assert (sorted(cloned[:2]), cloned[2:]) == (["bench", "good"], ["bench-again"])
    assert end == [
        "     1 s  good",
        "     2 s  bench",
        "FLAKY     bench: it ended with 2, and then passed",
        "          make: *** [Makefile:1] 2",
    ]


def test_a_target_that_failed_twice_has_failed() -> None:
    _, end = all_made({"bench": [made("it ended with 2"), made("it ended with 1")]})
    assert end == ["     2 s  bench", "FAILED    bench: it ended with 1"]


def test_nothing_is_made_once_more_when_little_time_is_left() -> None:
    cloned, end = all_made({"bench": [made("it ended with 2")]}, more_until=time.monotonic())
    assert (cloned, end) == (["bench"], ["     1 s  bench", "FAILED    bench: it ended with 2"])


def test_what_failed_is_repeated_at_the_end() -> None:
    lines = [
        "tests/test_ci.py ..F",
        "E       assert 1 == 2",
        "FAILED tests/test_ci.py::test_one - assert 1 == 2",
        "ERROR tests/test_ci.py::test_two - " + "far too long " * 100,
        "1 failed, 1 error in 2.00s",
        "make: *** [Makefile:25: test] Error 1",
    ]
    one, two, end = clones.culprits(lines)
    assert one == lines[2]
    assert two == lines[3][: clones.LINE]
    assert end == lines[5]


def test_many_failures_are_counted() -> None:
    lines = [f"FAILED tests/test_ci.py::test_{number}" for number in range(30)]
    assert clones.culprits(lines) == [*lines[: clones.CULPRITS], "and 20 more"]
