"""`fleetgraph activity`: the one feed of the fleet."""

import pytest

from tests.cli.command import Command
from tests.cli.contract import Keeper, page


def event(kind: str, **more: object) -> dict[str, object]:
    return {
        "id": kind,
        "kind": kind,
        "occurredAt": "2026-04-06T11:59:00Z",
        "accountName": "acme",
        "provider": {"kind": "KUPE", "name": "Kupe Cloud"},
        **more,
    }


def test_activity_is_the_one_feed_of_the_fleet(following: Command, keeper: Keeper) -> None:
    keeper.on(
        "activity",
        page(
            event("PHASE_CHANGED", clusterName="production", **{"from": "READY", "to": "FAILED"}),
            event("OPERATION_ENDED", to="SUCCEEDED", operationKind="CREATE_CLUSTER"),
            event("ACCOUNT_FAILED", message="Clusters cannot be observed: the provider does not answer."),
        ),
    )
    ended = following(
        "activity",
        "--kind",
        "phase-changed",
        "--account",
        "acme",
        "--cluster",
        "acme/production",
        "--limit",
        "2",
    )
    assert ended.status == 0, ended.err
    _, *rows = [" ".join(line.split()) for line in ended.out.splitlines()]
    assert rows == [
        "2026-04-06T11:59:00Z 1m 00s acme/production phase changed FAILED READY - -",
        "2026-04-06T11:59:00Z 1m 00s acme operation ended SUCCEEDED - create cluster -",
    ]
    (asked,) = keeper.asked("activity")
    assert asked["filter"] == {
        "kinds": ["PHASE_CHANGED"],
        "accountIds": ["an-account"],
        "clusterId": "a-cluster",
    }
    assert asked["first"] == 2


@pytest.mark.parametrize(
    ("flags", "order"),
    [([], "NEWEST_FIRST"), (["--newest-first"], "NEWEST_FIRST"), (["--oldest-first"], "OLDEST_FIRST")],
)
def test_the_feed_begins_with_the_newest_so_that_a_limit_keeps_it(
    following: Command, keeper: Keeper, flags: list[str], order: str
) -> None:
    keeper.on("activity", page(event("PHASE_CHANGED", clusterName="production")))
    assert following("activity", "--limit", "1", *flags).status == 0
    (asked,) = keeper.asked("activity")
    assert asked["order"] == order


@pytest.mark.parametrize("columns", [60, 80, 100])
def test_the_feed_cuts_its_sentences_and_nothing_else(
    following: Command, keeper: Keeper, monkeypatch: pytest.MonkeyPatch, columns: int
) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    following.is_terminal = True
    following.environment = {"NO_COLOR": "1"}
    name = "production-of-a-long-name-in-a-far-region"
    keeper.on(
        "activity",
        page(
            event("PHASE_CHANGED", clusterName=name, **{"from": "READY", "to": "PROVISIONING"}),
            event("ACCOUNT_FAILED", message="Clusters cannot be observed: the provider does not answer."),
        ),
    )
    title, moved, failed = following("activity", "list").out.splitlines()
    assert all(len(line) <= columns for line in (title, moved, failed))
    assert moved.startswith("1m 00s  acme/production")
    assert "phase changed" in moved
    assert "Clusters cannot" in failed
    assert ("PROVISIONING" in moved) == (columns >= 80)
