"""Which Fleetgraph is asked, and who gets to see the key."""

from pathlib import Path

import pytest

from cli.errors import Exit, UsageError
from cli.settings import Settings, read_settings
from tests.cli.command import Command

KEY = "made-up-key-" + "of-a-test"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    file = tmp_path / "fleetgraph" / "config.toml"
    file.parent.mkdir()
    file.write_text(
        f"""
        profile = "production"
        [profiles.production]
        url = "https://fleet.example/graphql"
        key = "{KEY}"
        [profiles.here]
        url = "http://127.0.0.1:9000/graphql"
        [profiles.open]
        url = "http://fleet.example/graphql"
        key = "{KEY}"
        """,
        encoding="utf-8",
    )
    return tmp_path


def settings(
    folder: Path, url: str | None = None, key: str | None = None, profile: str | None = None, **names: str
) -> tuple[str, str | None]:
    read = read_settings(
        url=url, key=key, profile=profile, environment={"XDG_CONFIG_HOME": str(folder), **names}
    )
    return str(read.url), read.key


def test_without_anything_it_is_this_machine(tmp_path: Path) -> None:
    assert settings(tmp_path) == ("http://127.0.0.1:8000/graphql", None)


def test_the_file_is_in_the_home_where_nothing_else_is_said(tmp_path: Path, folder: Path) -> None:
    (tmp_path / ".config").symlink_to(folder)
    read = read_settings(url=None, key=None, profile=None, environment={"HOME": str(tmp_path)})
    assert read.url.host == "fleet.example"


def test_a_profile_is_named_by_the_file_the_environment_or_a_flag(folder: Path) -> None:
    assert settings(folder) == ("https://fleet.example/graphql", KEY)
    assert settings(folder, FLEETGRAPH_PROFILE="here") == ("http://127.0.0.1:9000/graphql", None)
    assert settings(folder, profile="production", FLEETGRAPH_PROFILE="here")[1] == KEY


def test_flags_go_before_the_environment_and_that_before_the_file(folder: Path) -> None:
    names = {"FLEETGRAPH_URL": "https://a.example/graphql", "FLEETGRAPH_KEY": "a"}
    assert settings(folder, **names) == ("https://a.example/graphql", "a")
    assert settings(folder, "https://b.example/graphql", "b", **names) == ("https://b.example/graphql", "b")
    assert settings(folder, FLEETGRAPH_KEY="a") == ("https://fleet.example/graphql", "a")
    assert settings(folder, FLEETGRAPH_URL="", FLEETGRAPH_KEY="") == ("https://fleet.example/graphql", KEY)


def test_the_key_of_a_profile_goes_nowhere_else(folder: Path) -> None:
    assert settings(folder, "https://other.example/graphql") == ("https://other.example/graphql", None)


def test_an_address_alone_is_enough(tmp_path: Path) -> None:
    assert settings(tmp_path, "https://fleet.example")[0] == "https://fleet.example/graphql"


@pytest.mark.parametrize("url", ["http://127.0.0.1:1/graphql", "http://localhost/graphql", "http://[::1]:1/"])
def test_a_key_may_go_to_this_machine_without_tls(tmp_path: Path, url: str) -> None:
    assert settings(tmp_path, url, KEY)[1] == KEY


@pytest.mark.parametrize("host", ["fleet.example", "192.0.2.1", "127.0.0.1.example", "localhost.example"])
def test_a_key_goes_to_no_other_machine_without_tls(tmp_path: Path, host: str) -> None:
    with pytest.raises(UsageError, match="not sent to"):
        settings(tmp_path, f"http://{host}/graphql", KEY)
    assert settings(tmp_path, f"http://{host}/graphql")[1] is None


def test_nor_does_the_key_of_a_profile(folder: Path) -> None:
    with pytest.raises(UsageError, match="not sent to"):
        settings(folder, profile="open")


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("[profiles.a]\nurl = 1", "needs a url"),
        ("[profiles.a]\nkey = 'b'", "needs a url"),
        ("[profiles.a]\nurl = 'b'\ntoken = 'c'", "token means nothing here"),
        ("keys = 1", "keys means nothing here"),
        ("profiles = 1", "profiles are tables"),
        ("[profile.a]\nurl = 'b'", r"AWS's spelling. Write \[profiles.a\]"),
        ("[profiles.aa]\nurl = 'c'", "Did you mean aa?"),
        ("[profiles.b]\nurl = 'c'", "has no"),
        ("[", "cannot be read"),
    ],
)
def test_a_file_that_cannot_be_used_is_said(tmp_path: Path, text: str, sentence: str) -> None:
    file = tmp_path / "fleetgraph" / "config.toml"
    file.parent.mkdir()
    file.write_text(text, encoding="utf-8")
    with pytest.raises(UsageError, match=sentence):
        settings(tmp_path, profile="a")


def test_a_profile_without_a_file_is_said(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="to find the profile a in"):
        settings(tmp_path, profile="a")


def test_a_profile_beside_a_url_is_refused(folder: Path) -> None:
    with pytest.raises(UsageError, match="Leave out either"):
        settings(folder, "https://other.example/graphql", profile="here")


@pytest.mark.parametrize("url", ["fleet.example", "ftp://fleet.example/", "https://", "http://a:b/", ":"])
def test_what_is_no_url_is_refused(tmp_path: Path, url: str) -> None:
    with pytest.raises(UsageError, match="http"):
        settings(tmp_path, url)


def test_credentials_in_a_url_are_refused_and_not_repeated(tmp_path: Path) -> None:
    with pytest.raises(UsageError) as caught:
        settings(tmp_path, f"https://me:{KEY}@fleet.example/graphql")
    assert KEY not in str(caught.value)


@pytest.mark.parametrize("key", [f"{KEY}\n", f"{KEY} {KEY}", f"{KEY}ä"])
def test_a_key_that_cannot_be_one_is_refused_and_not_repeated(tmp_path: Path, key: str) -> None:
    with pytest.raises(UsageError) as caught:
        settings(tmp_path, "https://fleet.example", key)
    assert KEY not in str(caught.value)


def test_a_key_is_in_no_representation(folder: Path) -> None:
    read = read_settings(url=None, key=KEY, profile=None, environment={})
    assert isinstance(read, Settings)
    assert KEY not in repr(read)


def test_wrong_settings_are_wrong_usage() -> None:
    ended = Command(url="http://fleet.example/graphql", environment={"FLEETGRAPH_KEY": KEY})("accounts")
    assert ended.status == Exit.USAGE
    assert "Use https" in ended.err
    assert KEY not in ended.err
