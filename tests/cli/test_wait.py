"""`fleetgraph wait`: it comes back when it is true, with a status that a pipeline can rely on."""

import asyncio
import itertools
from collections.abc import Callable
from typing import Any

import pytest
from starlette.responses import JSONResponse

from cli.errors import Exit
from cli.goals import judge, read_goal
from cli.sight import Outcome
from fleet.model.cluster import Phase
from tests.cli.command import Command, JumpingClock
from tests.cli.conftest import Gateway
from tests.cli.scripted import Answer, Scripted
from tests.gateway.fleet import ACME, cluster, observe

CURRENT = {"state": "CURRENT", "ageSeconds": 3, "nextAttemptAt": None, "lastFailure": None}
OUTAGE = CURRENT | {"state": "UNREACHABLE", "lastFailure": {"kind": "UNAVAILABLE", "message": "It is away."}}
UPDATE = {"id": "an-operation", "kind": "UPDATE_CLUSTER", "state": "RUNNING", "pollAfterSeconds": 2}
REFUSED = CURRENT | {"state": "UNREACHABLE", "lastFailure": {"kind": "AUTHENTICATION", "message": "No."}}


def cluster_in(
    phase: str, freshness: dict[str, Any] = CURRENT, operation: dict[str, Any] | None = None, **status: Any
) -> dict[str, Any]:
    return {
        "operation": operation,
        "id": "an-id",
        "name": "production",
        "account": {"name": "acme", "provider": {"kind": "KUPE", "name": "Kupe Cloud"}},
        "status": {
            "phase": phase,
            "providerPhase": phase.title(),
            "providerOperation": None,
            "message": None,
            "since": "2026-04-06T11:58:00Z",
            "isConverged": None,
        }
        | status,
        "freshness": freshness,
    }


def answering(*clusters: Answer | None) -> Callable[[dict[str, Any]], Answer]:
    """One after the other, and the last one for ever."""
    rest = itertools.chain(clusters, itertools.repeat(clusters[-1]))

    def answer(request: dict[str, Any]) -> Answer:
        if "clusters(" in request["query"]:  # by name, after there was none of that ID
            page = {"hasNextPage": False, "endCursor": None}
            return {"data": {"clusters": {"nodes": [], "pageInfo": page, "coverage": {"isComplete": True}}}}
        one = next(rest)
        if isinstance(one, JSONResponse):
            return one
        return {"data": {"nodes": [one]} if "nodes(ids" in request["query"] else {"cluster": one}}

    return answer


@pytest.mark.parametrize(
    ("one", "goal", "outcome"),
    [
        (cluster_in("READY"), "ready", Outcome.REACHED),
        (cluster_in("READY", isConverged=True), "ready", Outcome.REACHED),
        (cluster_in("READY", isConverged=False), "ready", None),
        (cluster_in("READY", OUTAGE), "ready", None),
        (cluster_in("READY", REFUSED), "ready", Outcome.REFUSED),
        (cluster_in("READY", REFUSED | {"nextAttemptAt": "2026-04-06T12:00:00Z"}), "ready", None),
        (cluster_in("READY", CURRENT | {"state": "STALE"}), "ready", None),
        (cluster_in("READY", operation=UPDATE), "ready", None),
        (cluster_in("FAILED", operation=UPDATE), "ready", None),
        (cluster_in("DELETED", operation=UPDATE), "deleted", Outcome.REACHED),
        (cluster_in("PROVISIONING"), "ready", None),
        (cluster_in("DEGRADED"), "ready", None),
        (cluster_in("STOPPED"), "ready", None),
        (cluster_in("FAILED"), "ready", Outcome.FAILED),
        (cluster_in("FAILED", OUTAGE), "ready", None),
        (cluster_in("DELETING"), "ready", Outcome.FAILED),
        (cluster_in("DELETED"), "ready", Outcome.FAILED),
        (cluster_in("STOPPED"), "stopped", Outcome.REACHED),
        (cluster_in("READY"), "stopped", None),
        (cluster_in("FAILED"), "stopped", Outcome.FAILED),
        (cluster_in("DELETED"), "deleted", Outcome.REACHED),
        (cluster_in("DELETED", OUTAGE), "deleted", Outcome.REACHED),
        (cluster_in("FAILED"), "deleted", None),
        (cluster_in("DELETING"), "deleted", None),
    ],
    ids=str,
)
def test_an_answer_says_whether_to_go_on(one: dict[str, Any], goal: str, outcome: Outcome | None) -> None:
    assert judge(one, read_goal(goal))[0] is outcome


