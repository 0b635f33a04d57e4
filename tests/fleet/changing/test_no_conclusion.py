"""What an observation must not conclude, however close it comes: each of these was once wrong and no test noticed."""

from datetime import timedelta

import pytest

from fleet.changing.postconditions import ObservedCollection, Verdict
from fleet.changing.settling import GRACE, expire, settle
from fleet.changing.verbs import VERBS
from fleet.model.change import (
    Change,
    DeleteCluster,
    DeployCluster,
    OperationKind,
    StopCluster,
    UpdateIntegration,
)
from fleet.model.cluster import Phase
from fleet.model.credentials import AwsRole
from fleet.model.failure import Failure, FailureKind
from fleet.model.operation import OperationState, Step, TargetKind
from fleet.model.tracking import Tracked, Unread
from tests.fleet.asked import creation, operation
from tests.fleet.changing.test_settling import (
    ACME,
    LATER,
    LONG_AGO,
    NEWER,
    SENT,
    UPDATE,
    deploying,
    links,
    lost,
    row,
    taken,
    view,
    web,
)
from tests.fleet.things import integration

RUNNING = OperationState.RUNNING
UNREAD = Unread(
    failure=Failure(kind=FailureKind.UNEXPECTED_RESPONSE, message="?", occurred_at=LATER), read_at=LATER
)


def test_a_time_of_creation_in_whole_seconds_is_not_before_the_sending() -> None:
    asked = operation(creation(), ACME).sending(SENT + timedelta(milliseconds=700))
    assert settle(asked, view(row(web(Phase.PENDING, created_at=SENT))), LATER).target is not None


def test_a_deleted_cluster_of_unknown_age_is_no_candidate() -> None:
    after = settle(lost(), view(row(web(Phase.DELETED, created_at=None))), LATER)
    assert (after.target, after.candidates) == (None, ())


def test_a_creation_whose_deployment_is_still_to_be_sent_is_not_over() -> None:
    asked = operation(creation(), ACME, steps=(Step.CHANGE, Step.DEPLOY)).sending(SENT)
    registered = settle(asked, view(row(web())), LATER)
    later = view(row(web()), began_at=LATER + timedelta(minutes=1))
    assert settle(registered, later, LATER).state is OperationState.RUNNING


@pytest.mark.parametrize(("early", "state"), [(1, OperationState.UNCONFIRMED), (0, OperationState.TIMED_OUT)])
def test_a_deadline_comes_when_it_comes(early: int, state: OperationState) -> None:
    asked = lost()
    assert expire(asked.unanswered(UNREAD.failure), asked.deadline - timedelta(seconds=early)).state is state


def test_credentials_that_no_provider_shows_are_not_missed() -> None:
    change = UpdateIntegration(description="new", credentials=AwsRole(role_arn="arn:role"))
    after = lost(change, key="link", kind=TargetKind.INTEGRATION)
    for times in (1, 2, 3):
        old = integration("link", of=ACME, description="old")
        after = settle(after, links(old, began_at=SENT + GRACE * times), LATER)
    assert (after.state, after.absent_observations) == (OperationState.UNCONFIRMED, 0)


def test_what_does_not_read_has_not_begun() -> None:
    moving = row(web(Phase.UPDATING), unread=UNREAD)
    assert not settle(deploying(), view(moving), LATER).has_begun


def test_what_moved_before_the_sending_has_not_begun() -> None:
    moving = view(row(web(Phase.UPDATING)), began_at=SENT)
    assert not settle(lost(DeployCluster(), key="web"), moving, LATER).has_begun


def test_a_candidate_that_shows_between_two_absences_makes_them_no_two() -> None:
    after = settle(lost(), view(began_at=SENT + GRACE), LATER)
    doubtful = web(created_at=SENT - timedelta(seconds=20))
    after = settle(after, view(row(doubtful), began_at=SENT + GRACE * 2), LATER)
    after = settle(after, view(began_at=SENT + GRACE * 3), LATER)
    assert (after.state, after.absent_observations) == (OperationState.UNCONFIRMED, 1)


