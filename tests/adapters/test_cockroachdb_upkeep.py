"""Backups, maintenance windows, connection strings, and tokens of an issuer that the organization trusts."""

from base64 import urlsafe_b64encode
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
from pydantic import SecretStr

from adapters.cockroachdb import CockroachdbAdapter
from adapters.cockroachdb.connection import without_password
from adapters.cockroachdb.convert import to_cluster
from adapters.cockroachdb.upkeep import WireMaintenanceWindow, to_maintenance_window
from adapters.cockroachdb.wire import WireCluster
from fleet.model.account import Account
from fleet.model.cluster import Cluster, Connection
from fleet.model.failure import Forbidden
from fleet.model.upkeep import Backup, MaintenanceWindow, Upkeep
from fleetgraph.testing.setting import Setting
from tests.adapters.replay import Replay, StillClock, fixture

PATH = "/api/v1/clusters/5b1f0c3e-0000-4000-8000-000000000001"
BACKUPS, WINDOW, STRING = f"{PATH}/backups", f"{PATH}/maintenance-window", f"{PATH}/connection-string"


@pytest.fixture
def provider() -> str:
    return "cockroachdb"


def advanced(**more: Any) -> Cluster:
    body = {**fixture("cockroachdb/cluster-advanced.json"), "id": PATH.rpartition("/")[2], **more}
    return to_cluster(WireCluster.model_validate(body), "account")


# ---------------------------------------------------------------------- backups


async def test_the_last_backup_is_the_newest_of_those_that_read() -> None:
    window = fixture("cockroachdb/maintenance-window.json")
    replay = Replay({BACKUPS: fixture("cockroachdb/list-backups.json"), WINDOW: window})
    assert await replay.open(CockroachdbAdapter).upkeep(advanced()) == Upkeep(
        last_backup=Backup(
            external_id="3b2e376c-15b6-4b67-b742-2f487d9f49c3", as_of=datetime(2026, 8, 9, tzinfo=UTC)
        ),
        maintenance_window=MaintenanceWindow(offset_seconds=172_800, length_seconds=21_600),
    )
    assert replay.asked[0] == f"{BACKUPS}?pagination.sort_order=DESC&pagination.limit=10"


@pytest.mark.parametrize("plan", ["BASIC", "STANDARD"])
async def test_only_an_advanced_cluster_is_asked_for_its_maintenance_window(plan: str) -> None:
    replay = Replay({BACKUPS: {"backups": [], "pagination": None}})
    cluster = advanced(plan=plan, config={"serverless": {}})
    assert await replay.open(CockroachdbAdapter).upkeep(cluster) == Upkeep()
    assert len(replay.asked) == 1


@pytest.mark.parametrize(
    "answer", [httpx.Response(404, json={"code": 5, "message": "not found"}), httpx.Response(200, json={})]
)
async def test_a_cluster_without_a_maintenance_window_shows_none(answer: httpx.Response) -> None:
    replay = Replay({BACKUPS: {"backups": []}, WINDOW: answer})
    assert await replay.open(CockroachdbAdapter).upkeep(advanced()) == Upkeep()


async def test_a_refusal_is_no_missing_window() -> None:
    refusal = httpx.Response(403, json={"code": 7, "message": "permission denied"})
    with pytest.raises(Forbidden):
        await Replay({BACKUPS: {"backups": []}, WINDOW: refusal}).open(CockroachdbAdapter).upkeep(advanced())


@pytest.mark.parametrize(
    ("version", "asked"),
    [("2024-09-16", [BACKUPS, WINDOW]), ("2023-04-10", [WINDOW]), ("2022-09-20", []), ("2022-03-31", [])],
)
async def test_an_older_version_is_asked_for_what_it_has(version: str, asked: list[str]) -> None:
    replay = Replay({BACKUPS: {"backups": []}, WINDOW: {}})
    await replay.open(CockroachdbAdapter, api_version=version).upkeep(advanced())
    assert [path.partition("?")[0] for path in replay.asked] == asked


