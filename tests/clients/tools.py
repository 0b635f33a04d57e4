"""The tools of Node's and Python's worlds that speak for clients, run as a person runs them."""

import os
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


def run_mypy(*arguments: object, cwd: Path) -> "subprocess.CompletedProcess[str]":
    return run(
        sys.executable, "-m", "mypy", "--strict", "--config-file=", "--cache-dir=cache", *arguments, cwd=cwd
    )