def test_a_cluster_that_was_created_and_deleted_since_is_no_success() -> None:
    settled = settle(taken(creation()), view(row(web(Phase.DELETED))), LATER)
    assert (settled.state, settled.failure is None) == (OperationState.FAILED, False)


def test_what_does_not_read_is_not_the_end() -> None:
    assert settle(taken(StopCluster()), view(row(web(Phase.STOPPED), unread=UNREAD)), LATER).state is RUNNING


def test_a_link_that_does_not_read_is_not_the_end() -> None:
    link = integration("link", of=ACME, description="new")
    observed = links(link)
    unread = ObservedCollection(
        began_at=observed.began_at, is_complete=True, integrations={"link": Tracked(item=link, unread=UNREAD)}
    )
    asked = taken(UpdateIntegration(description="new"), "link", TargetKind.INTEGRATION)
    assert settle(asked, unread, LATER).state is RUNNING
    assert settle(asked, observed, LATER).state is OperationState.SUCCEEDED


def test_a_link_that_an_incomplete_listing_leaves_out_is_not_missed() -> None:
    after = lost(UpdateIntegration(description="new"), key="link", kind=TargetKind.INTEGRATION)
    for times in (1, 2, 3):
        after = settle(after, links(began_at=SENT + GRACE * times, is_complete=False), LATER)
    assert after.state is OperationState.UNCONFIRMED


def test_a_deletion_whose_answer_was_lost_is_not_taken_because_the_cluster_is_missing() -> None:
    assert settle(lost(DeleteCluster(), key="web"), view(), LATER).state is OperationState.UNCONFIRMED


def test_a_deployment_that_nobody_reported_before_is_not_another() -> None:
    after = settle(deploying(), view(row(web(deployment="run-2"), since=LONG_AGO)), LATER)
    assert (after.state, after.has_begun) == (RUNNING, False)


BROKEN_LONG_AGO = row(web(Phase.FAILED), since=LONG_AGO)


@pytest.mark.parametrize("change", [UPDATE, StopCluster(), DeployCluster()])
def test_a_failure_from_before_is_one_of_this_change_once_it_has_begun(change: Change) -> None:
    judge = VERBS[change.kind].ended
    assert judge(taken(change), view(BROKEN_LONG_AGO)) is Verdict.NO
    assert judge(taken(change).begun(), view(BROKEN_LONG_AGO)) is Verdict.GAVE_UP


@pytest.mark.parametrize(("shown", "verdict"), [("run-1", Verdict.NO), ("run-2", Verdict.GAVE_UP)])
def test_a_failure_of_another_deployment_is_one_of_this_change(shown: str, verdict: Verdict) -> None:
    broken = row(web(Phase.FAILED, deployment=shown), since=LONG_AGO)
    assert VERBS[OperationKind.DEPLOY_CLUSTER].ended(deploying(deployment="run-1"), view(broken)) is verdict


def test_an_update_that_starts_a_deployment_is_not_over_before_that_began() -> None:
    shown = row(web(details=NEWER), since=LONG_AGO)
    assert settle(deploying(UPDATE), view(shown), LATER).state is RUNNING
    assert settle(taken(UPDATE), view(shown), LATER).state is OperationState.SUCCEEDED


@pytest.mark.parametrize(
    ("is_converged", "state"),
    [(False, RUNNING), (None, OperationState.SUCCEEDED), (True, OperationState.SUCCEEDED)],
)
def test_an_update_of_a_degraded_cluster_ends_when_nothing_is_left_to_be_applied(
    is_converged: bool | None, state: OperationState
) -> None:
    shown = row(web(Phase.DEGRADED, details=NEWER, is_converged=is_converged), since=LONG_AGO)
    assert settle(taken(UPDATE), view(shown), LATER).state is state


def test_what_moves_has_begun_though_its_phase_is_an_old_one() -> None:
    assert settle(deploying(), view(row(web(Phase.UPDATING), since=LONG_AGO)), LATER).has_begun
    assert not settle(deploying(), view(row(web(), since=LONG_AGO)), LATER).has_begun
