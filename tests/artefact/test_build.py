"""The folders that go to Lambda: what is in them, and that it is enough."""

import hashlib
import json
import os
import re
import shutil
import struct
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.artefact.conftest import BUILT, ROOT, RUNTIME

pytestmark = [pytest.mark.apart, pytest.mark.timeout(900)]

FUNCTIONS = ["plan", "observe", "api"]
MACHINES = {"x86_64": 62, "arm64": 183}
"""As the ELF header numbers them."""

UNCHECKED_HASH = 0b01


def machines(folder: Path) -> set[int]:
    libraries = list(folder.rglob("*.so"))
    assert libraries, "pydantic comes with one at least"
    return {struct.unpack_from("<H", library.read_bytes(), 18)[0] for library in libraries}


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_handler_imports_from_its_folder_alone(name: str) -> None:
    folder = BUILT / name.title()
    lazily = ", gateway.http.app, mangum" if name == "api" else ""
    program = f"import sys; sys.path.insert(0, {str(folder)!r}); import functions.{name}{lazily}"
    done = subprocess.run([RUNTIME, "-ISB", "-c", program], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("name", ["plan", "observe"])
def test_the_background_carries_no_graphql(name: str) -> None:
    there = {path.name for path in (BUILT / name.title()).iterdir()}
    assert there.isdisjoint({"strawberry", "graphql", "gateway", "mangum", "starlette"})


def test_only_what_observes_can_read_a_websocket() -> None:
    assert not (BUILT / "Api" / "websockets").exists()
    folder = BUILT / "Observe"
    program = f"import sys; sys.path.insert(0, {str(folder)!r}); import functions.observe, adapters.websocket"
    subprocess.run([RUNTIME, "-ISB", "-c", program], check=True)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_nothing_of_tests_tools_or_this_machine_is_in_it(name: str) -> None:
    folder = BUILT / name.title()
    there = {path.name for path in folder.iterdir()}
    assert there.isdisjoint({"tests", "sandbox", "local", "bin", "pytest", "moto", "uvicorn"})
    here = str(ROOT).encode()
    assert [path for path in folder.rglob("*") if path.is_file() and here in path.read_bytes()] == []


@pytest.mark.parametrize("name", FUNCTIONS)
def test_every_source_is_compiled_and_in_the_one_file_that_a_start_reads(name: str) -> None:
    folder = BUILT / name.title()
    contents = asked(folder, "json.dumps(list(sys.meta_path[0].contents.modules))")
    assert len(contents) > 500
    compiled = {file.name.partition(".")[0]: file for file in folder.rglob("*.pyc")}
    assert compiled.keys() == {"__init__", "prepared"}, "what reads that file"
    for file in compiled.values():
        assert file.parent == folder / "functions" / "__pycache__"
        assert struct.unpack_from("<I", file.read_bytes(), 4)[0] == UNCHECKED_HASH, "which needs no clock"
    sources = {source.relative_to(folder).with_suffix("") for source in folder.rglob("*.py")}
    modules = {".".join(source.parts).removesuffix(".__init__") for source in sources}
    assert modules - set(contents) == {"functions", "functions.prepared"}


def asked(folder: Path, expression: str) -> Any:
    """What the runtime's own Python says of a built function, with its own folder on its path and nothing else."""
    program = f"import sys; sys.path.insert(0, {str(folder)!r}); import functions, json; print({expression})"
    done = subprocess.run([RUNTIME, "-ISB", "-c", program], capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


COMPILES = """
import dataclasses, json, sys
sys.path.insert(0, sys.argv[1])
import functions
found, known = [], sys.meta_path[0].contents.methods
as_prepared = dataclasses.exec
def execute(text, *where):
    found.append(functions.prepared.digest(text) in known)
    as_prepared(text, *where)
dataclasses.exec = execute
import importlib
importlib.import_module("functions." + sys.argv[2])
if sys.argv[2] == "api":
    from gateway.schema import SCHEMA
    SCHEMA.whole()
print(json.dumps([len(found), found.count(False)]))
"""


@pytest.mark.parametrize("name", FUNCTIONS)
def test_no_class_is_compiled_at_a_start(name: str) -> None:
    done = subprocess.run(
        [RUNTIME, "-ISB", "-c", COMPILES, BUILT / name.title(), name],
        capture_output=True,
        text=True,
        check=True,
    )
    classes, compiled = json.loads(done.stdout)
    assert classes > 50
    assert compiled == 0


@pytest.mark.parametrize("name", FUNCTIONS)
def test_only_ours_carries_its_source_for_the_lines_of_a_traceback(name: str) -> None:
    folder = BUILT / name.title()
    with_source = {source.relative_to(folder).parts[0] for source in folder.rglob("*.py")}
    assert with_source == {"fleet", "adapters", "infra", "functions"} | (
        {"gateway"} if name == "api" else set()
    )


def test_what_is_built_is_for_the_processor_that_the_built_template_has_by_default() -> None:
    template = (BUILT / "template.yaml").read_text(encoding="utf-8")
    architecture = re.search(r"^  Architecture:\n(?:    .*\n)*?    Default: (\S+)$", template, re.MULTILINE)
    assert architecture is not None
    for name in FUNCTIONS:
        assert machines(BUILT / name.title()) == {MACHINES[architecture[1]]}


def test_each_processor_gets_its_own_machine_code(tmp_path: Path) -> None:
    command = [
        "make",
        "--no-print-directory",
        "build-Observe",
        "ARCHITECTURE=arm64",
        f"ARTIFACTS_DIR={tmp_path}",
    ]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "MB of 18, for arm64" in done.stdout
    assert machines(tmp_path) == {MACHINES["arm64"]}


def digests(built: Path) -> dict[str, str]:
    return {
        str(path.relative_to(built)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in built.rglob("*")
        if path.is_file()
    }


def test_sam_build_in_a_fresh_checkout_elsewhere_gives_the_same_bytes(tmp_path: Path) -> None:
    """By `sam build` alone, as docs/aws.md has it, with nothing of ours installed there."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    for name in filter(None, listed.stdout.split("\0")):
        if (ROOT / name).is_file():
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(ROOT / name, tmp_path / name)
    if (ROOT / "web" / "dist").is_dir():
        shutil.copytree(ROOT / "web" / "dist", tmp_path / "web" / "dist")
    (architecture,) = [name for name, machine in MACHINES.items() if machines(BUILT / "Observe") == {machine}]
    done = subprocess.run(
        [ROOT / ".venv-sam" / "bin" / "sam", "build"],
        cwd=tmp_path,
        env={**os.environ, "ARCHITECTURE": architecture, "SAM_CLI_TELEMETRY": "0"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    again, built = digests(tmp_path / ".aws-sam" / "build"), digests(BUILT)
    assert len(again) > 1000
    del again["template.yaml"], built["template.yaml"]  # `make build` writes there what it built for
    assert again == built
