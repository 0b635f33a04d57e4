"""Watching clusters by repeated requests until they reach a goal."""

from collections.abc import Sequence
from typing import Any

from cli.client import REQUEST_SECONDS, Client
from cli.documents import change
from cli.documents import clusters as queries
from cli.follow import POLL_SECONDS
from cli.formatting import read_moment
from cli.goals import Goal, judge, value_of, verb
from cli.lookup import Found, find_cluster, no_cluster, path_of
from cli.sight import Outcome, Sight

AT_ONCE = 100
"""The most IDs in one request."""


class ClusterWatch:
    """Finds clusters by name, and then follows their IDs.

    A missing name is an error, unless the goal is its deletion, an operation is creating it, or it `may_appear`.
    """

    def __init__(self, client: Client, references: Sequence[str], goal: Goal, *, may_appear: bool) -> None:
        self._client = client
        self._goal = goal
        self._may_appear = may_appear
        self._known: dict[str, dict[str, Any] | None] = dict.fromkeys(references)
        self._expected: set[str] = set()

    def __call__(self, within_seconds: float) -> Sequence[Sight]:
        found = {
            reference: self._find(reference, within_seconds)
            for reference, cluster in self._known.items()
            if cluster is None
        }
        fresh = {one.cluster["id"]: one.cluster for one in found.values() if one.cluster is not None}
        known = {cluster["id"] for cluster in self._known.values() if cluster is not None}
        to_read = known if self._goal.needs_fields else known - fresh.keys()
        latest: dict[str, Any] = fresh | dict.fromkeys(to_read) | self._read(sorted(to_read), within_seconds)
        return [self._sight(reference, latest, found.get(reference)) for reference in self._known]

    def _sight(self, reference: str, latest: dict[str, Any], found: Found | None) -> Sight:
        known = self._known[reference]
        if known is None:
            return self._absent(reference, is_certain=found is not None and found.is_certain)
        cluster = latest[known["id"]]
        if cluster is None:
            return self._forgotten(path_of(known), known["id"])
        self._known[reference] = cluster
        return to_sight(cluster, self._goal)

    def _find(self, reference: str, within_seconds: float) -> Found:
        found = find_cluster(self._client, reference, within_seconds=within_seconds)
        self._known[reference] = found.cluster
        if found.cluster is None and not self._is_awaited(reference):
            seen = "" if found.is_certain else "Not all accounts could be seen. "
            raise no_cluster(self._client, reference, f"{seen}With --create, wait waits for it to appear.")
        return found

    def _is_awaited(self, reference: str) -> bool:
        if self._may_appear or self._goal.is_deletion or reference in self._expected:
            return True
        if _is_being_created(self._client, reference):
            self._expected.add(reference)
            return True
        return False

    def _read(self, ids: Sequence[str], within_seconds: float) -> dict[str, dict[str, Any]]:
        document = queries.WATCH_FIELDS if self._goal.needs_fields else queries.WATCH_SEVERAL
        latest: dict[str, dict[str, Any]] = {}
        for start in range(0, len(ids), AT_ONCE):
            variables = {"ids": ids[start : start + AT_ONCE]}
            nodes = self._client.ask(document, variables, within_seconds=within_seconds)["nodes"]
            latest |= {node["id"]: node for node in nodes if node}
        return latest

    def _absent(self, reference: str, *, is_certain: bool) -> Sight:
        is_reached = is_certain and self._goal.is_deletion
        return Sight(
            subject=reference,
            state="not there" if self._goal.is_deletion else "not there yet",
            remark="" if is_certain else "and not all accounts could be seen",
            outcome=Outcome.REACHED if is_reached else None,
            poll_after_seconds=POLL_SECONDS,
        )

    def _forgotten(self, path: str, cluster_id: str) -> Sight:
        is_reached = self._goal.is_deletion
        return Sight(
            subject=path,
            id=cluster_id,
            state="gone",
            outcome=Outcome.REACHED if is_reached else Outcome.FAILED,
            reason="" if is_reached else "It was forgotten while we waited.",
            poll_after_seconds=POLL_SECONDS,
        )


def to_sight(cluster: dict[str, Any], goal: Goal) -> Sight:
    status, freshness, operation = cluster["status"], cluster["freshness"], cluster["operation"]
    outcome, reason = judge(cluster, goal)
    return Sight(
        subject=path_of(cluster),
        id=cluster["id"],
        state=status["phase"],
        remark=", ".join(_remarks(cluster, goal)),
        since=read_moment(status["since"]),
        age_seconds=freshness["ageSeconds"],
        outcome=outcome,
        reason=reason,
        poll_after_seconds=(operation and operation["pollAfterSeconds"]) or POLL_SECONDS,
    )


def _remarks(cluster: dict[str, Any], goal: Goal) -> list[str]:
    status, freshness, operation = cluster["status"], cluster["freshness"], cluster["operation"]
    remarks = []
    if goal.field:
        remarks.append(f"{goal.field}={value_of(cluster, goal.field) or 'null'}")
    if status["providerPhase"].upper() not in ("", status["phase"]):
        remarks.append(status["providerPhase"])
    if status["providerOperation"]:
        remarks.append(status["providerOperation"])
    if operation is not None:
        remarks.append(verb(operation))
    if status["isConverged"] is False:
        remarks.append("not yet converged")
    if freshness["state"] != "CURRENT":
        remarks.append(freshness["state"])
    return remarks


def _is_being_created(client: Client, reference: str) -> bool:
    """Whether an open operation creates a cluster of that name, which was not observed yet."""
    account, _, name = reference.rpartition("/")
    account = account.rpartition("/")[2]
    variables = {"first": 100, "filter": {"states": ["RUNNING", "UNCONFIRMED"]}}
    operations = client.ask(change.OPERATIONS, variables, within_seconds=REQUEST_SECONDS)["operations"]
    return any(
        one["kind"] == "CREATE_CLUSTER"
        and one["targetName"] == name
        and account in ("", (one["account"] or {}).get("name"))
        for one in operations["nodes"]
    )
