"""The comparison with gateways: that all are asked for the same clusters, and that asking measures what it should."""

import json
import os
import platform
import shutil
import socketserver
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import httpx
import pytest
from graphql import build_schema, parse, validate

from bench.performance.gateways import ours, servers, upstream
from bench.performance.gateways.load import Reader, encoded, load
from bench.performance.measures import MEASURES
from bench.performance.subjects.asking import ask
from bench.performance.subjects.fleet_query import ask_ours, ask_peer
from bench.performance.subjects.gateway import application
from infra.sqlite.table import SqliteTable


@dataclass(frozen=True, kw_only=True)
class Apis:
    url: str
    accounts: Mapping[str, str | None]
    bodies: Mapping[str, Any]

    def names(self, provider: str) -> set[str]:
        return {one["name"] for one in upstream.LISTS[provider].clusters_of(self.bodies[provider])}


@pytest.fixture(scope="module")
def apis() -> Iterator[Apis]:
    with servers.told("bench.performance.gateways.upstream") as (said, _), httpx.Client() as client:
        url, paths, accounts = cast("tuple[str, Any, Any]", (said["url"], said["paths"], said["accounts"]))
        assert client.get(f"{url}/elsewhere").status_code == 404
        bodies = {provider: client.get(f"{url}{path}").json() for provider, path in paths.items()}
        yield Apis(url=url, accounts=accounts, bodies=bodies)


@contextmanager
def serving(answer: Callable[[bytes], bytes]) -> Iterator[str]:
    """A server that answers each request, by its bytes, with these bytes; with none, it ends the connection."""

    class Handler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            while (request := self.request.recv(2**16)) and (answered := answer(request)):
                self.request.sendall(answered)

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}"
        finally:
            server.shutdown()
            thread.join()


def answered(body: bytes) -> bytes:
    return b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body)


def chunked(*chunks: bytes) -> bytes:
    framed = b"".join(b"%x\r\n%s\r\n" % (len(chunk), chunk) for chunk in (*chunks, b""))
    return b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n" + framed


def test_each_of_the_four_lists_has_250_clusters_whose_names_differ(apis: Apis) -> None:
    assert list(apis.bodies) == ["kupe", "northflank", "qovery", "cockroachdb"]
    assert {provider: len(apis.names(provider)) for provider in apis.bodies} == dict.fromkeys(
        apis.bodies, 250
    )


async def test_our_fleet_has_the_clusters_that_the_four_apis_list(apis: Apis, tmp_path: Path) -> None:
    file = tmp_path / "fleet.db"
    await ours.observe(file, apis.url, apis.accounts)
    table = SqliteTable(file)
    answer = await ask(application(table), ours.DOCUMENT)
    table.close()
    for provider in apis.bodies:
        page = answer["data"][provider]
        shown = {one["name"] for one in page["nodes"]}
        assert shown == apis.names(provider)
        assert not page["pageInfo"]["hasNextPage"]


async def test_our_pages_are_asked_for_until_no_provider_has_more() -> None:
    def page(has_next: bool, *names: str) -> Mapping[str, Any]:
        info = {"hasNextPage": has_next, "endCursor": names[-1]}
        return {"nodes": [{"name": name} for name in names], "pageInfo": info}

    def answer(request: bytes) -> bytes:
        variables = json.loads(request.partition(b"\r\n\r\n")[2])["variables"]
        asked.append(variables)
        pages = {"kupe": page(not variables, "b" if variables else "a"), "qovery": page(False, "c")}
        return answered(json.dumps({"data": pages}).encode())

    asked: list[Any] = []
    with serving(answer) as url:
        async with Reader.open(url) as reader:
            bodies, sizes, names = await ask_ours(reader)
    assert asked == [{}, {"kupe": "a", "qovery": "c"}]
    assert len(bodies) == len(sizes) == 2
    assert names["kupe"] == ["a", "b"]


async def test_a_peer_answers_with_the_lists_as_the_apis_have_them(apis: Apis) -> None:
    body = json.dumps({"data": apis.bodies}).encode()
    with serving(lambda _: answered(body)) as url:
        async with Reader.open(url) as reader:
            bodies, sizes, names = await ask_peer(reader)
    assert (len(bodies), sizes) == (1, [len(body)])
    assert {provider: len(found) for provider, found in names.items()} == dict.fromkeys(upstream.LISTS, 250)


@pytest.mark.parametrize("answer", [answered(b'{"a": 10}'), chunked(b'{"a"', b": 10}")])
async def test_an_answer_is_read_whole_with_its_length_and_in_chunks(answer: bytes) -> None:
    with serving(lambda _: answer) as url:
        async with Reader.open(url) as reader:
            assert [await reader.ask(b"{}") for _ in range(2)] == [b'{"a": 10}'] * 2


