"""What a provider does to keep a cluster."""

from datetime import timedelta
from typing import Any

from fleet.model.cluster import Connection, Facts
from fleet.model.upkeep import Backup, MaintenanceWindow, Upkeep
from infra.store.store import TableStore
from tests.gateway.fleet import MERIDIAN, cluster, observe
from tests.gateway.world import NOON, Client


async def one(client: Client, name: str, selection: str) -> dict[str, Any]:
    found = (await client.query("{ clusters(first: 100) { nodes { name " + selection + " } } }"))["clusters"]
    named: dict[str, Any] = next(node for node in found["nodes"] if node["name"] == name)
    del named["name"]
    return named


async def test_the_last_backup_has_an_age_and_maintenance_its_hour(world: TableStore, client: Client) -> None:
    upkeep = Upkeep(
        last_backup=Backup(external_id="b-1", as_of=NOON - timedelta(hours=2)),
        maintenance_window=MaintenanceWindow(offset_seconds=172_800, length_seconds=21_600),
    )
    connection = Connection(endpoint="db.example", url="postgresql://ada@db.example:26257/defaultdb")
    facts = Facts(upkeep=upkeep, connection=connection)
    await observe(world, MERIDIAN, [cluster(MERIDIAN, "backed-up", facts=facts)])
    selection = """lastBackup { externalId asOf ageSeconds } connection { endpoint url }
        maintenanceWindow { weekday time offsetSeconds lengthSeconds }"""
    found = await one(client, "backed-up", selection)
    assert found["lastBackup"].pop("ageSeconds") in range(7200, 7300)
    assert found == {
        "lastBackup": {"externalId": "b-1", "asOf": "2026-04-06T10:00:00Z"},
        "maintenanceWindow": {
            "weekday": "WEDNESDAY",
            "time": "00:00",
            "offsetSeconds": 172_800,
            "lengthSeconds": 21_600,
        },
        "connection": {"endpoint": "db.example", "url": "postgresql://ada@db.example:26257/defaultdb"},
    }
    unknown = await one(client, "production", "lastBackup { asOf } maintenanceWindow { time }")
    assert unknown == {"lastBackup": None, "maintenanceWindow": None}
