"""A cluster on its way to where somebody wants it, as one look after the other shows it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from cli.client import Client
from cli.documents import read
from cli.follow import POLL_SECONDS
from cli.lookup import find_cluster, path_of
from cli.progress import Outcome, Sight
from cli.words import read_moment


@dataclass(frozen=True, kw_only=True)
class Goal:
    reached_in: frozenset[str]
    lost_in: frozenset[str]


GOALS: Mapping[str, Goal] = {
    "ready": Goal(reached_in=frozenset({"READY"}), lost_in=frozenset({"FAILED", "DELETING", "DELETED"})),
    "stopped": Goal(reached_in=frozenset({"STOPPED"}), lost_in=frozenset({"FAILED", "DELETING", "DELETED"})),
    "deleted": Goal(reached_in=frozenset({"DELETED"}), lost_in=frozenset()),
}


class ClusterWatch:
    """Looks for a cluster by what it is called until there is one, and then at that very cluster."""

    def __init__(self, client: Client, reference: str, goal: str) -> None:
        self._client = client
        self._reference = reference
        self._goal = goal
        self._cluster: dict[str, Any] | None = None

    def __call__(self, within_seconds: float) -> Sight:
        if self._cluster is None:
            found = find_cluster(self._client, self._reference, within_seconds=within_seconds)
            self._cluster, is_certain = found.cluster, found.is_certain
            if self._cluster is None:
                return self._absent("not there" if self._goal == "deleted" else "not there yet", is_certain)
            return to_sight(self._cluster, self._goal)
        answer = self._client.ask(read.WATCH, {"id": self._cluster["id"]}, within_seconds=within_seconds)
        if answer["cluster"] is None:
            return self._absent("gone", is_certain=True)
        self._cluster = answer["cluster"]
        return to_sight(answer["cluster"], self._goal)

    def _absent(self, word: str, is_certain: bool) -> Sight:
        outcome = None
        if is_certain and self._goal == "deleted":
            outcome = Outcome.REACHED
        elif word == "gone":
            outcome = Outcome.FAILED
        return Sight(
            subject=self._reference if self._cluster is None else path_of(self._cluster),
            word=word,
            remark="" if is_certain else "and not all accounts could be seen",
            outcome=outcome,
            reason="It was forgotten while we waited." if outcome is Outcome.FAILED else "",
            poll_after_seconds=POLL_SECONDS,
        )


def to_sight(cluster: dict[str, Any], goal: str) -> Sight:
    status, freshness, operation = cluster["status"], cluster["freshness"], cluster["operation"]
    outcome, reason = judge(cluster, goal)
    return Sight(
        subject=path_of(cluster),
        word=status["phase"],
        remark=", ".join(_remarks(cluster)),
        since=read_moment(status["since"]),
        age_seconds=freshness["ageSeconds"],
        outcome=outcome,
        reason=reason,
        poll_after_seconds=(operation and operation["pollAfterSeconds"]) or POLL_SECONDS,
    )


def judge(cluster: dict[str, Any], goal: str) -> tuple[Outcome | None, str]:
    """Whether it is there, cannot get there, or is still on its way; and a sentence about it.

    What is old proves nothing, except that a deleted cluster stays deleted. A change that the provider has accepted and
    not yet applied is not done, and what is seen while a change of ours is under way may be from before it.
    """
    status, freshness, aim = cluster["status"], cluster["freshness"], GOALS[goal]
    phase, failure = status["phase"], freshness["lastFailure"]
    if phase == "DELETED":
        return (Outcome.REACHED, "") if goal == "deleted" else (Outcome.FAILED, "It is deleted.")
    if freshness["state"] != "CURRENT":
        if failure and failure["kind"] == "AUTHENTICATION" and freshness["nextAttemptAt"] is None:
            name = cluster["account"]["name"]
            return Outcome.FAILED, f"The provider refuses the token of {name}: nothing new will be seen."
        return None, failure["message"] if failure else "It has not been observed lately."
    if cluster["operation"] is not None:
        return None, f"A change is under way: {_verb(cluster['operation'])}."
    if phase in aim.reached_in and status["isConverged"] is not False:
        return Outcome.REACHED, ""
    if phase in aim.lost_in:
        return Outcome.FAILED, status["message"] or f"From there it does not become {goal}."
    return None, status["message"] or ""


def _verb(operation: dict[str, Any]) -> str:
    return str(operation["kind"]).lower().replace("_", " ")


def _remarks(cluster: dict[str, Any]) -> list[str]:
    status, freshness, operation = cluster["status"], cluster["freshness"], cluster["operation"]
    remarks = []
    if status["providerPhase"].upper() not in ("", status["phase"]):
        remarks.append(status["providerPhase"])
    if status["providerOperation"]:
        remarks.append(status["providerOperation"])
    if operation is not None:
        remarks.append(_verb(operation))
    if status["isConverged"] is False:
        remarks.append("not yet converged")
    if freshness["state"] != "CURRENT":
        remarks.append(freshness["state"])
    return remarks
