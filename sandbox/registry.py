"""Which providers have a stand-in here: one line each."""

from typing import Any

from sandbox.api import Api
from sandbox.cockroachdb.api import Cockroachdb
from sandbox.kupe.api import Kupe
from sandbox.northflank.api import Northflank
from sandbox.qovery.api import Qovery

FAKE_PROVIDERS: dict[str, type[Api[Any]]] = {
    Cockroachdb.provider: Cockroachdb,
    Kupe.provider: Kupe,
    Northflank.provider: Northflank,
    Qovery.provider: Qovery,
}
