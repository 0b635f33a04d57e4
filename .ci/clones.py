"""Makes the targets of the Makefile, each in a clone of its own, as targets.toml says; or those that are named.

`python3 .ci/clones.py [TARGET ...]`. What is committed is cloned. Every target is made whatever becomes of the others;
it ends with 1 when one failed twice.
"""

import os
import re
import shutil
import signal
import subprocess
import sys
import time
import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Lock, Timer

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from tests.containers.engine import Lacking, some_engine  # noqa: E402 - from this project, wherever it stands

END_SECONDS = 60
AT_ONCE = 2
"""Making environments, which takes most of the time, uses one core and the network."""
CULPRITS = 10
"""How many failures of one target are repeated at the end."""
LINE = 300
ONCE_MORE = "ARGS=--reruns=1 --max-suite-reruns=5 --rerun-show-tracebacks"
"""Tests of processes, sockets and browsers meet a machine that others use, too. A run of thousands need not end for one
of them, but it is named; and where many fail, none is run again.
"""
NONE_MORE_AFTER_SECONDS = 40 * 60
"""A target that failed is made once more, alone, when all others are done, and named where it passes then: what needs
the network, measures, or meets two at once fails now and then. It is not made again later than this: all ends within an
hour.
"""
OF_MAKE = {"ARGS", "MAKEFLAGS", "MAKELEVEL", "MAKEOVERRIDES", "MFLAGS"}
ENGINE = Lock()


@dataclass(frozen=True, kw_only=True)
class Target:
    """A table of targets.toml, which says what its members are."""

    name: str
    arguments: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    until: str | None = None
    reruns: bool = False
    writes: bool = False
    minutes: float = 20
    left_out: str | None = None


def read_targets(text: str) -> list[Target]:
    return [
        Target(
            name=name,
            arguments=tuple(said.pop("with", ())),
            needs=tuple(said.pop("needs", ())),
            **said,
        )
        for name, said in tomllib.loads(text).items()
    ]


def has(need: str) -> bool:
    match need:
        case "python3.13":
            ask = ["make", "--silent", "--eval", "runtime: ; @test -n '$(RUNTIME)'", "runtime"]
            return _works(ask)
        case "chromium":
            return any(map(shutil.which, ("chromium", "google-chrome"))) or "CHROMIUM" in os.environ
        case "containers" | "engine":
            can_start_one = os.geteuid() == 0 and shutil.which("dockerd") and shutil.which("docker")
            return bool(can_start_one) or _works(["docker", "info"]) or _works(["podman", "info"])
        case "debootstrap":
            return shutil.which("debootstrap") is not None
    raise ValueError(f"nobody knows how to find {need!r}")


def _works(command: list[str]) -> bool:
    try:
        return subprocess.run(command, cwd=ROOT, capture_output=True, check=False, timeout=60).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False


@contextmanager
def engine_for(target: Target) -> Iterator[Mapping[str, str]]:
    """A container engine while a target is made, and the variables by which it is found.

    One target has it at a time: two engines would both lay the default bridge.
    """
    if not {"containers", "engine"} & set(target.needs):
        yield {}
        return
    with ENGINE:
        if "containers" not in target.needs:
            yield {}
            return
        with some_engine() as variables:
            yield variables


def make(
    target: Target,
    clone: Path,
    say: Callable[[str], None] = print,
    variables: Mapping[str, str] | None = None,
) -> str | None:
    """What went wrong, if anything did. `say` gets each line of what it prints. `variables` are set for it."""
    # A kept cache of packages is used; compiling what most targets never import is not worth its time.
    kept = {"PIP_NO_COMPILE": "1", "npm_config_prefer_offline": "true"}
    # Where make itself began this, its arguments would be taken for those of this target, too.
    ours = {name: value for name, value in os.environ.items() if name not in OF_MAKE}
    environment = {**ours, **kept, **(variables or {})}
    with subprocess.Popen(
        ["make", target.name, *target.arguments, *[ONCE_MORE] * target.reruns],  # noqa: S607 - whichever make a person would run
        cwd=clone,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    ) as process:
        overdue = Timer(target.minutes * 60, os.killpg, (process.pid, signal.SIGKILL))
        overdue.start()
        has_served = False
        assert process.stdout is not None
        for line in process.stdout:
            say(line.rstrip("\n"))
            if target.until and not has_served and re.search(target.until, line):
                has_served = True
                os.killpg(process.pid, signal.SIGINT)
                overdue.cancel()
                overdue = Timer(END_SECONDS, os.killpg, (process.pid, signal.SIGKILL))
                overdue.start()
        code = process.wait()
        overdue.cancel()
    if code == -signal.SIGKILL:
        return f"it did not end within {target.minutes} minutes, or once it was to"
    if target.until:
        return None if has_served else f"it ended with {code} before it served"
    if code:
        return f"it ended with {code}"
    changed = _git("status", "--porcelain", at=clone)
    return f"it changed {changed}" if changed and not target.writes else None


def _git(*arguments: str, at: Path = ROOT) -> str:
    command = ["git", *arguments]
    done = subprocess.run(command, cwd=at, check=True, capture_output=True, text=True)
    return done.stdout.strip()


