"""The folder of the state: for its owner alone, for one runner at a time, and what else is in it stays as it is."""

import stat
from pathlib import Path

import pytest

from fleet.ports.clock import SystemClock
from infra.store.table import TableUnavailable
from local.state import StateError, dynamodb_at, file_of


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_a_folder_and_what_is_in_it_are_for_their_owner_alone(tmp_path: Path) -> None:
    folder = tmp_path / "deep" / "state"
    with file_of(folder, "fleetgraph") as state:
        assert (state.is_new, state.is_private) == (True, True)
        assert mode(folder) == 0o700
        assert mode(folder / "fleetgraph.db") == 0o600


def test_a_folder_of_ours_that_others_could_read_is_closed(tmp_path: Path) -> None:
    folder = tmp_path / "state"
    with file_of(folder, "sandbox"):
        pass
    folder.chmod(0o755)
    with file_of(folder, "sandbox") as state:
        assert not state.is_new
        assert mode(folder) == 0o700


def test_a_folder_with_files_of_others_stays_open_to_them(tmp_path: Path) -> None:
    folder = tmp_path / "shared"
    folder.mkdir()
    folder.chmod(0o755)
    (folder / "somebody.txt").write_text("theirs", encoding="utf-8")
    with file_of(folder, "fleetgraph"):
        assert mode(folder) == 0o755
        assert mode(folder / "fleetgraph.db") == 0o600


def test_one_runner_at_a_time_uses_a_file_and_the_next_follows(tmp_path: Path) -> None:
    with file_of(tmp_path, "sandbox"), file_of(tmp_path, "fleetgraph"):
        for name in ("sandbox", "fleetgraph"):
            with pytest.raises(StateError, match="in use by another Fleetgraph"), file_of(tmp_path, name):
                pass
    with file_of(tmp_path, "sandbox") as state:
        assert not state.is_new


class Closable:
    """A client of DynamoDB that is asked nothing."""

    is_closed = False

    def close(self) -> None:
        self.is_closed = True


def test_a_given_dynamodb_is_not_its_users_alone_and_deletes_what_has_expired_itself(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    client = Closable()
    monkeypatch.setattr("local.state.open_with_table", lambda endpoint, name: (client, True))
    with dynamodb_at("http://127.0.0.1:9", "fleetgraph", SystemClock()) as state:
        assert (state.is_new, state.is_private, state.expire) == (True, False, None)
        assert not client.is_closed
    assert client.is_closed


def test_a_given_dynamodb_that_cannot_be_used_is_named_by_its_setting(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def refuse(endpoint: str, name: str) -> None:
        raise TableUnavailable("it is another table")

    monkeypatch.setattr("local.state.open_with_table", refuse)
    with (
        pytest.raises(StateError, match="AWS_ENDPOINT_URL: it is another table"),
        dynamodb_at("http://127.0.0.1:9", "fleetgraph", SystemClock()),
    ):
        pass
