"""The judgement of the kill test sees what is wrong: each of these stories has one fault, and its twin has none."""

from datetime import UTC, datetime, timedelta

import pytest

from sandbox.journal import RecordedRequest
from tests.kill.judging import (
    ARE_CHANGES,
    STEPS,
    Advances,
    Done,
    Taken,
    judge_deletions,
    judge_sendings,
    read_taken,
)

NOON = datetime(2026, 11, 1, 12, tzinfo=UTC)


def at(seconds: float) -> datetime:
    return NOON + timedelta(seconds=seconds)


def done(kind: str = "STOP_CLUSTER", state: str = "SUCCEEDED", **more: object) -> Done:
    told = {
        "id": "o1",
        "provider": "qovery",
        "kind": kind,
        "state": state,
        "name": "a",
        "asked_at": at(0),
        "ended_at": at(60),
    }
    return Done(**(told | more))  # type: ignore[arg-type]


def taken(
    what: str = "stop", seconds: float = 1, *, provider: str = "qovery", name: str | None = "a"
) -> Taken:
    return Taken(provider=provider, what=what, name=name, at=at(seconds))


def test_what_was_sent_once_and_came_true_is_right() -> None:
    assert judge_sendings([done()], [taken()]) == []
    assert (
        judge_sendings([done(), done(asked_at=at(70), ended_at=at(120))], [taken(), taken(seconds=71)]) == []
    )
    assert judge_sendings([done("CREATE_CLUSTER")], [taken("create", name=None), taken("deploy", 2)]) == []


@pytest.mark.parametrize("state", ["SUCCEEDED", "RUNNING", "UNCONFIRMED", "FAILED", "TIMED_OUT"])
@pytest.mark.parametrize("kind", [kind for kind, steps in STEPS.items() if steps])
def test_two_sendings_of_one_operation_that_both_took_are_wrong(kind: str, state: str) -> None:
    (what, *_) = ("change" if step in ARE_CHANGES else step for step in STEPS[kind])
    (wrong,) = judge_sendings(
        [done(kind, state, provider="cockroachdb")],
        [taken(what, seconds, provider="cockroachdb") for seconds in (1, 2)],
    )
    assert "sent it twice" in wrong


def test_a_deployment_too_many_is_wrong() -> None:
    sent = [taken("change"), taken("deploy", 2), taken("deploy", 3)]
    assert len(judge_sendings([done("UPDATE_CLUSTER")], sent)) == 1
    deployed = done("DEPLOY_CLUSTER", asked_at=at(0))
    assert judge_sendings([done("UPDATE_CLUSTER"), deployed], sent) == []


def test_a_request_of_no_operation_is_wrong() -> None:
    for other in (
        done(name="b"),
        done(provider="kupe"),
        done("DEPLOY_CLUSTER"),
        done(asked_at=at(2)),
        done(ended_at=at(0.5), state="FAILED"),
    ):
        assert any("no operation" in wrong for wrong in judge_sendings([other], [taken()]))


def test_success_without_a_request_is_wrong() -> None:
    (wrong,) = judge_sendings([done()], [])
    assert "was not taken" in wrong


def test_success_before_the_provider_can_be_done_is_wrong() -> None:
    (wrong,) = judge_sendings([done("DEPLOY_CLUSTER", ended_at=at(3))], [taken("deploy")])
    assert "is not over" in wrong


@pytest.mark.parametrize("kind", ["UPGRADE_CLUSTER", "ROLL_BACK_UPGRADE"])
def test_another_version_takes_longer_than_a_change_that_looks_alike(kind: str) -> None:
    sent = [taken("change", provider="cockroachdb")]
    for other, seconds, faults in ((kind, 10, 1), (kind, 30, 0), ("FINALIZE_UPGRADE", 10, 0)):
        asked = done(other, provider="cockroachdb", ended_at=at(seconds))
        assert len(judge_sendings([asked], sent)) == faults


def test_one_request_does_not_prove_two_operations() -> None:
    assert len(judge_sendings([done(), done(id="o2")], [taken()])) == 1


def test_what_is_said_to_have_left_no_trace_was_not_taken() -> None:
    missed = done(state="FAILED", message="The provider shows no trace of the request: it was not taken.")
    assert judge_sendings([missed], []) == []
    assert len(judge_sendings([missed], [taken()])) == 1


def test_a_cluster_of_ours_goes_once_and_only_when_it_was_asked_to() -> None:
    def judge(*deleted: tuple[str, float]) -> list[str]:
        told = [("kupe", cluster, "kill-1", at(seconds)) for cluster, seconds in deleted]
        asked = [taken("delete", 10, provider="kupe", name="kill-1")]
        return judge_deletions(told, asked, lambda name: name.startswith("kill-"))

    assert judge(("c1", 12)) == []
    assert judge(("c1", 5)) != []
    assert judge(("c1", 12), ("c1", 20)) != []
    assert judge_deletions([("kupe", "c1", "kill-1", at(5))], [], lambda name: True) != []
    assert judge_deletions([("kupe", "c1", "web", at(5))], [], lambda name: False) == []


def test_a_change_that_nobody_asks_for_is_strange() -> None:
    def recorded(method: str, path: str, status: int | None = 200) -> RecordedRequest:
        return RecordedRequest(method=method, path=path, query="", status=status, at=NOON)

    names = {("northflank", "n-1"): "machine"}
    read, strange = read_taken(
        "northflank",
        [
            recorded("GET", "/v1/anything"),
            recorded("POST", "/v1/teams/t/cloud-providers/clusters/c/nodes/n-1/drain"),
            recorded("PATCH", "/v1/cloud-providers/clusters/c", 409),
            recorded("DELETE", "/v1/cloud-providers/clusters/c", None),
            recorded("POST", "/v1/teams/t/projects"),
        ],
        names,
    )
    assert read == [Taken(provider="northflank", what="drain", name="machine", at=NOON)]
    assert len(strange) == 1


def test_what_ends_while_the_clocks_are_advanced_is_taken_for_as_late_as_it_can_be() -> None:
    """The last clock is advanced, the end is seen, and only then the advance is noted."""
    advances = Advances()
    advances.add(at(12), at(12.5), timedelta(seconds=30))
    asked_at = advances.earliest(at(0))
    sent = [taken("deploy", 1)]
    for seconds in (11.9, 12, 12.2, 12.5, 13):
        ended_at = advances.latest(at(seconds))
        assert judge_sendings([done("DEPLOY_CLUSTER", asked_at=asked_at, ended_at=ended_at)], sent) == []
    early = done("DEPLOY_CLUSTER", asked_at=asked_at, ended_at=advances.latest(at(11.7)))
    assert len(judge_sendings([early], sent)) == 1


def test_what_is_asked_for_while_the_clocks_are_advanced_may_reach_one_that_is_not_yet() -> None:
    advances = Advances()
    advances.add(at(12), at(12.5), timedelta(seconds=30))
    for seconds in (12, 12.2, 12.5, 12.6):
        asked = done(asked_at=advances.earliest(at(seconds)), ended_at=advances.latest(at(60)))
        assert judge_sendings([asked], [taken(seconds=seconds)]) == []
    assert advances.earliest(at(13)) == advances.latest(at(13)) == at(43)


def test_advances_add_up() -> None:
    advances = Advances()
    for seconds in (10, 20):
        advances.add(at(seconds), at(seconds), timedelta(seconds=30))
    assert (advances.latest(at(15)), advances.latest(at(25))) == (at(45), at(85))