def test_a_log_gets_a_line_for_each_change(script: Scripted) -> None:
    moving = cluster_in("PROVISIONING", message="Making machines.")
    script.answer = answering(
        moving, moving, moving, cluster_in("READY", isConverged=False), cluster_in("READY")
    )
    ended = Command(url=script.url)("wait", "an-id")
    assert ended.status == Exit.OK
    assert ended.out.splitlines() == [
        "2026-04-06T12:00:00Z acme/production PROVISIONING, seen 3s ago, 0s elapsed",
        "2026-04-06T12:00:15Z acme/production READY (not yet converged), seen 3s ago, 15s elapsed",
        "2026-04-06T12:00:20Z acme/production READY, seen 3s ago, 20s elapsed",
        "2026-04-06T12:00:20Z acme/production READY after 20s",
    ]
    assert ended.err == ""


def test_a_change_under_way_is_waited_for_at_its_own_pace(script: Scripted) -> None:
    script.answer = answering(cluster_in("READY", operation=UPDATE), cluster_in("READY"))
    clock = JumpingClock()
    ended = Command(url=script.url, clock=clock)("wait", "an-id")
    assert ended.status == Exit.OK
    assert "READY (update cluster), seen 3s ago" in ended.out
    assert clock.naps == [2]


def test_a_terminal_gets_one_line_that_lives(script: Scripted, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "100")
    script.answer = answering(cluster_in("PROVISIONING", providerPhase="Creating"), cluster_in("READY"))
    ended = Command(url=script.url, is_terminal=True)("wait", "an-id")
    phase = "\x1b[36mPROVISIONING\x1b[0m"
    for line in (
        f"acme/production  {phase} (Creating)  for 2m 00s  seen 3s ago  0s of 15m 00s",
        f"acme/production  {phase} (Creating)  for 2m 01s  seen 4s ago  1s of 15m 00s",
    ):
        assert line in ended.out
    assert "acme/production \x1b[32mREADY\x1b[0m after 5s" in ended.out
    assert ended.out.count("\n") == 1


def test_a_line_that_lives_fits_its_terminal(script: Scripted, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "20")
    script.answer = answering(cluster_in("STOPPED"), cluster_in("READY"))
    ended = Command(url=script.url, is_terminal=True, environment={"NO_COLOR": "1"})("wait", "an-id")
    assert "acme/production  ST…" in ended.out


def test_a_narrow_terminal_cuts_the_name_before_the_state_and_the_last_line_not_at_all(
    script: Scripted, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "70")
    name = "production-of-a-long-name-in-a-far-region"
    script.answer = answering(
        {**cluster_in("UPDATING"), "name": name},
        {**cluster_in("FAILED", message="No machines are left in this region."), "name": name},
    )
    ended = Command(url=script.url, is_terminal=True, environment={"NO_COLOR": "1"})("wait", "an-id")
    assert "acme/production-of-…  UPDATING" in ended.out
    whole = " ".join(ended.out.split())
    assert f"acme/{name} FAILED" in whole
    assert "No machines are left in this region." in whole


def test_what_cannot_come_about_any_more_ends_with_1(script: Scripted) -> None:
    script.answer = answering(
        cluster_in("PROVISIONING"), cluster_in("FAILED", message="No machines are left.")
    )
    ended = Command(url=script.url)("wait", "an-id", "--for", "ready")
    assert ended.status == Exit.FAILED
    assert "FAILED after 5s: No machines are left." in ended.out


def test_the_time_is_up_with_2_after_a_last_request(script: Scripted) -> None:
    script.answer = answering(cluster_in("READY", OUTAGE))
    clock = JumpingClock()
    ended = Command(url=script.url, clock=clock)("wait", "an-id", "--timeout", "12s")
    assert ended.status == Exit.TIMED_OUT
    assert clock.naps == [5, 5, 2]
    assert len(script.requests) == 4
    assert "READY (UNREACHABLE): timed out after 12s. It is away." in ended.out


def test_no_time_is_one_request(script: Scripted) -> None:
    script.answer = answering(cluster_in("PROVISIONING"))
    assert Command(url=script.url)("wait", "an-id", "--timeout", "0").status == Exit.TIMED_OUT
    assert len(script.requests) == 1


