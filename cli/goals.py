"""The goals of waiting, and whether a cluster has reached one, cannot reach it, or is in progress."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

from cli.errors import UsageError
from cli.kinds import PHASES, lower
from cli.sight import Outcome

SHORT = {"ready": "READY", "stopped": "STOPPED", "deleted": "DELETED"}

FIELDS = (
    "availableVersion",
    "capacity.instanceType",
    "capacity.maxNodes",
    "capacity.minNodes",
    "capacity.nodeCount",
    "capacity.perNode.cpuMillicores",
    "capacity.perNode.memoryMiB",
    "capacity.perNode.storageMiB",
    "capacity.total.cpuMillicores",
    "capacity.total.memoryMiB",
    "capacity.total.storageMiB",
    "cloud",
    "connection.endpoint",
    "description",
    "displayName",
    "engine",
    "externalId",
    "freshness.state",
    "isDeletionProtected",
    "labels",
    "name",
    "plan",
    "providerCloud",
    "regions",
    "revision",
    "spendLimit.state",
    "status.isConverged",
    "status.message",
    "status.providerOperation",
    "status.providerPhase",
    "version",
)
"""The fields of a cluster that can be awaited besides the phase."""

GONE = frozenset({"DELETING", "DELETED"})


@dataclass(frozen=True, kw_only=True)
class Goal:
    text: str
    phases: frozenset[str] = frozenset()
    field: str = ""
    """The field that must have the value, instead of phases."""
    value: str = ""

    @property
    def is_deletion(self) -> bool:
        return self.phases == {"DELETED"}

    @property
    def needs_fields(self) -> bool:
        """Whether other fields than the phase must be read."""
        return bool(self.field) or self.phases == {"STOPPED"}

    @property
    def lost_in(self) -> frozenset[str]:
        return (GONE | {"FAILED"}) - self.phases if not self.phases & GONE else frozenset()


def read_goal(text: str) -> Goal:
    """Of `ready`, `phase=READY,DEGRADED`, `version=v25.4`, `capacity.nodeCount=3`. Raises UsageError."""
    if text.lower() in SHORT:
        return Goal(text=text.lower(), phases=frozenset({SHORT[text.lower()]}))
    field, equals, value = text.partition("=")
    if not equals:
        raise _unknown(text, [*SHORT, *(lower(phase) for phase in PHASES)], "--for takes")
    if field.lower() in ("phase", "status.phase"):
        phases = [phase.upper().replace("-", "_") for phase in value.split(",")]
        for phase in phases:
            if phase not in PHASES:
                raise _unknown(phase, PHASES, "Phases are")
        return Goal(text=text, phases=frozenset(phases))
    known = {name.lower(): name for name in FIELDS}
    if field.lower() not in known:
        raise _unknown(field, FIELDS, "Fields are")
    return Goal(text=text, field=known[field.lower()], value=value)


def _unknown(word: str, known: Iterable[str], listed: str) -> UsageError:
    names = list(known)
    folded = {name.lower(): name for name in names}
    close = get_close_matches(word.lower(), folded, n=1)
    if close:
        name = folded[close[0]]
        is_phase = listed == "--for takes" and name not in SHORT
        remedy = f"Did you mean {'phase=' if is_phase else ''}{name}?"
    elif listed == "--for takes":
        remedy = f"{listed} {', '.join(SHORT)}, phase=PHASE, FIELD=VALUE or operation=ID."
    else:
        remedy = f"{listed} {', '.join(names)}."
    return UsageError(f"--for: {word} is not known.", remedy)


def judge(cluster: Mapping[str, Any], goal: Goal) -> tuple[Outcome | None, str]:
    """Whether the cluster has reached the goal, cannot reach it, or is in progress, and a sentence about it.

    Old data does not count, except that a deleted cluster stays deleted. A change that the provider has accepted and
    not applied has not ended. Data during an open operation can be from before it.
    """
    status, freshness = cluster["status"], cluster["freshness"]
    phase, failure = status["phase"], freshness["lastFailure"]
    if phase == "DELETED":
        return (Outcome.REACHED, "") if "DELETED" in goal.phases else (Outcome.FAILED, "It is deleted.")
    if freshness["state"] != "CURRENT":
        if failure and failure["kind"] == "AUTHENTICATION" and freshness["nextAttemptAt"] is None:
            name = cluster["account"]["name"]
            return Outcome.REFUSED, f"The provider refuses the token of {name}: nothing new will be seen."
        return None, failure["message"] if failure else "It has not been observed lately."
    if cluster["operation"] is not None:
        return None, f"A change is under way: {verb(cluster['operation'])}."
    if _is_reached(cluster, goal):
        return Outcome.REACHED, ""
    if phase in goal.lost_in:
        return Outcome.FAILED, status["message"] or f"A cluster that is {phase} does not become {goal.text}."
    if goal.phases == {"STOPPED"} and phase != "STOPPING" and (reason := _cannot(cluster, "STOP_CLUSTER")):
        return Outcome.FAILED, reason
    return None, status["message"] or ""


def value_of(cluster: Mapping[str, Any], field: str) -> str:
    """The value as text, to compare and show: true, 3, eu-west-1, a=b,c=d; empty for null."""
    value: Any = cluster
    for name in field.split("."):
        value = None if value is None else value[name]
    return _spelled(value)


def verb(operation: Mapping[str, Any]) -> str:
    return str(operation["kind"]).lower().replace("_", " ")


def _is_reached(cluster: Mapping[str, Any], goal: Goal) -> bool:
    if not goal.field:
        return cluster["status"]["phase"] in goal.phases and cluster["status"]["isConverged"] is not False
    have = value_of(cluster, goal.field)
    return have.lower() == goal.value.lower() or goal.value.lower() in have.lower().split(",")


def _cannot(cluster: Mapping[str, Any], capability: str) -> str:
    """Why it cannot reach the goal, or null."""
    for one in cluster.get("capabilities") or ():
        if one["capability"] == capability and not one["isSupported"]:
            return str(one["reason"] or "Its provider cannot do that.")
    return ""


def _spelled(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list):
        return ",".join(map(_spelled, value))
    if isinstance(value, dict):
        return f"{value['key']}={value['value']}"
    return str(value)
