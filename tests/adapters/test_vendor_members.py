"""Each member of the answers that the vendors' own examples show is told on: without it, or with another value,
something else is shown. What is not told on stands here, with why.
"""

import json
import re
from collections.abc import Awaitable, Callable, Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any

import pytest

from adapters import ADAPTERS
from fleet.model.failure import ProviderError
from tests.adapters.replay import Replay
from tests.published import PUBLISHED, needs_published

pytestmark = needs_published

Json = Any
Place = tuple[str | int, ...]


def example(name: str) -> Json:
    return json.loads((PUBLISHED / "examples" / f"{name}.response.json").read_bytes())


@dataclass(frozen=True, kw_only=True)
class Shown:
    """How an example is asked for: what the paths are answered with, and what is asked then."""

    answers: Callable[[Json], Mapping[str, object]]
    asks: tuple[Callable[[Any], Awaitable[Any]], ...]
    hidden: Mapping[str, str] = field(default_factory=dict)
    """The members, with all below them, that are not told on, and why."""
    instead: Mapping[str, object] = field(default_factory=dict)
    """Another value of a member, where not every other one means something else."""

    async def of(self, name: str, body: Json) -> str:
        provider = name.partition("/")[0]
        external_id = None if provider == "cockroachdb" else "acme"
        adapter = Replay(self.answers(body)).open(ADAPTERS[provider], external_id)
        shown = "\n".join([repr(await ask(adapter)) for ask in self.asks])
        return re.sub(r"revision='\w+'", "", shown)  # it changes with every setting, shown or not


def clusters(adapter: Any) -> Awaitable[Any]:
    found: Awaitable[Any] = adapter.clusters()
    return found


def of_the_first(name: str) -> Callable[[Any], Awaitable[Any]]:
    """Asks about the first cluster."""

    async def ask(adapter: Any) -> Any:
        (cluster, *_) = (await adapter.clusters()).items
        return await getattr(adapter, name)(cluster)

    return ask


def beside(path: str, cluster: Callable[[], Json]) -> Callable[[Json], Mapping[str, object]]:
    """The answer at a path of the cluster, beside the list with it."""
    return lambda body: {
        "/api/v1/clusters": {"clusters": [cluster()]},
        f"/api/v1/clusters/{cluster()['id']}/{path}": body,
    }


def mixed() -> Json:
    return example("cockroachdb/get-cluster.heterogeneous")


OF_REGIONS = "The regions differ, and each shows its own."
OF_THE_RECORD = "It is of the vendor's record, and of nothing that is in it."
ELSEWHERE = "Another question shows it."
OF_PEOPLE = "It is about a person."
SUMMED = "The lines are the sums of clusters, and of what no cluster has."
AS_CENTS = "The whole cents beside it say the same, exactly."
ON_ONE_PAGE = {"pagination": "It counts what is listed."}
A = "/api/v1/tenants/acme"
N = "/v1/teams/acme"
Q = "/organization/acme"
INVOICE = "in-0001"

