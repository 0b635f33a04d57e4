"""A provider in a package of its own is held to the contract and served, and what stands in its way is said."""

import os
import subprocess
import sys
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest

from fleet.providers import outside
from fleet.providers.outside import OutsideProvider, Registry, UnusableProvider
from tests.contract.places import ROOT

BEACON = ROOT / "tests" / "outside" / "beacon"
UV = ROOT / ".venv" / "bin" / "uv"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that the package is installed into, and nothing of the house."""
    site = tmp_path_factory.mktemp("site")
    quietly = ("--quiet", "--offline", "--no-deps", "--no-build-isolation")
    into = ("--python", sys.executable, "--target", str(site))
    subprocess.run([UV, "pip", "install", *quietly, *into, BEACON], check=True, timeout=60)
    return site


def run(site: Path, elsewhere: Path, *arguments: str) -> "subprocess.CompletedProcess[str]":
    environment = os.environ | {"PYTHONPATH": str(site)}
    command = [sys.executable, "-m", *arguments]
    return subprocess.run(
        command, env=environment, cwd=elsewhere, capture_output=True, text=True, timeout=100, check=False
    )


def test_it_is_held_to_the_contract_and_the_suite_says_what_it_proves(site: Path, tmp_path: Path) -> None:
    ended = run(site, tmp_path, "fleetgraph.testing", "fleetgraph_beacon.kit:KIT")
    assert ended.returncode == 0, ended.stdout
    lines = ended.stdout.splitlines()
    assert any(line.startswith("Beacon: 13 exempt, 22 met") for line in lines), lines[-40:]
    assert any(line.split()[:2] == ["met", "deletes-cluster"] for line in lines)
    assert any(
        line.split(maxsplit=2)[:2] == ["exempt", "updates-cluster"]
        and line.endswith("stays as it was created.")
        for line in lines
    )


@pytest.mark.thorough
def test_it_is_served_by_the_gateway(site: Path) -> None:
    ended = run(site, ROOT, "pytest", "-q", "-p", "no:cacheprovider", "tests/outside/served.py")
    assert ended.returncode == 0, ended.stdout
    assert "6 passed" in ended.stdout


def test_the_sandbox_starts_its_fake(site: Path, tmp_path: Path) -> None:
    ended = run(site, tmp_path, "sandbox", "--help")
    assert "{beacon,cockroachdb," in ended.stdout


@pytest.mark.thorough
def test_a_broken_contract_ends_with_an_error_that_names_the_rule(site: Path, tmp_path: Path) -> None:
    adapter = (site / "fleetgraph_beacon" / "adapter.py").read_text(encoding="utf-8")
    broken = tmp_path / "fleetgraph_beacon"
    broken.mkdir()
    for file in (site / "fleetgraph_beacon").iterdir():
        if file.suffix in (".py", ".toml"):
            (broken / file.name).write_bytes(file.read_bytes())
    (broken / "adapter.py").write_text(
        adapter.replace('PHASES.get(wire.state or "", Phase.UNKNOWN)', 'PHASES[wire.state or ""]'),
        encoding="utf-8",
    )
    (broken / "kit.py").write_text(
        (broken / "kit.py").read_text(encoding="utf-8").replace("list-clusters.json", "nothing.json"),
        encoding="utf-8",
    )
    chosen = ("-k", "unknown_value or recorded")
    ended = run(tmp_path, tmp_path, "fleetgraph.testing", "fleetgraph_beacon.kit:KIT", *chosen)
    assert ended.returncode == 1
    failed = {line.split()[1] for line in ended.stdout.splitlines() if line.startswith("  failed")}
    assert failed == {"unknown-words", "recorded-answers"}
    assert "Beacon has no recorded answer: write" in ended.stdout


def test_a_run_without_a_kit_is_refused_with_a_message(tmp_path: Path) -> None:
    ended = run(tmp_path, tmp_path, "fleetgraph.testing", "json:loads")
    assert (ended.returncode, ended.stderr) == (
        64,
        "fleetgraph.testing: json:loads names no Kit of fleetgraph.testing\n",
    )


# ---------------------------------------------------------------------- what stands in its way

GIVEN = OutsideProvider(provider="json:loads", adapter="json:nothing", types="nowhere:TYPES")


def test_a_package_that_brings_nothing_usable_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    for value, words in (
        ("nowhere:ACME", "nowhere:ACME cannot be imported"),
        ("json:loads", "json:loads is no OutsideProvider"),
    ):
        entry = EntryPoint(name="acme", value=value, group=outside.GROUP)
        monkeypatch.setattr(outside, "entries", lambda entry=entry: [entry])
        monkeypatch.setattr(outside, "outside_providers", outside.outside_providers.__wrapped__)
        with pytest.raises(UnusableProvider, match=f"'acme' of the entry points.*{words}"):
            list(Registry("provider", {}))
        monkeypatch.undo()


def test_a_part_that_is_missing_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outside, "outside_providers", lambda: {"acme": GIVEN})
    assert list(Registry("provider", {})) == ["acme"]
    with pytest.raises(UnusableProvider, match="json:nothing cannot be imported"):
        list(Registry("adapter", {}))


def test_nobody_takes_the_place_of_a_provider_of_the_house(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outside, "outside_providers", lambda: {"acme": GIVEN})
    with pytest.raises(UnusableProvider, match="Fleetgraph has one of that name itself"):
        list(Registry("provider", {"acme": "json:loads"}))
