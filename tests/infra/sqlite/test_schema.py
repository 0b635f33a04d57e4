"""A file that cannot be used is said to be so in a sentence, and left as it is."""

import os
import sqlite3
import stat
from contextlib import closing
from pathlib import Path

import pytest

from infra.sqlite.schema import VERSION, FileUnusable, connect, create, prepare


@pytest.fixture
def path(tmp_path: Path) -> Path:
    made = tmp_path / "fleet.db"
    prepare(made)
    return made


def test_a_new_file_is_for_its_owner_alone(path: Path) -> None:
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert list(path.parent.iterdir()) == [path]


def test_a_file_is_for_its_owner_alone_before_anything_is_in_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    modes: list[int] = []

    def noting(connection: sqlite3.Connection) -> None:
        modes.extend(stat.S_IMODE(one.stat().st_mode) for one in tmp_path.iterdir())
        create(connection)

    monkeypatch.setattr("infra.sqlite.schema.create", noting)
    prepare(tmp_path / "fleet.db")
    assert set(modes) == {0o600}


def test_a_file_that_others_could_read_is_closed_to_them(path: Path) -> None:
    path.chmod(0o644)
    assert prepare(path) is False
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_the_name_of_a_new_file_is_on_the_disk_before_anything_is_answered(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After a power failure the folder would not list it, and the next start would make another."""
    listed: list[list[str]] = []

    def noting(descriptor: int) -> None:
        if stat.S_ISDIR(os.fstat(descriptor).st_mode):
            listed.append(os.listdir(descriptor))

    monkeypatch.setattr(os, "fsync", noting)
    prepare(tmp_path / "fleet.db")
    assert listed == [["fleet.db"]]


def test_every_commit_waits_for_the_disk(path: Path) -> None:
    """What a power failure leaves cannot be tried here; it depends on these two alone."""
    with closing(connect(path)) as connection:
        assert connection.execute("PRAGMA synchronous").fetchone() == (2,)  # FULL
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)


def test_a_half_made_file_of_a_start_that_was_killed_is_made_anew(tmp_path: Path) -> None:
    path = tmp_path / "fleet.db"
    (tmp_path / "fleet.db.new").write_bytes(b"SQLite format 3\x00 and then nothing")
    prepare(path)
    prepare(path)
    assert list(tmp_path.iterdir()) == [path]


def fill(path: Path) -> None:
    with closing(connect(path)) as connection:
        connection.executemany(
            "INSERT INTO rows (pk, sk, attributes) VALUES (?, ?, ?)",
            [(f"{number}", "-", "x" * 500) for number in range(200)],
        )
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def empty(path: Path) -> None:
    path.write_bytes(b"")


def truncate(path: Path) -> None:
    fill(path)
    path.write_bytes(path.read_bytes()[:20_000])


def overwrite(path: Path) -> None:
    path.write_text("no database at all, but a text that somebody saved here\n" * 100, encoding="utf-8")


def scribble(path: Path) -> None:
    fill(path)
    whole = bytearray(path.read_bytes())
    whole[8192:40_000] = b"\xff" * (40_000 - 8192)
    path.write_bytes(whole)


def be_of_another_version(path: Path) -> None:
    with closing(connect(path)) as connection:
        connection.execute(f"PRAGMA user_version = {VERSION + 1}")


def be_of_another_program(path: Path) -> None:
    path.unlink()
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE theirs (a)")


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (empty, "is empty"),
        (truncate, "damaged|malformed"),
        (overwrite, "not a database"),
        (scribble, "damaged|malformed"),
        (be_of_another_version, "another version"),
        (be_of_another_program, "no file of Fleetgraph"),
    ],
)
def test_a_file_that_cannot_be_used_is_left_as_it_is(path: Path, spoil: object, said: str) -> None:
    assert callable(spoil)
    spoil(path)
    before = path.read_bytes()
    with pytest.raises(FileUnusable, match=said) as raised:
        prepare(path)
    assert str(path) in str(raised.value)
    assert path.read_bytes() == before


def test_a_file_that_can_only_be_read_is_refused(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Root may write everywhere, so that the database is opened for reading instead."""
    real = sqlite3.connect
    monkeypatch.setattr(
        sqlite3, "connect", lambda target, **more: real(target.replace("mode=rw", "mode=ro"), **more)
    )
    with pytest.raises(FileUnusable, match="readonly"):
        prepare(path)


def test_a_folder_that_is_not_there_is_said_to_be_so(tmp_path: Path) -> None:
    with pytest.raises(FileUnusable, match="No such file or directory"):
        prepare(tmp_path / "none" / "fleet.db")
