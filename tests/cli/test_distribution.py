"""`pip install ./cli`: the command and what it needs, and nothing of the service."""

import os
import re
import subprocess
import sys
import zipfile
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
OF_THE_SERVICE = {
    "boto3",
    "botocore",
    "strawberry-graphql",
    "graphql-core",
    "cryptography",
    "pydantic",
    "starlette",
}


def needed(name: str, found: set[str] | None = None) -> set[str]:
    """A distribution and all that it needs here, by the metadata of what is installed."""
    found = set() if found is None else found
    requires = distribution(name).requires or ()
    found.add(re.sub(r"[-_.]+", "-", name).lower())
    for requirement in requires:
        wanted, _, marker = requirement.partition(";")
        other = re.match(r"[\w.-]+", wanted)
        assert other is not None
        if "extra ==" in marker or re.sub(r"[-_.]+", "-", other[0]).lower() in found:
            continue
        try:
            needed(other[0], found)
        except PackageNotFoundError:
            assert marker, f"{name} needs {wanted}"  # for another platform
    return found


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(build, cwd=ROOT / "cli", check=True, capture_output=True)
    (built,) = folder.glob("fleetgraph_cli-*.whl")
    return built


def test_the_wheel_holds_the_command_alone(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    assert {name.partition("/")[0].partition("-")[0] for name in names} == {"cli", "fleetgraph_cli"}
    sources = {path.relative_to(ROOT).as_posix() for path in (ROOT / "cli").rglob("*.py")}
    assert sources <= set(names)


def test_it_needs_nothing_of_the_service(wheel: Path) -> None:
    metadata = next(name for name in zipfile.ZipFile(wheel).namelist() if name.endswith("METADATA"))
    text = zipfile.ZipFile(wheel).read(metadata).decode()
    wanted = re.findall(r"^Requires-Dist: ([\w-]+)(?!.*extra ==)", text, re.MULTILINE)
    everything = set().union(*(needed(name) for name in wanted))
    assert {"httpx", "click", "rich"} <= everything
    assert everything.isdisjoint(OF_THE_SERVICE)
    assert len(everything) < 20


def test_it_runs_where_nothing_else_is_installed(wheel: Path, tmp_path: Path) -> None:
    """With a path that holds the wheel and links to what it needs."""
    for name in (
        needed("httpx")
        | needed("click")
        | needed("rich")
        | needed("tomlkit")
        | needed("jq")
        | needed("pyyaml")
    ):
        for file in distribution(name).files or ():
            top = file.parts[0]
            place = tmp_path / top
            if top not in ("..", "__pycache__") and not place.exists():
                place.symlink_to(Path(str(distribution(name).locate_file(top))))
    zipfile.ZipFile(wheel).extractall(tmp_path)
    run = "import sys; sys.path.insert(0, sys.argv.pop(1)); from cli.main import main; sys.exit(main())"
    ended = subprocess.run(
        [sys.executable, "-I", "-S", "-c", run, str(tmp_path), "clusters", "--url", "http://127.0.0.1:1"],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        env={"PATH": os.environ["PATH"], "HOME": str(tmp_path)},
        check=False,
    )
    assert ended.returncode == 7, ended.stderr
    assert "Cannot connect to http://127.0.0.1:1/graphql" in ended.stderr
