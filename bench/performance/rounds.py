"""Rounds: every subject in turn, again and again, so that what else the machine does falls on all of them alike."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any

ROOT = Path(__file__).parent.parent.parent
SUBJECTS = "bench.performance.subjects"
MOST_SECONDS = 300
"""Of one subject in one round."""


@dataclass(frozen=True, kw_only=True)
class Subject:
    """A program that prints its figures as one JSON object on its last line: a `command`, or by default a module of
    ours, which is called like the subject unless it is named.
    """

    name: str
    module: str | None = None
    command: Sequence[str] = ()
    environment: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    folder: Path = ROOT

    def run(self, more: Mapping[str, str]) -> Mapping[str, Any]:
        done = subprocess.run(
            self.command or [sys.executable, "-m", self.module or f"{SUBJECTS}.{self.name}"],
            cwd=self.folder,
            env={**os.environ, **more, **self.environment},
            capture_output=True,
            text=True,
            timeout=MOST_SECONDS,
            check=False,
        )
        if done.returncode:
            raise SystemExit(f"{self.name} ended with {done.returncode}:\n{done.stderr[-4000:]}")
        figures: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
        return figures


def run(
    subjects: Sequence[Subject], rounds: int, environment: Mapping[str, str]
) -> Iterator[Mapping[str, Mapping[str, Any]]]:
    for number in range(rounds):
        turn = number % len(subjects)  # each is first in turn
        order = [*subjects[turn:], *subjects[:turn]]
        yield {subject.name: subject.run(environment) for subject in order}
