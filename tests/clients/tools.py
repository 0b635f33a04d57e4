"""The tools of Node's and Python's worlds that speak for clients, run as a person runs them."""

import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
HERE = Path(__file__).parent
PACKAGES = HERE / "node_modules"
GENERATOR = ROOT / ".venv-client" / "bin" / "ariadne-codegen"
PATH = f"{ROOT / '.venv' / 'bin'}{os.pathsep}{os.environ['PATH']}"  # where Node is when the machine has none


def has_node() -> bool:
    return shutil.which("node", path=PATH) is not None and (PACKAGES / ".package-lock.json").exists()


needs_node = [
    pytest.mark.xdist_group("node"),
    pytest.mark.skipif(not has_node(), reason="Node and its packages are not installed: make setup"),
]
needs_generator = pytest.mark.skipif(
    not GENERATOR.exists(), reason="the generator of Python clients is not installed: make setup"
)


def run(*command: object, cwd: Path = ROOT) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [str(part) for part in command],
        cwd=cwd,
        env={**os.environ, "PATH": PATH, "NO_COLOR": "1"},
        capture_output=True,
        text=True,
        check=False,
    )


def run_node(tool: str, *arguments: object, cwd: Path = ROOT) -> "subprocess.CompletedProcess[str]":
    """`tool` is a program that one of the packages brings, or a script."""
    script = Path(tool) if tool.endswith((".js", ".mjs")) else PACKAGES / ".bin" / tool
    return run(shutil.which("node", path=PATH) or "node", script, *arguments, cwd=cwd)


def follow(page: Path, heading: str, folder: Path, origin: str) -> "subprocess.CompletedProcess[str]":
    """Does in a folder what a page tells under a heading: its shell blocks are run, its others are the files that the
    text before them names. Nothing is installed: the packages are those of this repository.
    """
    text = page.read_text(encoding="utf-8").partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    script = [
        "set -euo pipefail",
        f"FLEETGRAPH={shlex.quote(str(ROOT))}",
        f"npm() {{ ln -sfn {shlex.quote(str(PACKAGES))} node_modules; }}",
        'npx() { local tool=$1; shift; node "node_modules/.bin/$tool" "$@"; }',
        "pip() { :; }",
        f'python() {{ {shlex.quote(sys.executable)} "$@"; }}',
        f'ariadne-codegen() {{ {shlex.quote(str(GENERATOR))} "$@"; }}',
    ]
    name = ""
    for before, language, block in re.findall(r"(.*?)^```(\w+)\n(.*?)^```$", text, re.MULTILINE | re.DOTALL):
        name = (re.findall(r"Write `([\w.]+)`", before) or [name])[-1]
        if language == "sh":
            script.append(block)
        else:
            written = block.replace("http://127.0.0.1:8000", origin)
            script.append(f"printf %s {shlex.quote(written)} > {name}")
    return run("bash", "-c", "\n".join(script), cwd=folder)


def run_mypy(*arguments: object, cwd: Path) -> "subprocess.CompletedProcess[str]":
    return run(
        sys.executable, "-m", "mypy", "--strict", "--config-file=", "--cache-dir=cache", *arguments, cwd=cwd
    )
