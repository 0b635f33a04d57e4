"""Scripts as people type them, in a real shell whose `fleetgraph` is the command in this process.

What the shell calls hands its arguments, input and variables over a socket; so time is that of the fakes. A line
that calls the command and asks nothing of a shell but to take off its quotes needs none, which saves two processes.
"""

import io
import json
import os
import re
import shlex
import socket
import socketserver
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cli.clock import Clock
from cli.main import Surroundings, main
from tests.cli.command import Ended

_CALLER = """
import json, os, socket, sys
call = {"arguments": sys.argv[2:], "input": sys.stdin.read(), "environment": dict(os.environ), "folder": os.getcwd()}
with socket.socket(socket.AF_UNIX) as line:
    line.connect(sys.argv[1])
    line.sendall(json.dumps(call).encode())
    line.shutdown(socket.SHUT_WR)
    ended = json.loads(line.makefile().read())
sys.stdout.write(ended["out"])
sys.stderr.write(ended["err"])
sys.exit(ended["status"])
"""


_PLAIN = re.compile(r"""fleetgraph(?: +(?:[\w@%+=:,./-]|'[^'\n]*'|"[^"$`\\!\n]*")+)*\n?""")
"""A call whose words a shell does not change."""


@dataclass(frozen=True, kw_only=True)
class Shell:
    folder: Path
    clock: Clock
    environment: Mapping[str, str] = field(default_factory=dict)

    def __call__(self, script: str, **names: str) -> Ended:
        """Ends at the first command that fails, as in a pipeline."""
        environment = {"HOME": str(self.folder), **self.environment, **names}
        if _PLAIN.fullmatch(script):
            call = {"arguments": shlex.split(script)[1:], "input": "", "folder": str(self.folder)}
            return Ended(**_answer({**call, "environment": environment}, self.clock))
        path = f"{self.folder / 'bin'}{os.pathsep}{os.environ['PATH']}"
        done = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", script],
            cwd=self.folder,
            env={"PATH": path, **environment},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            timeout=100,
        )
        return Ended(status=done.returncode, out=done.stdout, err=done.stderr)


@contextmanager
def shell(folder: Path, clock: Clock, **environment: str) -> Iterator[Shell]:
    """`folder` is where scripts run; what they leave stays there."""

    class Answering(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            call = json.loads(self.rfile.read())
            self.wfile.write(json.dumps(_answer(call, clock)).encode())

    (folder / "bin").mkdir()
    line, caller, command = folder / "line", folder / "caller.py", folder / "bin" / "fleetgraph"
    caller.write_text(_CALLER, encoding="utf-8")
    command.write_text(
        f'#!/bin/sh\nexec "{sys.executable}" -I -S "{caller}" "{line}" "$@"\n', encoding="utf-8"
    )
    command.chmod(0o755)
    with socketserver.ThreadingUnixStreamServer(str(line), Answering) as server:
        server.daemon_threads = True
        server.socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        thread = threading.Thread(target=server.serve_forever, args=(0.05,), name="shell")
        thread.start()
        try:
            yield Shell(folder=folder, clock=clock, environment=environment)
        finally:
            server.shutdown()
            thread.join()


def _answer(call: dict[str, Any], clock: Clock) -> dict[str, Any]:
    out, err = io.StringIO(), io.StringIO()
    os.chdir(call["folder"])
    around = Surroundings(
        environment=call["environment"], input=io.StringIO(call["input"]), out=out, err=err, clock=clock
    )
    status = main(call["arguments"], around)
    return {"status": int(status), "out": out.getvalue(), "err": err.getvalue()}
