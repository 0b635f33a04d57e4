"""Somebody at a terminal, whose shell completes `fleetgraph` by the line that docs/cli.md has for it."""

import os
import pty
import re
import select
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
TAB = "\t"

PATIENCE_SECONDS = 40
"""For what takes a second on a machine that has nothing else to do."""

_READY = "ready>"
_STARTS = {
    "bash": (("bash", "--rcfile", ".bashrc", "-i"), f"PS1='{_READY}'"),
    "zsh": (("zsh", "--no-globalrcs", "-i"), f"PROMPT='{_READY}'"),
    "fish": (("fish", "-i"), f"function fish_prompt; echo -n '{_READY}'; end"),
}
"""How each shell starts, and what makes its prompt."""

_AT_ITS_TERMINAL = """
import fcntl, os, sys, termios
fcntl.ioctl(0, termios.TIOCSCTTY, 0)
os.execvp(sys.argv[1], sys.argv[1:])
"""

_FLEETGRAPH = """\
#!/bin/sh
[ -n "$_FLEETGRAPH_COMPLETE" ] || [ "$1" = completion ] && exec "{command}" "$@"
printf '%s\\n' "$@" > words && mv words given
"""
"""Completes as the command does. What else it is given it writes into a file, a word a line."""


def of_the_docs(shell: str) -> tuple[Path, str]:
    """The file in the home folder, and the line that goes there."""
    text = (ROOT / "docs" / "cli.md").read_text(encoding="utf-8")
    found = re.search(rf"^- {shell}, in `~/([^`]+)`: `(.+)`$", text, re.MULTILINE)
    assert found, f"docs/cli.md says nothing about {shell}"
    return Path(found[1]), found[2]


@dataclass(kw_only=True)
class Typist:
    home: Path
    terminal: int
    shown: str = ""

    def types(self, keys: str) -> list[str]:
        """The words that the command is given after these keys and Enter."""
        self.waits_until(lambda: _READY in self.shown)
        self.shown, given = "", self.home / "given"
        os.write(self.terminal, f"{keys}\r".encode())
        self.waits_until(given.exists)
        words = given.read_text(encoding="utf-8").splitlines()
        given.unlink()
        return words

    def waits_until(self, is_so: Callable[[], bool]) -> None:
        until = time.monotonic() + PATIENCE_SECONDS
        while not is_so():
            assert time.monotonic() < until, f"the terminal shows {self.shown!r}"
            if select.select([self.terminal], [], [], 0.02)[0]:
                self.shown += os.read(self.terminal, 65_536).decode(errors="replace")


@contextmanager
def typist(shell: str, home: Path, **environment: str) -> Iterator[Typist]:
    start, prompt = _STARTS[shell]
    file, line = of_the_docs(shell)
    (home / file).parent.mkdir(parents=True, exist_ok=True)
    (home / file).write_text(f"{prompt}\n{line}\n", encoding="utf-8")
    command = home / "bin" / "fleetgraph"
    command.parent.mkdir()
    command.write_text(
        _FLEETGRAPH.format(command=Path(sys.executable).with_name("fleetgraph")), encoding="utf-8"
    )
    command.chmod(0o755)
    ours, its = pty.openpty()
    running = subprocess.Popen(
        [sys.executable, "-I", "-S", "-c", _AT_ITS_TERMINAL, *start],
        stdin=its,
        stdout=its,
        stderr=its,
        cwd=home,
        env={
            "HOME": str(home),
            "PATH": f"{command.parent}{os.pathsep}{os.environ['PATH']}",
            "TERM": "xterm",
            "LANG": "C.UTF-8",
            **environment,
        },
        start_new_session=True,
    )
    os.close(its)
    try:
        yield Typist(home=home, terminal=ours)
    finally:
        running.kill()
        running.wait()
        os.close(ours)