SHOWN: Mapping[str, Shown] = {
    "cockroachdb/get-cluster.basic-2026": Shown(
        answers=lambda body: {"/api/v1/clusters": {"clusters": [body]}},
        asks=(clusters,),
        hidden=dict.fromkeys(
            ("regions.node_count", "regions.num_virtual_cpus", "regions.disk_iops"),
            "A serverless plan has no nodes of its own.",
        ),
    ),
    "cockroachdb/get-cluster.dedicated-gcp-2022": Shown(
        answers=lambda body: {"/api/v1/clusters": {"clusters": [body]}}, asks=(clusters,)
    ),
    "cockroachdb/get-cluster.heterogeneous": Shown(
        answers=lambda body: {"/api/v1/clusters": {"clusters": [body]}},
        asks=(clusters,),
        hidden={
            "config.dedicated.machine_type": OF_REGIONS,
            "config.dedicated.num_virtual_cpus": OF_REGIONS,
            "config.dedicated.disk_iops": OF_REGIONS,
            "config.dedicated.memory_gib": "Of machines that differ, nobody shows the memory.",
        },
    ),
    "cockroachdb/list-allowlist": Shown(
        answers=beside("networking/allowlist", mixed), asks=(of_the_first("allowlist"),)
    ),
    "cockroachdb/list-backups-2026": Shown(answers=beside("backups", mixed), asks=(of_the_first("upkeep"),)),
    "cockroachdb/list-cluster-versions": Shown(
        answers=lambda body: {"/api/v1/cluster-versions": body, "/api/v1/clusters": {"clusters": [mixed()]}},
        asks=(lambda adapter: adapter.versions(),),
    ),
    "cockroachdb/list-invoices": Shown(
        answers=lambda body: {"/api/v1/invoices": body},
        asks=(lambda adapter: adapter.spend(),),
        hidden={
            "invoices.balances": "Credits that are left are no cost.",
            "invoices.invoice_items.cluster": ELSEWHERE,
            "invoices.invoice_items.line_items": SUMMED,
        },
    ),
    "kupe/get-cluster.running": Shown(
        answers=lambda body: {f"{A}/clusters": {"items": [body]}}, asks=(clusters,)
    ),
    "kupe/get-kubeconfig": Shown(
        answers=lambda body: {
            f"{A}/clusters": {"items": [example("kupe/get-cluster.running")]},
            f"{A}/clusters/prod/kubeconfig": body,
        },
        asks=(of_the_first("connection"),),
    ),
    "kupe/get-tenant": Shown(
        answers=lambda body: {A: body, f"{A}/invoices": {"items": []}},
        asks=(lambda adapter: adapter.subscription(), lambda adapter: adapter.spend()),
        hidden={
            "name": "The account has it.",
            "displayName": "The account has its own.",
            "contactEmail": OF_PEOPLE,
            "status.phase": "An account has freshness.",
            "status.currentUsage.planChangedInPeriod": "It is of no cost.",
            "status.currentUsage.stale": "It is as old as `asOf`.",
            "status.currentUsage.observability.logIngestBytes": "The gigabytes beside it are what is charged for.",
            "createdAt": OF_THE_RECORD,
            "resourceVersion": OF_THE_RECORD,
            "members": OF_PEOPLE,
        },
    ),
    "kupe/list-invoices": Shown(
        answers=lambda body: {A: example("kupe/get-tenant"), f"{A}/invoices": body},
        asks=(lambda adapter: adapter.spend(),),
        hidden={"items.resourceVersion": OF_THE_RECORD},
        instead={"items.status.phase": "Draft"},
    ),
    "northflank/list-clusters": Shown(
        answers=lambda body: {f"{N}/cloud-providers/clusters": body},
        asks=(clusters,),
        hidden=ON_ONE_PAGE,
    ),
    "northflank/list-cluster-nodes": Shown(
        answers=lambda body: {
            f"{N}/cloud-providers/clusters": example("northflank/list-clusters"),
            f"{N}/cloud-providers/clusters/gcp-cluster-1/nodes": body,
        },
        asks=(of_the_first("nodes"),),
        hidden=ON_ONE_PAGE,
    ),
    "northflank/list-integrations": Shown(
        answers=lambda body: {f"{N}/cloud-providers/integrations": body},
        asks=(lambda adapter: adapter.integrations(),),
        hidden=ON_ONE_PAGE
        | dict.fromkeys(
            ("data.integrations.aws", "data.integrations.cloudflare"),
            "It is an integration of another cloud.",
        ),
    ),
    "northflank/get-invoice": Shown(
        answers=lambda body: {
            f"{N}/billing/invoices": {"data": {"invoices": [body.get("data")]}},
            f"{N}/billing/invoices/{INVOICE}": body,
            f"{N}/billing/usage": {"data": {}},
        },
        asks=(lambda adapter: adapter.spend(),),
        instead={"data.status": "draft"},
        hidden={
            "data.byoc.usage": SUMMED,
            "data.byoc.clusters.price": SUMMED,
            "data.byoc.clusters.usage": SUMMED,
            "data.paas.price": SUMMED,
            "data.subTotal": SUMMED,
            "data.tax.percent": "The tax is a line.",
            "data.byoc.price": SUMMED,
        },
    ),
    "qovery/list-clusters.minimal": Shown(
        answers=lambda body: {f"{Q}/cluster": body, f"{Q}/cluster/status": {"results": []}}, asks=(clusters,)
    ),
    "qovery/deploy-cluster": Shown(
        answers=lambda body: {
            f"{Q}/cluster": example("qovery/list-clusters.minimal"),
            f"{Q}/cluster/status": {"results": [body]},
        },
        asks=(clusters,),
    ),
    "qovery/list-organization-credentials": Shown(
        answers=lambda body: {f"{Q}/credentials": body},
        asks=(lambda adapter: adapter.integrations(),),
        hidden={
            "results.clusters.name": ELSEWHERE,
            "results.credential.token_lifetime_seconds": "It is not whose they are.",
        },
    ),
    "qovery/organization-current-cost": Shown(
        answers=lambda body: {f"{Q}/currentCost": body, f"{Q}/invoice": {"results": []}},
        asks=(lambda adapter: adapter.subscription(), lambda adapter: adapter.spend()),
        hidden={"cost.total": AS_CENTS},
    ),
    "qovery/cluster-current-cost": Shown(
        answers=lambda body: {
            f"{Q}/cluster": example("qovery/list-clusters.minimal"),
            f"{Q}/cluster/status": {"results": []},
            f"{Q}/cluster/4fe3f4c1-0000-4000-8000-000000000001/currentCost": body,
        },
        asks=(of_the_first("cost_estimate"),),
        hidden={"min_cost": AS_CENTS, "max_cost": AS_CENTS},
    ),
}


