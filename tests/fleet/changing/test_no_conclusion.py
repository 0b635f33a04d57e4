"""What an observation must not conclude, however close it comes: each of these was once wrong and no test noticed."""

from datetime import timedelta

import pytest

from fleet.changing.postconditions.verdict import ObservedCollection, Verdict
from fleet.changing.settling import GRACE, expire, settle
from fleet.changing.verbs import VERBS
from fleet.model.account import Collection
from fleet.model.change import (
    Change,
    ClearSpendLimit,
    CreateIntegration,
    DeleteCluster,
    DeployCluster,
    FinalizeUpgrade,
    LockCluster,
    OperationKind,
    RollBackUpgrade,
    SetSpendLimit,
    StopCluster,
    UnlockCluster,
    UpdateIntegration,
    UpgradeCluster,
)
from fleet.model.cloud import Cloud
from fleet.model.cluster import Phase
from fleet.model.credentials import AwsRole
from fleet.model.failure import Failure, FailureKind
from fleet.model.money import LimitWanted, Money, SpendLimitBasis
from fleet.model.operation import Before, Operation, OperationState, Step, TargetKind
from fleet.model.tracking import Tracked, TrackedCluster, Unread
from fleet.model.upgrade import UpgradeState
from tests.fleet.asked import UPDATE, creation, operation
from tests.fleet.changing.test_settling import (
    ACME,
    LATER,
    LONG_AGO,
    NEWER,
    SENT,
    deploying,
    links,
    lost,
    row,
    taken,
    view,
    web,
)
from tests.fleet.things import UNKNOWN_LIMIT, integration, limited

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
        collection=Collection.INTEGRATIONS,
        began_at=observed.began_at,
        is_complete=True,
        integrations={"link": Tracked(item=link, unread=UNREAD)},
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


LIMIT = SetSpendLimit(limit=LimitWanted(money=Money(minor_units=5, currency="USD")))
NOTHING_TOLD = web(
    version=None,
    upgrade_state=None,
    is_deletion_protected=None,
    spend_limit=UNKNOWN_LIMIT,
    phase=Phase.UNKNOWN,
)
BEFORE_IT = web(
    version="v25.4.1",
    upgrade_state=UpgradeState.PENDING_FINALIZATION,
    is_deletion_protected=False,
    spend_limit=limited(9, SpendLimitBasis.MONEY),
)
OF_ONE_CLUSTER = [
    StopCluster(),
    DeleteCluster(),
    LIMIT,
    ClearSpendLimit(),
    UpgradeCluster(version="v26.1"),
    FinalizeUpgrade(version="v25.4.1"),
    RollBackUpgrade(version="v25.4.1"),
    LockCluster(reason="a freeze"),
    UnlockCluster(),
]


def seen_again(asked: Operation, shown: TrackedCluster, times: int = 3) -> Operation:
    """After so many observations that come late enough to be believed."""
    for time in range(1, times + 1):
        asked = settle(asked, view(shown, began_at=SENT + GRACE * time), LATER)
    return asked


@pytest.mark.parametrize("change", OF_ONE_CLUSTER)
def test_what_a_provider_does_not_tell_is_neither_missed_nor_the_end(change: Change) -> None:
    untold = row(NOTHING_TOLD, since=LONG_AGO)
    assert seen_again(lost(change, key="web"), untold).state is OperationState.UNCONFIRMED
    assert seen_again(taken(change), untold).state is RUNNING


@pytest.mark.parametrize(
    "change", [one for one in OF_ONE_CLUSTER if not isinstance(one, LockCluster | UnlockCluster)]
)
def test_what_may_show_when_it_is_done_is_not_missed_while_the_cluster_moves(change: Change) -> None:
    moving = BEFORE_IT.model_copy(update={"phase": Phase.UPDATING})
    after = seen_again(lost(change, key="web"), row(moving, since=LONG_AGO))
    assert (after.state, after.absent_observations) in (
        (OperationState.UNCONFIRMED, 0),
        (RUNNING, 0),
    )


@pytest.mark.parametrize("state", [UpgradeState.AVAILABLE, UpgradeState.FINALIZED])
def test_an_upgrade_that_was_rolled_back_was_not_made_final(state: UpgradeState) -> None:
    """After a roll back an upgrade is on offer again, as it is after one that was made final."""
    rolled_back = row(web(version="v25.2.4", upgrade_state=state))
    change = FinalizeUpgrade(version="v25.4.1")
    assert seen_again(lost(change, key="web"), rolled_back).state is OperationState.FAILED
    assert seen_again(taken(change), rolled_back).state is OperationState.FAILED
    for version in ("v25.4.1", "v25.4.2", "v26.1.0"):
        final = row(web(version=version, upgrade_state=state))
        assert seen_again(taken(change), final).state is OperationState.SUCCEEDED


def test_a_patch_of_the_release_that_was_to_be_left_is_no_roll_back() -> None:
    change = RollBackUpgrade(version="v25.4.1")
    for version in ("v25.4.1", "v25.4.2"):
        patched = row(web(version=version, upgrade_state=UpgradeState.PENDING_FINALIZATION), since=LONG_AGO)
        assert seen_again(lost(change, key="web"), patched).state is OperationState.FAILED
        assert seen_again(taken(change), patched).state is RUNNING
    left = row(web(version="v25.2.9", upgrade_state=UpgradeState.AVAILABLE))
    assert seen_again(taken(change), left).state is OperationState.SUCCEEDED


def test_a_lock_that_was_there_before_is_no_sign_of_the_new_one() -> None:
    """A lock replaces the one before: its reason and its days are others."""
    locked = row(web(is_deletion_protected=True), since=LONG_AGO)
    asked = operation(LockCluster(reason="a freeze"), ACME, key="web")
    again = asked.sending(SENT, Before(was_shown=True))
    assert seen_again(again, locked).state is OperationState.UNCONFIRMED
    assert seen_again(again.answered(SENT), locked).state is OperationState.SUCCEEDED
    assert seen_again(asked.sending(SENT), locked).state is OperationState.SUCCEEDED


def test_a_version_that_shows_before_its_deployment_began_is_not_the_end() -> None:
    change = UpgradeCluster(version="1.33")
    asked = operation(change, ACME, key="web").sending(SENT, Before(deployment="run-1")).answered(SENT)
    early = row(web(version="1.33", deployment="run-1"), since=LONG_AGO)
    assert seen_again(asked, early).state is RUNNING
    assert (
        seen_again(asked, row(web(version="1.33", deployment="run-2"), since=LONG_AGO)).state
        is OperationState.SUCCEEDED
    )
    assert (
        seen_again(taken(change), row(web(version="1.33"), since=LONG_AGO)).state is OperationState.SUCCEEDED
    )


@pytest.mark.parametrize(("cloud", "is_ours"), [(Cloud.AWS, True), (Cloud.GCP, False)])
def test_a_link_to_another_cloud_is_somebody_elses(cloud: Cloud, is_ours: bool) -> None:
    asked = lost(CreateIntegration(name="new", credentials=AwsRole(role_arn="arn:role")))
    stored = type(asked).model_validate_json(asked.model_dump_json())
    link = integration("1", of=ACME, name="new", cloud=cloud)
    after = settle(stored, links(link), LATER)
    assert (after.target is not None) is is_ours
    assert after.candidates == (() if is_ours else ("1",))
