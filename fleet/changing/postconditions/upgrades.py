"""What shows that an upgrade ran, was made final or was rolled back."""

from fleet.changing.comparison import has_moved
from fleet.changing.postconditions.progress import has_begun, has_failed_since, is_settled, yes_or_not_yet
from fleet.changing.postconditions.verdict import Verdict, verdict_of
from fleet.model.change import FinalizeUpgrade, RollBackUpgrade, UpgradeCluster
from fleet.model.operation import Operation
from fleet.model.tracking import TrackedCluster
from fleet.model.upgrade import UpgradeState, is_of_an_earlier_release, runs


def upgraded(operation: Operation, row: TrackedCluster) -> Verdict:
    """The version that was asked for runs, finalised or not. A provider that tells its deployments may show the version
    before it has deployed it.
    """
    if has_failed_since(operation, row):
        return Verdict.GAVE_UP
    is_deployed = operation.before.deployment is None or has_begun(operation, row)
    return verdict_of(is_settled(row.item) and _runs_it(operation, row) and is_deployed)


def upgrade_begun(operation: Operation, row: TrackedCluster) -> Verdict:
    if row.item.version is None and not has_begun(operation, row):
        return Verdict.NOT_SHOWN
    return yes_or_not_yet(_runs_it(operation, row) or has_begun(operation, row), row)


def _runs_it(operation: Operation, row: TrackedCluster) -> bool:
    """Or another of its release or a later one, to which the provider went instead."""
    change, version = operation.change, row.item.version
    assert isinstance(change, UpgradeCluster)
    if change.version is None or version is None:
        return False
    went_on = has_moved(operation, row.item) and not is_of_an_earlier_release(version, change.version)
    return went_on or runs(version, change.version)


def finalized(operation: Operation, row: TrackedCluster) -> Verdict:
    """After a roll back an upgrade is on offer again, as it is after one that was made final: the release tells."""
    if (has_left := _has_left(operation, row)) is None:
        return Verdict.NOT_SHOWN
    if has_left:
        return Verdict.GAVE_UP
    return yes_or_not_yet(row.item.upgrade_state in (UpgradeState.FINALIZED, UpgradeState.AVAILABLE), row)


def finalization_taken(operation: Operation, row: TrackedCluster) -> Verdict:
    """What is final is not rolled back, so a roll back shows that the request was not taken."""
    verdict = finalized(operation, row)
    return Verdict.NO if verdict is Verdict.GAVE_UP else verdict


def rolled_back(operation: Operation, row: TrackedCluster) -> Verdict:
    """An earlier release runs. One that was finalised meanwhile stays."""
    if has_failed_since(operation, row):
        return Verdict.GAVE_UP
    if (has_left := _has_left(operation, row)) is None:
        return Verdict.NOT_SHOWN
    if row.item.upgrade_state is UpgradeState.FINALIZED and not has_left:
        return Verdict.GAVE_UP
    return verdict_of(is_settled(row.item) and has_left)


def roll_back_begun(operation: Operation, row: TrackedCluster) -> Verdict:
    if (has_left := _has_left(operation, row)) is None:
        return Verdict.NOT_SHOWN
    return yes_or_not_yet(has_left or row.item.upgrade_state is UpgradeState.ROLLING_BACK, row)


def _has_left(operation: Operation, row: TrackedCluster) -> bool | None:
    """Whether an earlier release runs than the one whose upgrade was to come to its end. Null where the row does not
    tell.
    """
    change, version = operation.change, row.item.version
    assert isinstance(change, FinalizeUpgrade | RollBackUpgrade)
    if version is None or row.item.upgrade_state in (None, UpgradeState.UNKNOWN):
        return None
    return change.version is not None and is_of_an_earlier_release(version, change.version)