def test_a_fleetgraph_that_is_away_for_a_while_ends_no_wait(script: Scripted) -> None:
    fault = {"message": "Something went wrong.", "extensions": {"requestId": "r"}}
    script.answer = answering(
        cluster_in("PROVISIONING"),
        JSONResponse({}, 503),
        JSONResponse({}, 429, {"retry-after": "20"}),
        JSONResponse({"data": None, "errors": [fault]}),
        cluster_in("READY"),
    )
    clock = JumpingClock()
    ended = Command(url=script.url, clock=clock)("wait", "an-id")
    assert ended.status == Exit.OK
    assert "PROVISIONING (no answer from Fleetgraph)" in ended.out
    assert clock.naps == [5, 5, 20, 5]


def test_a_fleetgraph_that_never_answered_is_not_waited_for(script: Scripted) -> None:
    script.answer = answering(JSONResponse({}, 503))
    ended = Command(url=script.url)("wait", "an-id")
    assert (ended.status, ended.out) == (Exit.UNREACHABLE, "")
    assert "answers 503" in ended.err


def test_a_key_refused_midway_ends_a_wait(script: Scripted) -> None:
    script.answer = answering(cluster_in("PROVISIONING"), JSONResponse({}, 401))
    ended = Command(url=script.url)("wait", "an-id")
    assert ended.status == Exit.FORBIDDEN
    assert "needs a key" in ended.err


def test_a_cluster_forgotten_meanwhile_is_a_failure_unless_that_was_wanted(script: Scripted) -> None:
    script.answer = answering(cluster_in("DELETING"), None)
    assert Command(url=script.url)("wait", "an-id", "--for", "deleted").status == Exit.OK
    script.answer = answering(cluster_in("PROVISIONING"), None)
    ended = Command(url=script.url)("wait", "an-id", "--for", "ready")
    assert ended.status == Exit.FAILED
    assert "acme/production gone after 5s: It was forgotten while we waited." in ended.out


def arrive(gateway: Gateway, name: str, *phases: Phase) -> Callable[[], None]:
    """Each sleep of the command is an observation in which the cluster is one phase further on."""
    rest = iter(phases)

    def step() -> None:
        if (phase := next(rest, None)) is not None:
            asyncio.run(observe(gateway.store, ACME, [cluster(ACME, name, phase)], now=gateway.clock.at))

    return step


@pytest.mark.parametrize("reference", ["acme/{}", "{}", "kupe/acme/{}"])
def test_a_cluster_that_is_not_there_yet_is_waited_for_where_that_is_asked(
    fleetgraph: Command, gateway: Gateway, reference: str
) -> None:
    name = f"new-{reference.count('/')}"
    phases = (Phase.PENDING, Phase.PROVISIONING, Phase.READY)
    fleetgraph.clock.on_sleep = arrive(gateway, name, *phases)
    ended = fleetgraph("wait", reference.format(name), "--for", "ready", "--create")
    assert ended.status == Exit.OK, ended
    words = [line.split()[2].rstrip(",") for line in ended.out.splitlines()]
    assert words == ["not", "PENDING", "PROVISIONING", "READY", "READY"]


def test_a_cluster_is_waited_for_until_it_is_deleted(fleetgraph: Command, gateway: Gateway) -> None:
    arrive(gateway, "leaving", Phase.READY)()
    fleetgraph.clock.on_sleep = arrive(gateway, "leaving", Phase.DELETING, Phase.DELETED)
    assert fleetgraph("wait", "acme/leaving", "--for", "deleted").status == Exit.OK
    assert fleetgraph("wait", "acme/leaving", "--for", "deleted").status == Exit.OK


def test_absence_proves_nothing_while_an_account_is_out_of_sight(fleetgraph: Command) -> None:
    assert fleetgraph("wait", "acme/nobody", "--for", "deleted").status == Exit.OK
    ended = fleetgraph("wait", "quay/nobody", "--for", "deleted", "--timeout", "10s")
    assert ended.status == Exit.TIMED_OUT
    assert "not there (and not all accounts could be seen)" in ended.out


def test_an_account_that_is_not_there_is_not_waited_for(fleetgraph: Command) -> None:
    ended = fleetgraph("wait", "nobody/production", "--create")
    assert ended.status == Exit.NOT_FOUND
    assert "There is no account nobody." in ended.err


def test_a_name_that_several_have_asks_for_more(fleetgraph: Command, gateway: Gateway) -> None:
    arrive(gateway, "shipments-ledger", Phase.READY)()
    ended = fleetgraph("wait", "shipments-ledger")
    assert ended.status == Exit.USAGE
    assert (
        "Say which: cockroachdb/Meridian Freight/shipments-ledger or kupe/acme/shipments-ledger." in ended.err
    )
