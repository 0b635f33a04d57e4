"""How long things usually take, and what is stuck by that."""

from datetime import timedelta

import pytest

from fleet.model.account import AccountState, TrackedAccount
from fleet.model.cluster import Phase
from fleet.model.durations import LATEST, MOST_GROUPS, MoveKind, record
from fleet.model.severity import Severity
from fleet.reading.severity import assess
from fleet.reading.timings import Timings
from tests.fleet.things import NOON, account, row

ACME = account()


def remembers(durations: dict[str, tuple[int, ...]]) -> TrackedAccount:
    return TrackedAccount(account=ACME, state=AccountState(durations=durations))


def test_what_comes_to_rest_is_remembered_with_its_time_and_what_goes_on_is_not() -> None:
    before = {"c1": row("c1", phase=Phase.PROVISIONING, plan="pro"), "c2": row("c2", phase=Phase.UPDATING)}
    after = [row("c1", plan="pro"), row("c2", phase=Phase.FAILED), row("c3")]
    known = record({}, before, after, NOON + timedelta(seconds=90))
    assert known == {"CREATE\teu-1\tpro": (90,)}


def test_only_the_latest_times_of_the_latest_groups_are_kept() -> None:
    known: dict[str, tuple[int, ...]] = {}
    for number in range(MOST_GROUPS + 5):
        for _ in range(LATEST + 5):
            before = {"c1": row("c1", phase=Phase.UPDATING, plan=f"plan-{number}")}
            known = dict(record(known, before, [row("c1")], NOON))
    assert len(known) == MOST_GROUPS
    assert {len(times) for times in known.values()} == {LATEST}
    assert f"UPDATE\teu-1\tplan-{MOST_GROUPS + 4}" in known


@pytest.mark.parametrize(("count", "expected"), [(4, None), (5, (3, 5)), (20, (10, 19))])
def test_nothing_is_said_below_five_samples(count: int, expected: tuple[int, int] | None) -> None:
    timings = Timings([remembers({"CREATE\teu-1\t": tuple(range(1, count + 1))})])
    usual = timings.usual(MoveKind.CREATE, row(phase=Phase.PROVISIONING))
    assert (usual and (usual.p50_seconds, usual.p95_seconds)) == expected


def test_the_narrowest_group_with_enough_samples_tells() -> None:
    timings = Timings(
        [remembers({"CREATE\teu-1\tpro": (60,) * 5, "CREATE\teu-1\t": (30,) * 2, "CREATE\tus-1\t": (9,) * 9})]
    )
    usuals = {
        (region, plan): timings.usual(MoveKind.CREATE, row(regions=(region,), plan=plan))
        for region, plan in (("eu-1", "pro"), ("eu-1", None), ("ap-1", None))
    }
    assert {place: usual and usual.samples for place, usual in usuals.items()} == {
        ("eu-1", "pro"): 5,
        ("eu-1", None): 7,
        ("ap-1", None): 16,
    }
    assert {(one.region, one.plan): one.usual.samples for one in timings.of_provider("kupe")} == {
        (None, None): 16,
        ("eu-1", None): 7,
        ("eu-1", "pro"): 5,
        ("us-1", None): 9,
        ("us-1", ""): 9,
    }
    assert timings.of_provider("qovery") == []


def test_a_cluster_is_stuck_when_it_moves_for_longer_than_those_before_it() -> None:
    known = remembers({"CREATE\teu-1\t": (600,) * 6})
    timings = Timings([known])
    creating = row(phase=Phase.PROVISIONING)
    for minutes, severity in ((9, Severity.MOVING), (11, Severity.STUCK)):
        found = assess(creating, known, NOON + timedelta(minutes=minutes), timings)
        assert found.severity is severity
    assert found.reason == (
        "It has been provisioning for 11 minutes, longer than such changes take (6 before it took up to 10 minutes)."
    )
    moving = assess(creating, known, NOON + timedelta(minutes=11))
    assert (moving.severity, moving.reason) == (Severity.MOVING, "It has been provisioning for 11 minutes.")
    assert assess(creating, known, NOON).reason == "It has been provisioning for less than a minute."


@pytest.mark.parametrize(
    ("minutes", "said"),
    [
        (1, "1 minute"),
        (119, "119 minutes"),
        (120, "2 hours"),
        (2 * 24 * 60 - 1, "47 hours"),
        (4000, "2 days"),
    ],
)
def test_how_long_a_cluster_has_moved_is_said_in_a_unit_that_people_use(minutes: int, said: str) -> None:
    found = assess(row(phase=Phase.UPDATING), remembers({}), NOON + timedelta(minutes=minutes))
    assert found.reason is not None
    assert found.reason.startswith(f"It has been updating for {said}")


def test_what_moves_for_a_moment_is_not_stuck_because_others_were_quicker() -> None:
    known = remembers({"UPDATE\teu-1\t": (5,) * 6})
    found = assess(row(phase=Phase.UPDATING), known, NOON + timedelta(minutes=2), Timings([known]))
    assert found.severity is Severity.MOVING
