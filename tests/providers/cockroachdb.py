"""CockroachDB Cloud, as every adapter is held to the same."""

from adapters.cockroachdb import CockroachdbAdapter
from fleet.model.cloud import Cloud
from fleet.model.money import LimitWanted, UsageLimit
from fleet.providers.cockroachdb import (
    CockroachdbClusterPatch,
    CockroachdbClusterSpec,
    CockroachdbPlan,
    CockroachdbServerless,
)
from fleetgraph.testing import Kit
from gateway.providers.cockroachdb import TYPES
from sandbox import RateLimit
from sandbox.cockroachdb.api import Cockroachdb
from tests.adapters.replay import FIXTURES
from tests.sandbox.facts import Facts

KIT = Kit(
    adapter=CockroachdbAdapter,
    fake=Cockroachdb,
    types=TYPES,
    fixtures=FIXTURES / "cockroachdb",
    listing={"/api/v1/clusters": "list-clusters-2022-03-31.json"},
    api_version="2022-03-31",
    spec=CockroachdbClusterSpec(
        cloud=Cloud.GCP,
        plan=CockroachdbPlan(basic=CockroachdbServerless(regions=["us-east1"])),
        labels={"env": "test"},
    ),
    patch=CockroachdbClusterPatch(labels={"env": "prod"}),
    limit=LimitWanted(usage=UsageLimit(request_units=5_000_000, storage_mib=1024)),
)
FACTS = Facts(
    path=lambda _: "/api/v1/clusters",
    items=lambda body: body["clusters"],
    identity=frozenset({"id", "name"}),
    not_found={"code": 5, "message": "not found", "details": []},
    rate_limit=RateLimit(requests=10, window_seconds=1),
)
