"""What cannot be is said in a sentence, with the exit code 2, and nothing that was kept is overwritten."""

import os
import resource
import signal
import socket
import subprocess
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from infra.sqlite.schema import connect, prepare
from infra.store.table import Contended, TableUnavailable
from local.__main__ import main
from local.accounts import AccountsError
from local.fake_providers import SandboxError
from local.start import start
from local.state import file_of
from tests.runner import launch

pytestmark = pytest.mark.timeout(60)

TWICE = """
[[accounts]]
provider = "cockroachdb"
name = "one"
token_env = "COCKROACH_TOKEN"

[[accounts]]
provider = "cockroachdb"
name = "two"
token_env = "COCKROACH_TOKEN"
"""


Said = Callable[..., str]
"""What a start that is refused says. It gets the folder of the state, and more variables."""


@pytest.fixture
def said(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Said:
    """In this process: `test_runner` and two tests below show that a process says the same."""

    def refused(state: Path, **environment: str) -> str:
        for name, value in {"PORT": "0", "STATE": str(state), **environment}.items():
            monkeypatch.setenv(name, value)
        status = start()
        heard = capsys.readouterr()
        return sentence(status, heard.out, heard.err)

    return refused


@pytest.mark.parametrize("argument", ["--help", "8000"])
def test_an_argument_is_not_taken_for_a_wish_to_start(
    argument: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.argv", ["local", argument])
    assert main() == 2
    assert "takes no arguments" in capsys.readouterr().err


def said_by(process: "subprocess.Popen[str]") -> str:
    out, err = process.communicate(timeout=50)
    return sentence(process.returncode, out, err)


def sentence(status: int, out: str, err: str) -> str:
    assert status == 2, (status, out, err)
    assert out == ""
    assert "Traceback" not in err
    assert err.startswith("fleetgraph: ")
    return err


def empty(file: Path) -> None:
    file.write_bytes(b"")


def truncate(file: Path) -> None:
    with closing(connect(file)) as connection:
        connection.executemany(
            "INSERT INTO rows (pk, sk, attributes) VALUES (?, ?, ?)",
            [(f"{number}", "-", "x" * 500) for number in range(200)],
        )
    file.write_bytes(file.read_bytes()[:50_000])


def overwrite(file: Path) -> None:
    file.write_text("somebody saved a text here\n" * 200, encoding="utf-8")


@pytest.mark.parametrize("spoil", [pytest.param(empty, marks=pytest.mark.thorough), truncate, overwrite])
def test_a_state_that_cannot_be_read_is_said_to_be_so_and_left_as_it_is(
    tmp_path: Path, spoil: Callable[[Path], None], said: Said
) -> None:
    file = tmp_path / "sandbox.db"
    prepare(file)
    spoil(file)
    before = file.read_bytes()
    assert str(file) in said(tmp_path)
    assert file.read_bytes() == before


def test_a_state_that_is_no_folder_is_said_to_be_none(tmp_path: Path, said: Said) -> None:
    file = tmp_path / "state"
    file.write_text("mine", encoding="utf-8")
    assert f"nothing can be kept in {file}" in said(file)
    assert file.read_text(encoding="utf-8") == "mine"


def test_a_folder_that_can_only_be_read_is_said_to_be_so(said: Said) -> None:
    """Not even root may write there."""
    assert "nothing can be kept in /proc/1/fleetgraph" in said(Path("/proc/1/fleetgraph"))


def test_a_disk_that_is_full_at_the_start_is_said_to_be_so(tmp_path: Path) -> None:
    """A file that may not grow is one on a full disk."""
    process = launch(tmp_path)
    resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (4096, 4096))
    assert "sandbox.db" in said_by(process)
    assert not (tmp_path / "sandbox.db").exists()


@pytest.mark.parametrize(
    "error", [TableUnavailable("the disk is full"), Contended("another process holds it")]
)
def test_a_store_that_stops_answering_while_it_starts_is_said_to_do_so(
    tmp_path: Path, said: Said, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    async def give_up(*_: object) -> None:
        raise error

    monkeypatch.setattr("local.runner.known_accounts", give_up)
    accounts = tmp_path / "accounts.toml"
    accounts.write_text(TWICE.partition("\n\n")[0], encoding="utf-8")
    assert str(error) in said(tmp_path / "state", ACCOUNTS=str(accounts), COCKROACH_TOKEN="made-up-token")


def test_a_folder_in_use_is_said_to_be_so(tmp_path: Path, said: Said) -> None:
    with file_of(tmp_path, "sandbox"):
        assert "in use by another Fleetgraph" in said(tmp_path)


def test_two_entries_with_one_token_of_cockroachdb_are_said_to_be_one_account(
    tmp_path: Path, said: Said
) -> None:
    accounts = tmp_path / "accounts.toml"
    accounts.write_text(TWICE, encoding="utf-8")
    refusal = said(tmp_path, ACCOUNTS=str(accounts), COCKROACH_TOKEN="planted-token-value")
    assert "'one' and 'two'" in refusal
    assert "planted-token-value" not in refusal


@pytest.mark.parametrize(
    ("environment", "sentence"),
    [
        ({"HOST": "0.0.0.0"}, "HOST: whoever reaches 0.0.0.0 could change this fleet"),
        ({"ADMIN_KEY": "fg_a-key-that-never-opens"}, "ADMIN_KEY: what begins with fg_"),
        ({"PORT": "the usual one"}, "PORT: 'the usual one' is no port"),
    ],
)
def test_a_setting_that_cannot_be_is_said_to_be_none(
    tmp_path: Path, said: Said, environment: dict[str, str], sentence: str
) -> None:
    assert sentence in said(tmp_path / "state", **environment)
    assert not (tmp_path / "state").exists()


def test_a_port_in_use_is_said_before_anything_is_kept(tmp_path: Path, said: Said) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert f"cannot listen on 127.0.0.1 port {port}" in said(tmp_path / "state", PORT=str(port))
    assert not (tmp_path / "state").exists()


def test_a_fake_provider_that_does_not_start_is_said(
    tmp_path: Path, said: Said, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail() -> None:
        raise SandboxError("the fake kupe did not start")

    monkeypatch.setattr("local.start.fake_providers", fail)
    with file_of(tmp_path, "sandbox"):
        pass  # a start that is not the first one says nothing before
    assert "the fake kupe did not start" in said(tmp_path)


def test_what_is_to_be_forgotten_is_looked_for_at_the_start(
    tmp_path: Path, said: Said, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def refuse(*given: object) -> None:
        raise AccountsError(f"FORGET: {given[-1]} are two each")

    monkeypatch.setattr("local.runner.forget", refuse)
    accounts = tmp_path / "accounts.toml"
    accounts.write_text(TWICE.partition("\n\n")[0], encoding="utf-8")
    given = {"ACCOUNTS": str(accounts), "COCKROACH_TOKEN": "made-up-token", "FORGET": "kupe/acme,other"}
    assert "('kupe/acme', 'other') are two each" in said(tmp_path / "state", **given)


def test_a_wrong_file_is_refused_before_anything_starts(tmp_path: Path, said: Said) -> None:
    accounts = tmp_path / "accounts.toml"
    accounts.write_text(
        '[[accounts]]\nprovider = "kube"\nname = "acme"\ntoken_env = "ACME_TOKEN"\n', encoding="utf-8"
    )
    refusal = said(tmp_path / "state", ACCOUNTS=str(accounts), ACME_TOKEN="planted-token-value")
    assert "account 1 ('acme'): provider: 'kube'" in refusal
    assert "planted-token-value" not in refusal
    assert not (tmp_path / "state").exists()


def test_an_endpoint_without_region_is_a_question_for_one(
    tmp_path: Path, said: Said, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("AWS_REGION", "AWS_DEFAULT_REGION", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_CONFIG_FILE", os.devnull)
    refusal = said(tmp_path, AWS_ENDPOINT_URL="http://127.0.0.1:9")
    assert "AWS_ENDPOINT_URL: which region is meant at http://127.0.0.1:9? Set AWS_REGION" in refusal


def test_an_endpoint_that_is_no_url_is_said_to_be_unusable(tmp_path: Path, said: Said) -> None:
    refusal = said(tmp_path, AWS_ENDPOINT_URL="no url", AWS_REGION="eu-central-1")
    assert "AWS_ENDPOINT_URL: no url cannot be used" in refusal


@pytest.mark.parametrize("library", ["_pydantic_core", pytest.param("_sqlite3", marks=pytest.mark.thorough)])
def test_ctrl_c_in_the_first_second_ends_it_without_a_traceback(tmp_path: Path, library: str) -> None:
    """While it still imports what it needs. A Python that was interrupted within a text that it ran, as `dataclass`
    runs some, ends by the signal, which a shell shows as 130 too.
    """
    process = launch(tmp_path)
    while library not in Path(f"/proc/{process.pid}/maps").read_text(encoding="utf-8"):
        assert process.poll() is None
        time.sleep(0.002)
    os.kill(process.pid, signal.SIGINT)
    out, err = process.communicate(timeout=30)
    assert err == ""
    assert out.endswith("Fleetgraph has ended.\n")
    assert process.returncode in (0, 130, -signal.SIGINT)
