"""`python -m bench.performance.gateways.ours`: our gateway over an SQLite file, served as the runner serves it.

FLEET is the file. Prints its address as JSON, and ends by a signal.
"""

import asyncio
import json
import os
from collections.abc import Mapping
from pathlib import Path

import uvicorn
from pydantic import SecretStr

from adapters import open_adapter, open_client
from bench.performance.subjects import fleet
from bench.performance.subjects.gateway import application
from fleet.accounts.new_account import make_account
from fleet.model.plan import Outgoing
from fleet.model.rate_limit import RateFacts
from fleet.model.tracking import TrackedCluster
from fleet.ports.clock import SystemClock
from infra.sqlite.schema import prepare
from infra.sqlite.table import SqliteTable
from infra.store.store import TableStore
from local.runner import listen

DOCUMENT = """query Fleet($kupe: String, $northflank: String, $qovery: String, $cockroachdb: String) {
  kupe: clusters(filter: { providers: [KUPE], includeInactive: true }, first: 250, after: $kupe) { ...rows }
  northflank: clusters(filter: { providers: [NORTHFLANK], includeInactive: true }, first: 250, after: $northflank) {
    ...rows
  }
  qovery: clusters(filter: { providers: [QOVERY], includeInactive: true }, first: 250, after: $qovery) { ...rows }
  cockroachdb: clusters(filter: { providers: [COCKROACHDB], includeInactive: true }, first: 250, after: $cockroachdb) {
    ...rows
  }
}

fragment rows on ClusterConnection {
  nodes { id name displayName version plan cloud regions createdAt status { phase } }
  pageInfo { hasNextPage endCursor }
}"""
"""All four lists whole: as many as a page has at most."""


class EveryPermit:
    """Is a `fleet.ports.permits.Permits` that refuses nothing."""

    async def take(self, change: Outgoing | None = None) -> None:
        pass

    def learn(self, facts: RateFacts) -> None:
        pass


async def observe(file: Path, upstream: str, external_ids: Mapping[str, str | None]) -> None:
    """Makes the file, with what our adapters make of the providers' lists."""
    prepare(file)
    table, clock, client = SqliteTable(file), SystemClock(), open_client([upstream])
    store = TableStore(table, clock)
    for provider, external_id in external_ids.items():
        token = SecretStr("made-up")
        account = make_account(
            provider=provider,
            name=provider,
            external_id=external_id,
            base_url=upstream,
            token=token,
            now=clock.now(),
        )
        await store.connect(account, due_at=clock.now())
        adapter = open_adapter(account, token, EveryPermit(), client=client, clock=clock)
        listing = await adapter.clusters()
        assert not listing.unreadable, listing.unreadable[0]
        now = clock.now()
        rows = [TrackedCluster(item=one, since=now, first_observed_at=now) for one in listing.items]
        await fleet.observe(store, account, rows)
    await client.aclose()
    table.close()


def main() -> None:
    app = application(SqliteTable(Path(os.environ["FLEET"])))
    with listen("127.0.0.1", 0) as listener:
        print(json.dumps({"url": f"http://127.0.0.1:{listener.getsockname()[1]}"}), flush=True)
        config = uvicorn.Config(app, log_level="warning", access_log=False, lifespan="off")
        asyncio.run(uvicorn.Server(config).serve(sockets=[listener]))


if __name__ == "__main__":
    main()
