"""`login` and `profiles`: a Fleetgraph is kept under a name, and its key where nobody else looks."""

import sys
import tomllib
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from starlette.responses import JSONResponse

from cli.errors import Exit
from tests.cli.command import Command
from tests.cli.scripted import Scripted

KEY = "made-up-key-" + "of-a-test"
RATE = {"limit": 10, "remaining": 9, "resetsAt": "2026-04-06T12:01:00Z"}
VIEWER = {"viewer": {"name": "ci", "scopes": ["READ"], "accounts": None}, "rateLimit": RATE}


@pytest.fixture
def at_home(script: Scripted, tmp_path: Path) -> Command:
    script.answer = lambda request: {"data": VIEWER}
    return Command(url="", environment={"XDG_CONFIG_HOME": str(tmp_path), "FLEETGRAPH_URL": ""})


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "fleetgraph" / "config.toml"


@pytest.fixture
def keyring(monkeypatch: pytest.MonkeyPatch) -> dict[tuple[str, str], str]:
    """A library like the real one, whose keys are in a dictionary."""
    keys: dict[tuple[str, str], str] = {}

    class Backend:
        priority = 5

    library, errors = ModuleType("keyring"), ModuleType("keyring.errors")
    members: dict[str, Any] = {
        "get_keyring": Backend,
        "set_password": lambda service, name, key: keys.__setitem__((service, name), key),
        "get_password": lambda service, name: keys.get((service, name)),
        "delete_password": lambda service, name: keys.pop((service, name)),
        "errors": errors,
    }
    for name, member in members.items():
        setattr(library, name, member)
    errors.KeyringError = type("KeyringError", (Exception,), {})  # type: ignore[attr-defined]  # pyright: ignore[reportAttributeAccessIssue]
    monkeypatch.setitem(sys.modules, "keyring", library)
    monkeypatch.setitem(sys.modules, "keyring.errors", errors)
    return keys


def test_a_key_that_works_is_kept_in_a_file_of_ones_own(
    at_home: Command, script: Scripted, file: Path
) -> None:
    ended = at_home("login", "work", "--url", script.url, "--no-keyring", stdin=f"{KEY}\n")
    assert ended.status == Exit.OK, ended
    assert f"You are ci at {script.url}" in ended.out
    assert KEY not in ended.out + ended.err
    assert file.stat().st_mode & 0o777 == 0o600
    kept = {"profile": "work", "profiles": {"work": {"url": script.url, "key": KEY}}}
    assert tomllib.loads(file.read_text("utf-8")) == kept
    assert at_home("whoami", "--jq", ".profile").out == "work\n"
    assert script.headers[-1]["authorization"] == f"Bearer {KEY}"


def test_a_key_that_does_not_work_is_not_kept(at_home: Command, script: Scripted, file: Path) -> None:
    script.answer = lambda request: JSONResponse({}, 401)
    ended = at_home("login", "work", "--url", script.url, stdin=KEY)
    assert ended.status == Exit.FORBIDDEN
    assert not file.exists()


def test_a_key_is_kept_in_the_keyring_where_there_is_one(
    at_home: Command, script: Scripted, file: Path, keyring: dict[tuple[str, str], str]
) -> None:
    at_home("login", "work", "--url", script.url, stdin=KEY)
    assert list(keyring.values()) == [KEY]
    assert KEY not in file.read_text("utf-8")
    at_home("whoami")
    assert script.headers[-1]["authorization"] == f"Bearer {KEY}"
    assert at_home("profiles", "remove", "work").status == Exit.OK
    assert keyring == {}


def test_the_key_in_the_keyring_goes_to_its_own_address(
    at_home: Command, script: Scripted, file: Path, keyring: dict[tuple[str, str], str]
) -> None:
    at_home("login", "work", "--url", script.url, stdin=KEY)
    file.write_text(file.read_text("utf-8").replace("127.0.0.1", "localhost"), encoding="utf-8")
    ended = at_home("whoami")
    assert ended.status == Exit.USAGE
    assert "The system's keyring has no key for the profile work" in ended.err


def test_a_key_in_a_keyring_that_is_not_there_is_said(at_home: Command, script: Scripted, file: Path) -> None:
    file.parent.mkdir()
    file.write_text(f'profile = "a"\n[profiles.a]\nurl = "{script.url}"\nkeyring = true\n', encoding="utf-8")
    ended = at_home("whoami")
    assert ended.status == Exit.USAGE
    assert "Install fleetgraph-cli[keyring]" in ended.err


def test_what_somebody_wrote_into_the_file_stays(at_home: Command, script: Scripted, file: Path) -> None:
    file.parent.mkdir()
    file.write_text(
        '# mine\nprofile = "old"\n\n[profiles.old]\nurl = "http://127.0.0.1:1/graphql"  # here\n', "utf-8"
    )
    at_home("login", "work", "--url", script.url, "--no-key")
    text = file.read_text("utf-8")
    assert "# mine" in text
    assert "# here" in text
    assert at_home("profiles", "-o", "name").out == "old\nwork\n"
    assert at_home("profiles", "use", "old").status == Exit.OK
    assert at_home("profiles", "list", "--jq", ".profiles[] | select(.isUsed) | .name").out == "old\n"


def test_profiles_show_no_key(at_home: Command, script: Scripted) -> None:
    at_home("login", "work", "--url", script.url, "--no-keyring", stdin=KEY)
    for form in ("table", "wide", "json", "csv", "yaml"):
        assert KEY not in at_home("profiles", "-o", form).out


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o604])
def test_a_file_that_others_can_read_is_remarked_on(
    at_home: Command, script: Scripted, file: Path, mode: int
) -> None:
    at_home("login", "work", "--url", script.url, "--no-keyring", stdin=KEY)
    assert "others can read" not in at_home("whoami").err
    file.chmod(mode)
    ended = at_home("whoami")
    assert ended.status == Exit.OK
    assert f"others can read the keys in {file}. Close it: chmod 600 {file}" in ended.err


def test_a_key_among_the_arguments_is_warned_of(at_home: Command, script: Scripted) -> None:
    ended = at_home("whoami", "--url", script.url, "--key", KEY)
    assert ended.status == Exit.OK
    assert "others can see --key in the list of processes. Use FLEETGRAPH_KEY." in ended.err
    assert KEY not in ended.out + ended.err


def test_a_profile_that_a_flag_names_beats_the_environment(at_home: Command, script: Scripted) -> None:
    at_home("login", "work", "--url", script.url, "--no-keyring", stdin=KEY)
    at_home.environment = {
        **at_home.environment,
        "FLEETGRAPH_URL": "http://127.0.0.1:1/",
        "FLEETGRAPH_KEY": "x",
    }
    assert at_home("--profile", "work", "whoami").status == Exit.OK
    assert script.headers[-1]["authorization"] == f"Bearer {KEY}"


def test_a_profile_that_is_not_there_is_said_with_the_one_that_may_be_meant(
    at_home: Command, script: Scripted
) -> None:
    at_home("login", "work", "--url", script.url, "--no-key")
    ended = at_home("profiles", "use", "wrok")
    assert (ended.status, ended.out) == (Exit.NOT_FOUND, "")
    assert "Did you mean work?" in ended.err


def test_which_fleetgraph_has_to_be_said_once(at_home: Command) -> None:
    ended = at_home("login", stdin=KEY)
    assert ended.status == Exit.USAGE
    assert "Give --url" in ended.err