def culprits(lines: Sequence[str]) -> list[str]:
    """What pytest and make name as failed, each shortened: CI's last lines are often all that somebody sees."""
    told = [line[:LINE] for line in lines if re.match(r"(FAILED|ERROR) \S|make(\[\d+\])?: \*\*\* ", line)]
    # A summary of second runs names a test before the one that has the reason.
    named = list({line.partition(" - ")[0]: line for line in told}.values())
    rest = len(named) - CULPRITS
    return [*named[:CULPRITS], f"and {rest} more"] if rest > 0 else named


def flaky(lines: Sequence[str]) -> list[str]:
    """The tests that failed and then passed, by pytest's summary. Where a target failed, what failed twice is no part
    of them.
    """
    once = [line.removeprefix("RERUN ").partition(" - ")[0] for line in lines if line.startswith("RERUN ")]
    twice = {line.split(" ")[1] for line in lines if re.match(r"(FAILED|ERROR) \S", line)}
    return [test for test in dict.fromkeys(once) if test not in twice]


@dataclass(frozen=True, kw_only=True)
class Made:
    """What came of a target. `wrong` is null where nothing went wrong."""

    lines: list[str]
    seconds: float
    wrong: str | None


def make_alone(target: Target, clone: Path) -> Made:
    start = time.monotonic()
    lines: list[str] = []
    _git("clone", "--quiet", str(ROOT), str(clone))
    try:
        with engine_for(target) as variables:
            wrong = make(target, clone, lines.append, variables)
    except Lacking as lacking:
        wrong = str(lacking)
    shutil.rmtree(clone, ignore_errors=True)
    return Made(lines=lines, seconds=time.monotonic() - start, wrong=wrong)


def make_all(
    targets: Sequence[Target], make_one: Callable[[Target, str], Made], *, more_until: float
) -> Iterator[tuple[Target, Made, Made | None]]:
    """Each target with what came of it, and of a second time for one that failed. `make_one` takes a target and the
    name of its clone. `more_until` is when nothing begins a second time any more, by the clock that only goes on.
    """
    with ThreadPoolExecutor(AT_ONCE) as threads:
        running: list[tuple[Target, Future[Made]]] = [
            (target, threads.submit(make_one, target, target.name)) for target in targets
        ]
        failed: list[tuple[Target, Made]] = []
        for target, future in running:
            made = future.result()
            if made.wrong:
                failed.append((target, made))
            else:
                yield target, made, None
    for target, made in failed:
        is_early = time.monotonic() < more_until
        yield target, made, make_one(target, f"{target.name}-again") if is_early else None


def show(target: Target, made: Made) -> None:
    """Whole, because another target may be shown at the same time."""
    said = f"== make {' '.join([target.name, *target.arguments])}"
    print(
        "\n".join([said, *made.lines, f"== make {target.name}: {made.wrong or 'done'}\n"]), end="", flush=True
    )


def report_on(target: Target, first: Made, second: Made | None) -> tuple[list[str], list[str]]:
    """What the end says of a target, and of its failure."""
    last = second or first
    said = [f"{first.seconds + (second.seconds if second else 0):6.0f} s  {target.name}"]
    said += [f"FLAKY     {test}: it failed once and then passed" for test in flaky(last.lines)]
    if last.wrong:
        return said, [
            f"FAILED    {target.name}: {last.wrong}",
            *(f"          {line}" for line in culprits(last.lines)),
        ]
    if first.wrong:
        said.append(f"FLAKY     {target.name}: {first.wrong}, and then passed")
        said += [f"          {line}" for line in culprits(first.lines)]
    return said, []


def main(names: Sequence[str]) -> int:
    targets = read_targets((ROOT / ".ci" / "targets.toml").read_text(encoding="utf-8"))
    if unknown := set(names) - {target.name for target in targets}:
        sys.exit(f"targets.toml has no {', '.join(sorted(unknown))}")
    if changed := _git("status", "--porcelain"):
        print(f"What is not committed is not cloned:\n{changed}", flush=True)
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        # As a shell's background job has it, and hands it on: what is to end by Ctrl-C would not.
        signal.signal(signal.SIGINT, signal.default_int_handler)
    began = time.monotonic()
    report: list[str] = []
    failed: list[str] = []
    wanted: list[Target] = []
    for target in targets:
        if names and target.name not in names:
            continue
        absent = [need for need in target.needs if not has(need)]
        if target.left_out or absent:
            report.append(f"LEFT OUT  {target.name}: {target.left_out or 'needs ' + ' and '.join(absent)}")
        else:
            wanted.append(target)
    with TemporaryDirectory(prefix="fleetgraph-ci-") as folder:
        if (shared := ROOT.parent / "shared").is_dir():  # what the providers publish, for tests that compare
            Path(folder, "shared").symlink_to(shared)

        def make_one(target: Target, clone: str) -> Made:
            made = make_alone(target, Path(folder, clone))
            show(target, made)
            return made

        for target, first, second in make_all(wanted, make_one, more_until=began + NONE_MORE_AFTER_SECONDS):
            said, wrong = report_on(target, first, second)
            report += said
            failed += wrong
    print("", *report, f"{time.monotonic() - began:6.0f} s  altogether", *failed, sep="\n")
    return int(bool(failed))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
