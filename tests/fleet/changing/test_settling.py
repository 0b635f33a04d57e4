"""What an observation makes of a change: whose a new cluster is, what proves an end, and what stays in doubt."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from fleet.changing.postconditions.verdict import ObservedCollection
from fleet.changing.settling import GRACE, expire, settle
from fleet.changing.verbs import VERBS
from fleet.model.account import Collection
from fleet.model.change import (
    CHANGES,
    Change,
    ClearSpendLimit,
    CordonNode,
    CreateIntegration,
    DeleteCluster,
    DeleteIntegration,
    DeployCluster,
    OperationKind,
    SetSpendLimit,
    StopCluster,
    UpdateIntegration,
)
from fleet.model.cluster import Cluster, Phase
from fleet.model.credentials import AwsRole
from fleet.model.failure import Failure, FailureKind
from fleet.model.integration import Integration
from fleet.model.money import (
    LimitWanted,
    Money,
    SpendEnforcement,
    SpendLimit,
    SpendLimitBasis,
    SpendLimitState,
    SpendLimitStatus,
    UsageLimit,
)
from fleet.model.operation import Before, Operation, OperationState, Step, Target, TargetKind
from fleet.model.tracking import Tracked, TrackedCluster, Unread
from fleet.providers import PROVIDERS
from fleet.providers.kupe import KupeDetails
from tests.fleet.asked import AS_SPECIFIED, SPEC, UPDATE, creation, operation
from tests.fleet.things import NOON, account, cluster, integration

ACME = account()
SENT = NOON + timedelta(seconds=1)
ANSWERED = NOON + timedelta(seconds=3)
LATER = NOON + timedelta(seconds=30)


def row(item: Cluster, *, since: datetime = LATER, **more: Any) -> TrackedCluster:
    return TrackedCluster(item=item, since=since, first_observed_at=since, **more)


def view(*rows: TrackedCluster, began_at: datetime = LATER, is_complete: bool = True) -> ObservedCollection:
    return ObservedCollection(
        began_at=began_at, is_complete=is_complete, clusters={one.item.key: one for one in rows}
    )


def links(*items: Integration, began_at: datetime = LATER, is_complete: bool = True) -> ObservedCollection:
    rows = {one.key: Tracked(item=one) for one in items}
    return ObservedCollection(
        collection=Collection.INTEGRATIONS,
        began_at=began_at,
        is_complete=is_complete,
        integrations=rows,
    )


def web(phase: Phase = Phase.READY, **more: Any) -> Cluster:
    return cluster("web", of=ACME, phase=phase, **AS_SPECIFIED | {"created_at": ANSWERED} | more)


def lost(change: Change | None = None, **more: Any) -> Operation:
    """Its request went out, and no answer came."""
    return operation(change or creation(), ACME, **more).sending(SENT)


def taken(change: Change, key: str | None = "web", kind: TargetKind = TargetKind.CLUSTER) -> Operation:
    """Its answer came."""
    target = None if key is None else Target(kind=kind, key=key)
    return operation(change, ACME).sending(SENT).answered(ANSWERED, target)


class TestIdentity:
    @pytest.mark.parametrize(
        ("answered", "incarnation", "key"),
        [
            ("web", "monday", "web@monday"),
            ("web@monday", None, "web"),
            ("web", None, "web"),
            ("web@2026-11-23T12:00:00.123456Z", "2026-11-23T12:00:00Z", "web@2026-11-23T12:00:00Z"),
            ("web@2026-11-23T12:00:00Z", "2026-11-23T12:00:01Z", "web@2026-11-23T12:00:01Z"),
        ],
    )
    def test_a_new_cluster_stays_itself_when_its_time_of_creation_appears(
        self, answered: str, incarnation: str | None, key: str
    ) -> None:
        shown = view(row(web(incarnation=incarnation)))
        settled = settle(taken(creation(), answered), shown, LATER)
        assert (settled.state, settled.target) == (
            OperationState.SUCCEEDED,
            Target(kind=TargetKind.CLUSTER, key=key),
        )

    @pytest.mark.parametrize("incarnation", ["2026-11-23T12:01:00Z", "2026-11-23T11:59:00Z", "tuesday"])
    def test_one_of_another_time_of_creation_is_another(self, incarnation: str) -> None:
        asked = taken(creation(), "web@2026-11-23T12:00:00Z")
        assert settle(asked, view(row(web(incarnation=incarnation))), LATER).target == asked.target

    def test_one_that_was_there_before_is_another(self) -> None:
        asked = operation(creation(), ACME).sending(SENT, Before(keys=("web@monday",)))
        asked = asked.answered(ANSWERED, Target(kind=TargetKind.CLUSTER, key="web"))
        assert settle(asked, view(row(web(incarnation="monday"))), LATER) == asked

    def test_of_two_candidates_neither_is_it(self) -> None:
        asked = taken(creation(), "web")
        both = view(row(web(incarnation="monday")), row(web(incarnation="tuesday")))
        assert settle(asked, both, LATER) == asked


class TestAdoption:
    def test_a_cluster_that_came_after_the_sending_and_is_what_was_asked_for_is_ours(self) -> None:
        settled = settle(lost(), view(row(web(Phase.PENDING))), LATER)
        assert (settled.state, settled.target) == (
            OperationState.RUNNING,
            Target(kind=TargetKind.CLUSTER, key="web"),
        )

    def test_one_that_is_ready_already_is_the_end(self) -> None:
        settled = settle(lost(), view(row(web())), LATER)
        settled = settle(settled, view(row(web()), began_at=LATER + timedelta(seconds=5)), LATER)
        assert settled.state is OperationState.SUCCEEDED

    @pytest.mark.parametrize(
        "converted", [web(display_name="web (eu)"), web(created_at=None), web(labels={"added": "by them"})]
    )
    def test_what_a_provider_converts_or_leaves_out_makes_it_no_stranger(self, converted: Cluster) -> None:
        assert settle(lost(), view(row(converted)), LATER).target is not None

    def test_what_was_known_before_the_sending_is_nobody_of_ours_whatever_its_clock_says(self) -> None:
        known = operation(creation(), ACME).sending(SENT, Before(keys=("web",)))
        assert settle(known, view(row(web())), LATER).state is OperationState.UNCONFIRMED

    @pytest.mark.parametrize(
        "doubtful",
        [
            web(plan="dedicated"),
            web(created_at=SENT - timedelta(seconds=20)),
            web(created_at=SENT - timedelta(minutes=2)),
        ],
    )
    def test_what_may_be_ours_and_may_not_is_shown_and_never_adopted(self, doubtful: Cluster) -> None:
        after = lost()
        for minutes in (3, 4, 5):
            at = NOON + timedelta(minutes=minutes)
            after = settle(after, view(row(doubtful), began_at=at), at)
        assert (after.state, after.candidates, after.target) == (OperationState.UNCONFIRMED, ("web",), None)

    def test_two_candidates_stay_unconfirmed_and_are_both_shown(self) -> None:
        two = view(row(web(incarnation="1")), row(web(incarnation="2")))
        after = settle(lost(), two, LATER)
        assert (after.state, after.candidates) == (OperationState.UNCONFIRMED, ("web@1", "web@2"))

    def test_one_that_is_surely_ours_is_not_adopted_beside_one_that_may_be(self) -> None:
        two = view(row(web(incarnation="1")), row(web(incarnation="2", plan="dedicated")))
        after = settle(lost(), two, LATER)
        assert (after.state, after.candidates, after.target) == (
            OperationState.UNCONFIRMED,
            ("web@1", "web@2"),
            None,
        )

    def test_a_namesake_in_another_case_is_shown_where_the_provider_knows_no_case(self) -> None:
        asked = lost().model_copy(update={"provider": "qovery"})
        assert settle(asked, view(row(web(name="WEB", plan="dedicated"))), LATER).candidates == ("web",)

    def test_a_namesake_in_another_case_is_one_only_where_the_provider_says_so(self) -> None:
        assert settle(lost(), view(row(web(name="WEB"))), LATER).candidates == ()

    def test_a_body_that_does_not_read_proves_nothing(self) -> None:
        unread = Unread(
            failure=Failure(kind=FailureKind.UNEXPECTED_RESPONSE, message="?", occurred_at=LATER),
            read_at=LATER,
        )
        assert settle(lost(), view(row(web(), unread=unread)), LATER).target is None


class TestAbsence:
    def test_two_complete_observations_after_the_grace_end_it(self) -> None:
        first = settle(lost(), view(began_at=SENT + GRACE), LATER)
        assert (first.state, first.absent_observations) == (OperationState.UNCONFIRMED, 1)
        second = settle(first, view(began_at=SENT + GRACE * 2), LATER)
        assert second.state is OperationState.FAILED

    @pytest.mark.parametrize(
        "after",
        [view(began_at=SENT + timedelta(seconds=100)), view(began_at=SENT + GRACE, is_complete=False)],
    )
    def test_an_early_or_an_incomplete_one_proves_nothing(self, after: ObservedCollection) -> None:
        assert settle(lost(), after, LATER).absent_observations == 0

    def test_what_began_before_the_sending_shows_nothing_of_it(self) -> None:
        asked = lost()
        assert settle(asked, view(row(web()), began_at=SENT), LATER) == asked


NEWER = KupeDetails(isolation="shared", requested_version="1.34")
FIVE_DOLLARS = LimitWanted(money=Money(minor_units=500, currency="USD"))
UNLIMITED = SpendLimitStatus(state=SpendLimitState.UNLIMITED)


def limited(**halves: Any) -> SpendLimitStatus:
    limit = SpendLimit(basis=SpendLimitBasis.USAGE, enforcement=SpendEnforcement.STOP, **halves)
    return SpendLimitStatus(state=SpendLimitState.LIMITED, limit=limit)


ENDS: list[tuple[str, Change, Cluster]] = [
    ("created", creation(), web()),
    ("updated", UPDATE, web(details=NEWER)),
    ("stopped", StopCluster(), web(Phase.STOPPED)),
    ("deployed", DeployCluster(), web()),
    ("deleted", DeleteCluster(), web(Phase.DELETED)),
    ("limited", SetSpendLimit(limit=FIVE_DOLLARS), web(spend_limit=limited(money=FIVE_DOLLARS.money))),
    (
        "limited in use",
        SetSpendLimit(limit=LimitWanted(usage=UsageLimit(request_units=7))),
        web(spend_limit=limited(usage=UsageLimit(request_units=7, storage_mib=9))),
    ),
    ("unlimited", ClearSpendLimit(), web(spend_limit=UNLIMITED)),
]
NOT_YET: list[tuple[str, Change, Cluster]] = [
    ("not ready", creation(), web(Phase.PROVISIONING)),
    ("not converged", creation(), web(is_converged=False)),
    ("another version", UPDATE, web()),
    ("updating", UPDATE, web(Phase.UPDATING, details=NEWER)),
    ("accepted and not applied", UPDATE, web(details=NEWER, is_converged=False)),
    ("stopping", StopCluster(), web(Phase.STOPPING)),
    ("deploying", DeployCluster(), web(Phase.UPDATING)),
    ("deleting", DeleteCluster(), web(Phase.DELETING)),
    ("another limit", SetSpendLimit(limit=FIVE_DOLLARS), web(spend_limit=limited(usage=UsageLimit()))),
    ("no limit", SetSpendLimit(limit=FIVE_DOLLARS), web(spend_limit=UNLIMITED)),
    ("still a limit", ClearSpendLimit(), web(spend_limit=limited(money=FIVE_DOLLARS.money))),
]


class TestPostconditions:
    @pytest.mark.parametrize(("change", "shown"), [case[1:] for case in ENDS], ids=[case[0] for case in ENDS])
    def test_the_end_of_a_verb_shows(self, change: Change, shown: Cluster) -> None:
        settled = settle(taken(change), view(row(shown)), LATER)
        assert (settled.state, settled.finished_at) == (OperationState.SUCCEEDED, LATER)

    @pytest.mark.parametrize(("change", "shown"), [case[1:] for case in ENDS], ids=[case[0] for case in ENDS])
    def test_no_observation_that_began_before_the_answer_proves_it(
        self, change: Change, shown: Cluster
    ) -> None:
        early = view(row(shown), began_at=ANSWERED)
        assert settle(taken(change), early, LATER).state is OperationState.RUNNING

    @pytest.mark.parametrize(
        ("change", "shown"), [case[1:] for case in NOT_YET], ids=[case[0] for case in NOT_YET]
    )
    def test_what_is_on_its_way_is_not_the_end(self, change: Change, shown: Cluster) -> None:
        assert settle(taken(change), view(row(shown)), LATER).state is OperationState.RUNNING

    @pytest.mark.parametrize("change", [creation(), UPDATE, StopCluster(), DeployCluster(), DeleteCluster()])
    def test_a_failure_since_the_answer_is_the_end_with_the_providers_message(self, change: Change) -> None:
        broken = row(web(Phase.FAILED, message="no capacity"))
        settled = settle(taken(change), view(broken), LATER)
        assert settled.state is OperationState.FAILED
        assert settled.failure is not None
        assert settled.failure.message == "The provider gave up: no capacity."

    def test_a_failure_from_before_says_nothing_about_this_change(self) -> None:
        broken = TrackedCluster(
            item=web(Phase.FAILED), since=NOON - timedelta(days=1), first_observed_at=NOON - timedelta(days=9)
        )
        assert settle(taken(UPDATE), view(broken), LATER).state is OperationState.RUNNING

    @pytest.mark.parametrize("asked", [taken(UPDATE), lost(UPDATE, key="web"), taken(ClearSpendLimit())])
    def test_a_cluster_that_is_gone_cannot_be_changed_any_more(self, asked: Operation) -> None:
        settled = settle(asked, view(row(web(Phase.DELETED))), LATER)
        assert settled.state is OperationState.FAILED
        assert settled.failure is not None
        assert settled.failure.message == "It is gone from the provider."

    def test_that_an_earlier_cluster_of_the_name_is_gone_says_nothing(self) -> None:
        before = row(web(Phase.DELETED), since=NOON - timedelta(days=1))
        assert settle(taken(creation()), view(before), LATER).state is OperationState.RUNNING

    @pytest.mark.parametrize(
        "change", [creation(), UPDATE, DeployCluster(), DeleteCluster(), ClearSpendLimit()]
    )
    @pytest.mark.parametrize("is_complete", [True, False])
    def test_a_cluster_that_is_not_shown_proves_nothing(self, change: Change, is_complete: bool) -> None:
        assert settle(taken(change), view(is_complete=is_complete), LATER).state is OperationState.RUNNING

    def test_a_creation_whose_cluster_is_otherwise_than_asked_succeeds_and_says_so(self) -> None:
        settled = settle(taken(creation()), view(row(web(plan="dedicated"))), LATER)
        assert settled.state is OperationState.SUCCEEDED
        assert [(one.field, one.got) for one in settled.differences] == [("type", "dedicated")]

    def test_every_verb_is_in_the_table(self) -> None:
        of_accounts = {OperationKind.REFRESH_ACCOUNT, OperationKind.DISCONNECT_ACCOUNT}
        assert CHANGES.keys() - VERBS.keys() == of_accounts


LONG_AGO = NOON - timedelta(days=1)


def deploying(change: Change | None = None, **before: Any) -> Operation:
    """Its deployment was sent and answered."""
    asked = operation(change or DeployCluster(), ACME, starts_deployment=True)
    target = Target(kind=TargetKind.CLUSTER, key="web")
    return asked.sending(SENT, Before(**before)).answered(ANSWERED, target)


class TestDeployments:
    def test_a_cluster_that_was_ready_all_along_shows_no_deployment(self) -> None:
        after = settle(deploying(), view(row(web(), since=LONG_AGO)), LATER)
        assert after.state is OperationState.RUNNING
        ended = expire(after, after.deadline)
        assert ended.failure is not None
        assert "has shown nothing of the change" in ended.failure.message

    def test_another_deployment_than_before_is_one(self) -> None:
        asked = deploying(deployment="run-1")
        same = settle(asked, view(row(web(deployment="run-1"), since=LONG_AGO)), LATER)
        assert same.state is OperationState.RUNNING
        other = settle(asked, view(row(web(deployment="run-2"), since=LONG_AGO)), LATER)
        assert other.state is OperationState.SUCCEEDED

    def test_that_it_moved_is_remembered(self) -> None:
        moving = settle(deploying(), view(row(web(Phase.UPDATING))), LATER)
        assert (moving.state, moving.has_begun) == (OperationState.RUNNING, True)
        at_rest = view(row(web(), since=LONG_AGO), began_at=LATER + timedelta(seconds=5))
        assert settle(moving, at_rest, LATER).state is OperationState.SUCCEEDED

    def test_a_cluster_that_is_registered_and_waits_shows_no_deployment(self) -> None:
        """As after the death of a runner between the creation and the deployment of a cluster at Qovery."""
        asked = operation(creation(), ACME, starts_deployment=True, steps=(Step.DEPLOY,))
        target = Target(kind=TargetKind.CLUSTER, key="web")
        sent = asked.model_copy(update={"target": target}).sending(SENT, Before())
        waiting = row(web(Phase.PENDING, is_converged=False))
        after = settle(sent, view(waiting), LATER)
        assert (after.state, after.has_begun, after.steps) == (
            OperationState.UNCONFIRMED,
            False,
            (Step.DEPLOY,),
        )
        queued = waiting.model_copy(update={"first_observed_at": NOON})
        assert settle(sent, view(queued), LATER).has_begun

    @pytest.mark.parametrize("change", [DeployCluster(), UPDATE])
    def test_one_that_ends_in_an_error_fails_though_the_change_is_shown(self, change: Change) -> None:
        broken = row(web(Phase.DEGRADED, details=NEWER, provider_phase="DEPLOYMENT_ERROR"))
        settled = settle(deploying(change), view(broken), LATER)
        assert settled.state is OperationState.FAILED
        assert settled.failure is not None
        assert "DEPLOYMENT_ERROR" in settled.failure.message

    def test_one_that_fails_again_fails_again(self) -> None:
        broken = row(web(Phase.DEGRADED, deployment="run-2"), since=LONG_AGO)
        settled = settle(deploying(deployment="run-1"), view(broken), LATER)
        assert settled.state is OperationState.FAILED

    def test_an_update_that_was_applied_otherwise_than_asked_succeeds_and_says_so(self) -> None:
        asked = deploying(UPDATE, revision="r1", deployment="run-1")
        converted = web(revision="r2", deployment="run-2")
        settled = settle(asked, view(row(converted)), LATER)
        assert settled.state is OperationState.SUCCEEDED
        assert [one.field for one in settled.differences] == ["version"]


class TestLostAnswers:
    @pytest.mark.parametrize(
        ("change", "shown"),
        [
            (UPDATE, web(Phase.UPDATING, details=NEWER)),
            (StopCluster(), web(Phase.STOPPING)),
            (DeployCluster(), web(Phase.UPDATING)),
            (DeleteCluster(), web(Phase.DELETING)),
        ],
    )
    def test_a_sign_that_it_was_taken_settles_the_doubt(self, change: Change, shown: Cluster) -> None:
        settled = settle(lost(change, key="web"), view(row(shown)), LATER)
        assert (settled.state, settled.sent_at) == (OperationState.RUNNING, None)

    @pytest.mark.parametrize("change", [UPDATE, StopCluster(), DeleteCluster()])
    def test_no_sign_in_two_late_observations_means_it_was_not(self, change: Change) -> None:
        after = lost(change, key="web")
        for times in (1, 2):
            idle = row(web(), since=NOON - timedelta(days=1))
            after = settle(after, view(idle, began_at=SENT + GRACE * times), LATER)
        assert after.state is OperationState.FAILED

    def test_a_deployment_whose_answer_was_lost_is_not_taken_because_the_cluster_is_settled(self) -> None:
        idle = row(web(), since=LONG_AGO)
        after = settle(lost(DeployCluster(), key="web"), view(idle), LATER)
        assert after.state is OperationState.UNCONFIRMED

    def test_an_update_that_shows_only_when_it_is_done_is_not_given_up_meanwhile(self) -> None:
        after = lost(UPDATE, key="web")
        for times in (1, 2, 3):
            moving = view(row(web(Phase.UPDATING)), began_at=SENT + GRACE * times)
            after = settle(after, moving, LATER)
        assert (after.state, after.absent_observations) == (OperationState.UNCONFIRMED, 0)

    def test_what_no_provider_shows_stays_in_doubt_until_its_deadline(self) -> None:
        after = lost(CordonNode(), key="web/n1", kind=TargetKind.NODE)
        for times in (1, 2, 3):
            after = settle(after, view(began_at=SENT + GRACE * times), LATER)
        assert after.state is OperationState.UNCONFIRMED
        ended = expire(after, after.deadline)
        assert ended.state is OperationState.TIMED_OUT
        assert ended.failure is not None
        assert "could not be found out" in ended.failure.message

    def test_the_deployment_that_follows_a_registration_is_still_to_be_sent(self) -> None:
        registered = operation(creation(), ACME, steps=(Step.CHANGE, Step.DEPLOY)).sending(SENT)
        settled = settle(registered, view(row(web(Phase.PENDING))), LATER)
        assert (settled.state, settled.steps) == (OperationState.RUNNING, (Step.DEPLOY,))


class TestIntegrations:
    LINK = integration("link", of=ACME, name="prod aws", description="old", features=("byoc",))

    def test_a_new_link_of_the_name_is_ours_though_its_time_of_creation_is_unknown(self) -> None:
        asked = lost(CreateIntegration(name="prod aws", credentials=AwsRole(role_arn="arn:role")))
        settled = settle(asked, links(self.LINK), LATER)
        assert settled.target == Target(kind=TargetKind.INTEGRATION, key="link")

    def test_what_a_provider_converts_of_a_new_link_makes_it_no_stranger(self) -> None:
        link = CreateIntegration(
            name="Prod AWS", features=("BYOC",), credentials=AwsRole(role_arn="arn:role")
        )
        asked = lost(link).model_copy(update={"provider": "qovery"})
        settled = settle(asked, links(self.LINK), LATER)
        assert settled.target == Target(kind=TargetKind.INTEGRATION, key="link")

    def test_a_changed_description_shows(self) -> None:
        asked = taken(UpdateIntegration(description="new"), "link", TargetKind.INTEGRATION)
        assert settle(asked, links(self.LINK), LATER).state is OperationState.RUNNING
        changed = self.LINK.model_copy(update={"description": "new"})
        assert settle(asked, links(changed), LATER).state is OperationState.SUCCEEDED

    def test_only_a_complete_listing_shows_that_one_is_gone(self) -> None:
        asked = taken(DeleteIntegration(), "link", TargetKind.INTEGRATION)
        assert settle(asked, links(is_complete=False), LATER).state is OperationState.RUNNING
        assert settle(asked, links(), LATER).state is OperationState.SUCCEEDED

    @pytest.mark.parametrize(
        "asked",
        [
            taken(UpdateIntegration(description="new"), "link", TargetKind.INTEGRATION),
            lost(UpdateIntegration(description="new"), key="link", kind=TargetKind.INTEGRATION),
            lost(
                UpdateIntegration(credentials=AwsRole(role_arn="arn:role")),
                key="link",
                kind=TargetKind.INTEGRATION,
            ),
        ],
        ids=["taken", "lost", "lost with credentials"],
    )
    def test_one_that_is_gone_while_it_is_changed_is_said_to_be(self, asked: Operation) -> None:
        first = settle(asked, links(began_at=ANSWERED + GRACE), LATER)
        assert (first.state, first.absent_observations) == (asked.state, 1)
        second = settle(first, links(began_at=ANSWERED + GRACE * 2), LATER)
        assert second.state is OperationState.FAILED
        assert second.failure is not None
        assert second.failure.message == "It is gone from the provider."

    def test_one_that_shows_between_two_absences_is_not_gone(self) -> None:
        after = taken(UpdateIntegration(description="new"), "link", TargetKind.INTEGRATION)
        for time, shown in enumerate([(), (self.LINK,), ()], start=1):
            after = settle(after, links(*shown, began_at=ANSWERED + GRACE * time), LATER)
        assert (after.state, after.absent_observations) == (OperationState.RUNNING, 1)

    @pytest.mark.parametrize("is_complete", [True, False])
    def test_an_early_absence_and_one_from_a_list_with_gaps_are_none(self, is_complete: bool) -> None:
        asked = taken(UpdateIntegration(description="new"), "link", TargetKind.INTEGRATION)
        began_at = LATER if is_complete else ANSWERED + GRACE
        assert settle(asked, links(began_at=began_at, is_complete=is_complete), LATER) == asked

    def test_a_new_one_that_is_not_listed_yet_is_not_gone(self) -> None:
        change = CreateIntegration(name="prod aws", credentials=AwsRole(role_arn="arn:role"))
        asked = taken(change, "link", TargetKind.INTEGRATION)
        for times in (1, 2, 3):
            asked = settle(asked, links(began_at=ANSWERED + GRACE * times), LATER)
        assert asked.state is OperationState.RUNNING

    def test_an_observation_of_clusters_says_nothing_of_links(self) -> None:
        asked = taken(DeleteIntegration(), "link", TargetKind.INTEGRATION)
        assert settle(asked, view(), LATER).state is OperationState.RUNNING


class TestKeeping:
    def test_an_operation_reads_back_from_its_own_json_with_its_change(self) -> None:
        for change in (creation(), UPDATE, SetSpendLimit(limit=FIVE_DOLLARS)):
            kept = taken(change)
            assert Operation.model_validate_json(kept.model_dump_json(), context=PROVIDERS) == kept

    def test_what_is_secret_is_never_in_it(self) -> None:
        secret = "-".join(("planted", "arn"))
        spec = SPEC.model_copy(update={"alerts": {"url": secret}})
        link = CreateIntegration(name="prod aws", credentials=AwsRole(role_arn=secret))
        for change in (creation(spec=spec), link):
            kept = operation(change, ACME)
            assert secret not in kept.model_dump_json()
        assert secret not in repr(operation(link, ACME))
        assert not Operation.model_validate_json(
            operation(link, ACME).model_dump_json(), context=PROVIDERS
        ).change.is_whole

    def test_a_taken_change_that_shows_no_end_times_out_and_says_what_may_still_come(self) -> None:
        ended = expire(taken(UPDATE).begun(), NOON + timedelta(hours=1))
        assert ended.state is OperationState.TIMED_OUT
        assert ended.failure is not None
        assert "may still come to it" in ended.failure.message