def leaves(body: Json, place: Place = ()) -> Iterator[Place]:
    """Where something is said: null and empty texts say nothing."""
    if isinstance(body, dict | list):
        for name, value in body.items() if isinstance(body, dict) else enumerate(body):
            yield from leaves(value, (*place, name))
    elif body not in (None, ""):
        yield place


def changed(body: Json, place: Place, instead: object) -> Iterator[Json]:
    """The answer without a member, and with another value of it."""
    for is_left_out in (True, False):
        spoilt = deepcopy(body)
        parent = spoilt
        for step in place[:-1]:
            parent = parent[step]
        if is_left_out:
            del parent[place[-1]]
        else:
            parent[place[-1]] = another(parent[place[-1]]) if instead is None else instead
        yield spoilt


def another(value: Json) -> Json:
    match value:
        case bool():
            return not value
        case int() | float():
            return value + 1
        case str() if re.fullmatch(r"\d+", value):
            return str(int(value) + 1)
        case str() if re.fullmatch(r"\d+\.\d+", value):
            return str(float(value) + 1)
        case _:
            return f"{value}-2"


async def untold(name: str) -> list[str]:
    """The members of an example that change nothing that is shown, wherever they stand."""
    shown, body = SHOWN[name], example(name)
    before = await shown.of(name, body)
    told: dict[str, bool] = {}
    for place in leaves(body):
        member = ".".join(step for step in place if isinstance(step, str))
        told[member] = told.get(member, False) or await differs(
            shown, name, changed(body, place, shown.instead.get(member)), before
        )
    return [member for member, is_told in told.items() if not is_told]


async def differs(shown: Shown, name: str, answers: Iterator[Json], before: str) -> bool:
    for answer in answers:
        try:
            if await shown.of(name, answer) != before:
                return True
        except (ProviderError, ValueError, LookupError):
            return True
    return False


def is_below(member: str, hidden: str) -> bool:
    return f"{member}.".startswith(f"{hidden}.")


@pytest.mark.parametrize("name", SHOWN)
async def test_every_member_of_an_example_is_told_on_or_hidden_for_a_reason(name: str) -> None:
    hidden, found = SHOWN[name].hidden, await untold(name)
    assert [member for member in found if not any(is_below(member, one) for one in hidden)] == []
    needless = [one for one in hidden if not any(is_below(member, one) for member in found)]
    assert needless == [], "what is told on is hidden by nothing"


def test_every_example_of_an_answer_is_asked_for() -> None:
    """But for refusals, which are no answers."""
    folder = PUBLISHED / "examples"
    there = {f"{path.parent.name}/{path.name}" for path in folder.glob("*/*.response.json")}
    answers = {name.removesuffix(".response.json") for name in there if "/error-" not in name}
    assert answers == SHOWN.keys()
