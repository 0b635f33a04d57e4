"""The table, on the terminal and in docs/performance.md, with its plots."""

import os
import platform
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from statistics import median

from bench.performance import plots
from bench.performance.bars import Bar, Round
from bench.performance.measures import GROWING, GROWTH, Measure

DOCS = Path(__file__).parent.parent.parent / "docs"
PAGE = DOCS / "performance.md"
PACKAGES = ("strawberry-graphql", "graphql-core", "pydantic", "starlette", "boto3")


_HOW = (
    "`make bench` measures this and writes this page. Every figure is the median of {rounds} rounds, in each of which "
    "every subject is measured in turn, so that what else the machine does falls on all alike. A ratio is that of one "
    "round; CPU is of the process with all its threads."
)


@dataclass(frozen=True, kw_only=True)
class Result:
    """`missing` says why nothing was measured; there are no rounds then."""

    measure: Measure
    rounds: Sequence[Round] = ()
    missing: str | None = None

    def failed(self) -> list[Bar]:
        """Missed, and nobody wrote why."""
        if self.missing is not None:
            return []
        return [bar for bar in self.measure.bars if bar.reason is None and not bar.is_met(self.rounds)]


def machine() -> str:
    found = re.search(r"model name\s*: (.*)", _cpuinfo())
    kind = found[1].strip() if found else platform.processor() or platform.machine()
    return f"{kind}, {os.cpu_count()} processors, {platform.system()} {platform.release().split('-')[0]}"


def _cpuinfo() -> str:
    try:
        return Path("/proc/cpuinfo").read_text(encoding="utf-8")
    except OSError:
        return ""


def versions() -> str:
    return ", ".join([f"Python {sys.version.split()[0]}", *(f"{name} {version(name)}" for name in PACKAGES)])


def table(result: Result) -> str:
    lines = ["| bar | at most | measured | |", "| --- | ---: | ---: | --- |"]
    lines += [_line(bar, result) for bar in result.measure.bars]
    return "\n".join(lines)


def _line(bar: Bar, result: Result) -> str:
    if result.missing is not None:
        return f"| {bar.name} | {bar.most:.3g} {bar.unit} | | not measured: {result.missing} |".replace(
            "  ", " "
        )
    measured, is_met = bar.measured(result.rounds), bar.is_met(result.rounds)
    said = "met" if is_met else f"missed: {bar.reason}" if bar.reason else "**missed**"
    return f"| {bar.name} | {bar.most:.3g} {bar.unit} | {measured:.3g} {bar.unit} | {said} |".replace(
        "  ", " "
    )


def whole(results: Sequence[Result], rounds: int, plotted: Mapping[str, str]) -> str:
    return "\n".join(
        [
            "# Performance",
            "",
            _HOW.format(rounds=rounds),
            "",
            f"Machine: {machine()}. Versions: {versions()}.",
            "",
            *_sections(results, plotted),
        ]
    )


def _sections(results: Sequence[Result], plotted: Mapping[str, str]) -> Iterator[str]:
    for result in results:
        yield f"## {result.measure.title}"
        yield ""
        yield table(result)
        yield ""
        yield f"Whom this favours: {result.measure.favours}"
        yield ""
        for name in plotted:
            if name.startswith(f"{result.measure.name}-"):
                yield f"![{name}](performance/{name}.svg)"
                yield ""


def drawings(results: Sequence[Result]) -> Mapping[str, str]:
    drawn: dict[str, str] = {}
    for result in results:
        if result.missing is None:
            drawn |= dict(_drawn(result))
    return drawn


def _drawn(result: Result) -> Iterator[tuple[str, str]]:
    if result.measure.name == "growth":
        for what, up in (
            ("cpu", "CPU seconds, cold"),
            ("requests", "requests to DynamoDB"),
            ("units", "read units"),
        ):
            series = {
                name: [
                    (
                        size.accounts * size.clusters,
                        median(
                            one[f"growth {size.accounts * size.clusters:,}"][f"{name} {what}"]
                            for one in result.rounds
                        ),
                    )
                    for size in GROWTH
                ]
                for name in GROWING
            }
            yield f"growth-{what}", plots.lines(f"Growth: {up}", "clusters", up, series)
        return
    for title, unit, values in result.measure.compared(result.rounds):
        yield (
            f"{result.measure.name}-{re.sub('[^a-z0-9]+', '-', title.lower())}",
            plots.bars(title, unit, values),
        )


def write(results: Sequence[Result], rounds: int) -> None:
    drawn = drawings(results)
    folder = PAGE.with_suffix("")
    folder.mkdir(exist_ok=True)
    for old in folder.glob("*.svg"):
        old.unlink()
    for name, svg in drawn.items():
        (folder / f"{name}.svg").write_text(svg, encoding="utf-8")
    PAGE.write_text(whole(results, rounds, drawn), encoding="utf-8")
