"""What accounts, clusters and the fleet cost, and the free allowance."""

from datetime import timedelta
from decimal import Decimal

from fleet.model.cluster import Facts, Resources
from fleet.model.money import Money, SpendLimitBasis
from fleet.model.spend import ClusterSpend, PeriodTotal, SpendLine, Statement
from fleet.model.subscription import Meter, Subscription
from fleet.model.tracking import Tracked
from infra.store.store import TableStore
from tests.gateway.fleet import ACME, MERIDIAN, NORTH, cluster, limited, observe, observed_at
from tests.gateway.world import NOON, Client

CONVERTED = limited(2500, SpendLimitBasis.USAGE)


def usd(cents: int) -> Money:
    return Money(minor_units=cents, currency="USD")


async def bill(store: TableStore) -> None:
    """Meridian's running month and the one before it."""
    now = Statement(
        account_id=MERIDIAN.id,
        external_id="in-2",
        period="2026-04",
        since=NOON - timedelta(days=5),
        until=NOON + timedelta(days=25),
        total=usd(900),
        is_final=False,
        lines=(
            SpendLine(
                label="ledger",
                cluster_external_id="id-of-ledger",
                cluster_key="id-of-ledger",
                amount=usd(1000),
            ),
            SpendLine(label="Free credit", amount=usd(-100)),
        ),
    )
    before = now.model_copy(
        update={
            "external_id": "in-1",
            "period": "2026-03",
            "until": NOON - timedelta(days=5),
            "is_final": True,
        }
    )
    part = ClusterSpend(period="2026-04", amount=usd(1000), is_final=False)
    state = observed_at(NOON).model_copy(update={"spend": (PeriodTotal(period="2026-04", total=usd(900)),)})
    await observe(
        store,
        MERIDIAN,
        [
            cluster(MERIDIAN, "ledger", facts=Facts(spend=(part,))),
            *(Tracked[Statement](item=one) for one in (before, now)),
        ],
        state=state,
    )
    await observe(store, ACME, [cluster(ACME, "production")])


ACCOUNT = """{ accounts(provider: COCKROACHDB) { nodes {
    freeAllowance { money { decimal currency } requestUnits storageMiB condition }
    spendFreshness { state ageSeconds }
    spend(first: 9) { period since until total { decimal currency } isFinal asOf leavesOut
        lines { label cluster { name } amount { decimal } } }
} } }"""


async def test_an_account_shows_what_it_costs_the_running_period_first(
    store: TableStore, client: Client
) -> None:
    await bill(store)
    (account,) = (await client.query(ACCOUNT))["accounts"]["nodes"]
    assert [(one["period"], one["isFinal"]) for one in account["spend"]] == [
        ("2026-04", False),
        ("2026-03", True),
    ]
    now = account["spend"][0]
    assert (now["total"], now["leavesOut"]) == ({"decimal": "9.00", "currency": "USD"}, None)
    assert now["lines"] == [
        {"label": "ledger", "cluster": {"name": "ledger"}, "amount": {"decimal": "10.00"}},
        {"label": "Free credit", "cluster": None, "amount": {"decimal": "-1.00"}},
    ]
    assert now["asOf"] == "2026-04-06T12:00:00Z"
    assert account["spendFreshness"]["state"] == "CURRENT"


async def test_the_free_allowance_stands_beside_the_account(store: TableStore, client: Client) -> None:
    await bill(store)
    (account,) = (await client.query(ACCOUNT))["accounts"]["nodes"]
    allowance = account["freeAllowance"]
    assert "pay by the month" in allowance.pop("condition")
    assert allowance == {
        "money": {"decimal": "15.00", "currency": "USD"},
        "requestUnits": "50000000",
        "storageMiB": "10240",
    }
    none = "{ accounts(provider: KUPE) { nodes { freeAllowance { requestUnits } } } }"
    assert (await client.query(none))["accounts"]["nodes"] == [{"freeAllowance": None}]


async def test_a_cluster_shows_its_part_and_null_where_nothing_is_split(
    store: TableStore, client: Client
) -> None:
    await bill(store)
    document = "{ clusters { nodes { name spend { period amount { decimal } isFinal } } } }"
    shown = {one["name"]: one["spend"] for one in (await client.query(document))["clusters"]["nodes"]}
    assert shown == {
        "ledger": [{"period": "2026-04", "amount": {"decimal": "10.00"}, "isFinal": False}],
        "production": None,
    }


async def test_the_fleet_sums_what_is_known_and_names_what_is_not(store: TableStore, client: Client) -> None:
    await bill(store)
    document = """{ fleet { spend {
        total { decimal currency }
        byProvider { provider { kind } total { decimal } }
        byAccount { account { name } total { decimal } }
        leftOutCount leftOut { account { name } reason }
    } } }"""
    assert (await client.query(document))["fleet"]["spend"] == {
        "total": [{"decimal": "9.00", "currency": "USD"}],
        "byProvider": [{"provider": {"kind": "COCKROACHDB"}, "total": [{"decimal": "9.00"}]}],
        "byAccount": [{"account": {"name": MERIDIAN.name}, "total": [{"decimal": "9.00"}]}],
        "leftOutCount": 1,
        "leftOut": [{"account": {"name": ACME.name}, "reason": "The provider shows no running period."}],
    }


async def test_the_free_allowance_is_taken_off_the_sum_of_converted_limits_and_said(
    store: TableStore, client: Client
) -> None:
    await observe(store, MERIDIAN, [cluster(MERIDIAN, "moose", plan="BASIC", spend_limit=CONVERTED)])
    await observe(store, NORTH, [cluster(NORTH, "edge")])
    document = "{ fleet { convertedSpendLimits { minorUnits } freeAllowances { minorUnits } } }"
    assert (await client.query(document))["fleet"] == {
        "convertedSpendLimits": [{"minorUnits": "1000"}],
        "freeAllowances": [{"minorUnits": "1500"}],
    }


async def test_the_plan_of_an_account_is_shown_with_what_is_used_of_it(
    world: TableStore, client: Client
) -> None:
    held = Subscription(
        plan="pro",
        cluster_count=3,
        pool=Resources(cpu_millicores=8000, memory_mib=32_768),
        meters=(Meter(name="logs", quantity=Decimal("12.50"), unit="GB", is_capped=False),),
    )
    state = observed_at(NOON).model_copy(update={"subscription": held})
    await observe(world, ACME, [cluster(ACME, "production")], state=state)
    document = """{ accounts { nodes { name subscription {
        plan clusterCount pool { cpuMillicores memoryMiB memoryBytes storageBytes } allocated { memoryMiB }
        meters { name quantity unit isCapped } renewsAt trialDaysLeft
    } } } }"""
    found = {one["name"]: one["subscription"] for one in (await client.query(document))["accounts"]["nodes"]}
    assert found["acme"] == {
        "plan": "pro",
        "clusterCount": 3,
        "pool": {
            "cpuMillicores": "8000",
            "memoryMiB": "32768",
            "memoryBytes": str(32 * 2**30),
            "storageBytes": None,
        },
        "allocated": None,
        "meters": [{"name": "logs", "quantity": "12.50", "unit": "GB", "isCapped": False}],
        "renewsAt": None,
        "trialDaysLeft": None,
    }
    assert found["north"] is None