@pytest.mark.parametrize(
    ("offset", "length", "window"),
    [
        ("172800s", "21600s", MaintenanceWindow(offset_seconds=172_800, length_seconds=21_600)),
        ("0s", "21600.5s", MaintenanceWindow(offset_seconds=0, length_seconds=21_600)),
        ("604800s", "21600s", None),
        ("2 days", "21600s", None),
        ("0s", "0s", None),
        (None, None, None),
    ],
)
def test_a_window_is_read_from_texts_of_seconds(
    offset: str | None, length: str | None, window: MaintenanceWindow | None
) -> None:
    wire = WireMaintenanceWindow(offset_duration=offset, window_duration=length)
    assert to_maintenance_window(wire) == window


def test_a_window_has_a_weekday_and_a_time() -> None:
    window = MaintenanceWindow(offset_seconds=2 * 86_400 + 6 * 3600 + 1800, length_seconds=21_600)
    assert (window.weekday, window.time) == ("WEDNESDAY", "06:30")


# ---------------------------------------------------------------------- connection strings


async def test_a_connection_string_is_shown_beside_the_endpoint_and_without_a_password() -> None:
    text = "postgresql://ada:planted-secret@db.example:26257/defaultdb?sslmode=verify-full"
    replay = Replay({STRING: {"connection_string": text, "params": {"Host": "db.example"}}})
    cluster = advanced()
    assert cluster.connection is not None
    assert await replay.open(CockroachdbAdapter).connection(cluster) == Connection(
        endpoint=cluster.connection.endpoint,
        url="postgresql://ada@db.example:26257/defaultdb?sslmode=verify-full",
    )
    assert replay.asked == [f"{STRING}?os=LINUX"]


@pytest.mark.parametrize(
    "text",
    ["postgresql://db.example:26257/defaultdb?options=a:b@c", "postgresql://<USER>@db.example/x", "no url"],
)
def test_a_connection_string_without_a_password_stays_as_it_is(text: str) -> None:
    assert without_password(text) == text


async def test_the_first_version_has_no_connection_string_and_an_endpoint_all_the_same() -> None:
    replay = Replay({})
    cluster = advanced()
    adapter = replay.open(CockroachdbAdapter, api_version="2022-03-31")
    assert await adapter.connection(cluster) == cluster.connection
    assert replay.asked == []


# ---------------------------------------------------------------------- tokens


HEAD = urlsafe_b64encode(b'{"alg":"RS256"}').decode().rstrip("=")
JWT = f"{HEAD}.body.signature"


@pytest.mark.parametrize(
    ("token", "external_id", "vanity"),
    [(JWT, "meridian", "meridian"), (JWT, None, None), ("CCDB1_secret", "meridian", None)],
)
async def test_a_jwt_goes_with_the_vanity_name_of_the_organization(
    token: str, external_id: str | None, vanity: str | None
) -> None:
    replay = Replay({"/api/v1/clusters": {"clusters": []}})
    account = Account(
        id="account",
        provider="cockroachdb",
        name="a test",
        external_id=external_id,
        token_hint="",
        token_replaced_at=StillClock().now(),
        budget_key="budget",
    )
    client = httpx.AsyncClient(transport=httpx.MockTransport(replay))
    await CockroachdbAdapter(account, SecretStr(token), replay, client=client, clock=StillClock()).clusters()
    assert replay.requests[0].headers.get("cc-vanity-name") == vanity
    assert replay.requests[0].headers["authorization"] == f"Bearer {token}"


# ---------------------------------------------------------------------- the fake provider


async def test_the_fake_provider_shows_all_of_it(here: Setting) -> None:
    adapter = here.adapter
    clusters = {one.name: one for one in (await adapter.clusters()).items}
    ledger, board = clusters["tracking-events"], clusters["dispatch-board"]
    assert await adapter.upkeep(ledger) == Upkeep(
        last_backup=Backup(
            external_id=(await adapter.upkeep(ledger)).last_backup.external_id,
            as_of=datetime(2026, 1, 1, tzinfo=UTC),
        ),
        maintenance_window=MaintenanceWindow(offset_seconds=172_800, length_seconds=21_600),
    )
    assert (await adapter.upkeep(board)).maintenance_window is None
    connection = await adapter.connection(ledger)
    assert connection.endpoint == ledger.connection.endpoint
    assert connection.url.startswith("postgresql://")