@pytest.mark.parametrize("answer", [b"HTTP/1.1 503 No\r\ncontent-length: 2\r\n\r\nno", answered(b"another")])
async def test_an_answer_that_is_not_the_one_that_was_compared_ends_the_measurement(answer: bytes) -> None:
    with serving(lambda _: answer) as url, pytest.raises(AssertionError):
        await load(url, [b"{}"], [3], 2, 60)


async def test_a_connection_that_ends_early_ends_the_measurement() -> None:
    with serving(lambda _: b"") as url, pytest.raises(AssertionError, match="ended before the answer"):
        await load(url, [b"{}"], [3], 1, 60)


async def test_a_reading_of_the_fleet_is_all_of_its_requests() -> None:
    asked: list[Any] = []

    def answer(request: bytes) -> bytes:
        asked.append(json.loads(request.partition(b"\r\n\r\n")[2])["variables"])
        return answered(b"whole")

    with serving(answer) as url:
        bodies = [encoded("{ a }", {}), encoded("{ a }", {"after": "b"})]
        measured = await load(url, bodies, [5, 5], 3, 0.05)
    assert len(asked) == 2 * len(measured.readings)
    assert asked.count({}) == len(measured.readings)
    assert measured.percentile(0.5) <= measured.percentile(0.99) <= max(measured.readings)


def test_the_peers_are_asked_for_what_their_schema_has() -> None:
    text = (servers.HERE / "tailcall.graphql").read_text(encoding="utf-8")
    schema = build_schema(text.replace("$PORT", "1"), assume_valid_sdl=True)
    document = (servers.HERE / "fleet.graphql").read_text(encoding="utf-8")
    assert validate(schema, parse(document)) == []
    composed = (servers.HERE / "compose.config.js").read_text(encoding="utf-8")
    for name, kind in schema.type_map.items():
        if name.startswith(("Kupe", "Northflank", "Qovery", "Cockroachdb")):
            assert f'"{name}"' in composed
            assert [field for field in kind.fields if f"{field}:" not in composed] == []  # type: ignore[attr-defined]


def test_a_process_is_counted_with_those_that_it_has_started() -> None:
    program = "import subprocess as s; p = s.Popen(['cat'], stdin=s.PIPE); print(p.pid, flush=True); input()"
    with subprocess.Popen(
        [sys.executable, "-c", program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as parent:
        assert parent.stdout is not None
        child = int(parent.stdout.readline())
        assert servers.family(parent.pid) == [parent.pid, child]
        parent.communicate("\n")


@pytest.fixture
def old_libc(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    program = tmp_path / "tailcall"
    program.touch()
    monkeypatch.setattr(servers, "TAILCALL", program)
    monkeypatch.setattr(servers, "NEWER_LIBC", tmp_path / "libc")
    monkeypatch.setattr(platform, "libc_ver", lambda: ("glibc", "2.36"))
    monkeypatch.setattr(shutil, "which", lambda _: None)
    return program


def test_tailcall_is_left_out_where_the_libc_that_it_needs_cannot_be_had(old_libc: Path) -> None:
    missing = servers.missing_for_tailcall()
    assert missing is not None
    assert "needs glibc 2.39" in missing


def test_tailcall_runs_with_a_newer_libc_where_the_machines_is_older(old_libc: Path) -> None:
    loader = old_libc.parent / "libc" / "usr" / "lib64" / "ld-linux-x86-64.so.2"
    loader.parent.mkdir(parents=True)
    loader.touch()
    assert servers.missing_for_tailcall() is None
    first, *_, last = servers.tailcall_command()
    assert (first, last) == (str(loader), str(old_libc))


def test_tailcall_runs_as_it_is_where_the_libc_is_new_enough(
    old_libc: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(platform, "libc_ver", lambda: ("glibc", "2.41"))
    assert servers.missing_for_tailcall() is None
    assert servers.tailcall_command() == [str(old_libc)]


def test_peers_that_are_not_installed_are_left_out(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(servers, "HIVE", tmp_path / "hive")
    monkeypatch.setattr(servers, "TAILCALL", tmp_path / "tailcall")
    missing = [one.missing() for one in MEASURES if one.name in ("gateways", "tailcall")]
    assert [reason is not None and "not installed" in reason for reason in missing] == [True, True]


def test_a_peer_that_ends_says_what_it_said() -> None:
    with (
        pytest.raises(SystemExit, match="no such schema"),
        servers.answering([sys.executable, "-c", "print('no such schema')"], 1, {}),
    ):
        pass


def test_every_subject_of_the_comparison_runs_with_the_environment_beside_it() -> None:
    compared = [one for one in MEASURES if one.name in ("gateways", "tailcall")]
    assert [[subject.name for subject in one.subjects] for one in compared] == [
        ["ours", "hive", "hive_cached"],
        ["ours", "tailcall"],
    ]
    assert all(
        {"SERVER", "AT_ONCE"} <= subject.environment.keys() for one in compared for subject in one.subjects
    )
    assert "SERVER" not in os.environ
