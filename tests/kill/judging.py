"""Whether what was done is what was said: operations held against what their providers recorded.

An operation may have sent each of its requests once, between the time at which it was asked for and its end. So every
request that a provider took has an operation of its own, and every operation that SUCCEEDED has each of its requests,
the last of them so long before its end that the provider can have come to an end too. All times are the provider's.
"""

import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sandbox.cockroachdb.changes import BIRTH as COCKROACHDB_BIRTH
from sandbox.cockroachdb.upgrades import ROLLBACK, UPGRADE
from sandbox.kupe.changes import BIRTH as KUPE_BIRTH
from sandbox.northflank.changes import BIRTH as NORTHFLANK_BIRTH
from sandbox.qovery.changes import DEPLOYMENT, STOP

CLOCKS_DIFFER = timedelta(milliseconds=200)
"""A runner's clock goes on steadily, and a machine's is set now and then."""


@dataclass(frozen=True)
class Advances:
    """By how much the clocks of the providers are ahead of the machine's. While they are advanced, nobody can tell
    which of them already is, and the runner's clock differs a little: so a time of the machine is a span of theirs.
    """

    _made: list[tuple[datetime, datetime, timedelta]] = field(default_factory=list)

    def add(self, began_at: datetime, ended_at: datetime, by: timedelta) -> None:
        """Of an advance that was made between two times of the machine."""
        self._made.append((began_at, ended_at, by))

    def earliest(self, machine: datetime) -> datetime:
        """Only what was over by then counts."""
        over = (by for _, ended_at, by in self._made if ended_at + CLOCKS_DIFFER <= machine)
        return machine + sum(over, timedelta())

    def latest(self, machine: datetime) -> datetime:
        """What had begun by then counts too."""
        begun = (by for began_at, _, by in self._made if began_at - CLOCKS_DIFFER <= machine)
        return machine + sum(begun, timedelta())


@dataclass(frozen=True, kw_only=True)
class Taken:
    """A request that a provider took. `name` is that of its target, null where its path does not tell."""

    provider: str
    what: str
    name: str | None
    at: datetime


@dataclass(frozen=True, kw_only=True)
class Done:
    """An operation as its reader sees it: asked for at the earliest, ended at the latest."""

    id: str
    provider: str
    kind: str
    state: str
    name: str
    asked_at: datetime
    ended_at: datetime | None
    message: str = ""

    def __str__(self) -> str:
        ended = f", ended at {self.ended_at:%X.%f}" if self.ended_at else ""
        return f"{self.kind} of {self.name} at {self.provider} ({self.id}, asked for at {self.asked_at:%X.%f}{ended})"


@dataclass(frozen=True, kw_only=True)
class Request:
    """`what` it is called here, and how a provider gets it. A path names its target in the group `id`."""

    what: str
    method: str
    path: str


_COCKROACHDB = r"/api/v1/clusters"
_KUPE = r"/api/v1/tenants/[^/]+/clusters"
_NORTHFLANK = r"/v1(?:/teams/[^/]+)?/cloud-providers"
_QOVERY = r"/organization/[^/]+/cluster"
_CREDENTIALS = r"/organization/[^/]+/[^/]+/credentials"
_ID = r"(?P<id>[^/]+)"
_ALLOWLIST = f"{_COCKROACHDB}/{_ID}/networking/allowlist"
_ALLOWED = rf"{_ALLOWLIST}/[^/]+/\d+"

REQUESTS: Mapping[str, Sequence[Request]] = {
    "cockroachdb": (
        Request(what="create", method="POST", path=_COCKROACHDB),
        Request(what="change", method="PATCH", path=f"{_COCKROACHDB}/{_ID}"),
        Request(what="delete", method="DELETE", path=f"{_COCKROACHDB}/{_ID}"),
        Request(what="allow", method="POST", path=_ALLOWLIST),
        Request(what="allow", method="PATCH", path=_ALLOWED),
        Request(what="disallow", method="DELETE", path=_ALLOWED),
    ),
    "kupe": (
        Request(what="create", method="POST", path=_KUPE),
        Request(what="change", method="PATCH", path=f"{_KUPE}/{_ID}"),
        Request(what="delete", method="DELETE", path=f"{_KUPE}/{_ID}"),
    ),
    "northflank": (
        Request(what="create", method="POST", path=f"{_NORTHFLANK}/clusters"),
        Request(what="change", method="PATCH", path=f"{_NORTHFLANK}/clusters/{_ID}"),
        Request(what="delete", method="DELETE", path=f"{_NORTHFLANK}/clusters/{_ID}"),
        Request(what="link", method="POST", path=f"{_NORTHFLANK}/integrations"),
        Request(what="relink", method="PATCH", path=f"{_NORTHFLANK}/integrations/{_ID}"),
        Request(what="unlink", method="DELETE", path=f"{_NORTHFLANK}/integrations/{_ID}"),
        *(
            Request(what=verb, method="POST", path=f"{_NORTHFLANK}/clusters/[^/]+/nodes/{_ID}/{verb}")
            for verb in ("cordon", "uncordon", "drain")
        ),
    ),
    "qovery": (
        Request(what="create", method="POST", path=_QOVERY),
        Request(what="change", method="PUT", path=f"{_QOVERY}/{_ID}"),
        Request(what="deploy", method="POST", path=f"{_QOVERY}/{_ID}/deploy"),
        Request(what="stop", method="POST", path=f"{_QOVERY}/{_ID}/stop"),
        Request(what="delete", method="DELETE", path=f"{_QOVERY}/{_ID}"),
        Request(what="upgrade", method="POST", path=f"/cluster/{_ID}/upgrade"),
        Request(what="lock", method="POST", path=f"/cluster/{_ID}/lock"),
        Request(what="unlock", method="DELETE", path=f"/cluster/{_ID}/lock"),
        Request(what="link", method="POST", path=_CREDENTIALS),
        Request(what="relink", method="PUT", path=f"{_CREDENTIALS}/{_ID}"),
        Request(what="unlink", method="DELETE", path=f"{_CREDENTIALS}/{_ID}"),
    ),
}

ORDINARY = (
    Request(what="create", method="POST", path=r"/.+"),
    Request(what="change", method="PATCH", path=f"/.+/{_ID}"),
    Request(what="change", method="PUT", path=f"/.+/{_ID}"),
    Request(what="delete", method="DELETE", path=f"/.+/{_ID}"),
)
"""How a provider that is not in `REQUESTS` gets them, such as a new one. One that differs gets lines of its own."""

STEPS: Mapping[str, Sequence[str]] = {
    "CREATE_CLUSTER": ("create",),
    "UPDATE_CLUSTER": ("change",),
    "SET_SPEND_LIMIT": ("change",),
    "CLEAR_SPEND_LIMIT": ("change",),
    "STOP_CLUSTER": ("stop",),
    "DEPLOY_CLUSTER": ("deploy",),
    "DELETE_CLUSTER": ("delete",),
    "UPGRADE_CLUSTER": ("upgrade",),
    "FINALIZE_UPGRADE": ("finalize",),
    "ROLL_BACK_UPGRADE": ("roll back",),
    "LOCK_CLUSTER": ("lock",),
    "UNLOCK_CLUSTER": ("unlock",),
    "ALLOW_NETWORK": ("allow",),
    "DISALLOW_NETWORK": ("disallow",),
    "CREATE_INTEGRATION": ("link",),
    "UPDATE_INTEGRATION": ("relink",),
    "DELETE_INTEGRATION": ("unlink",),
    "CORDON_NODE": ("cordon",),
    "UNCORDON_NODE": ("uncordon",),
    "DRAIN_NODE": ("drain",),
    "REFRESH_ACCOUNT": (),
}
ARE_CHANGES = ("upgrade", "finalize", "roll back")
"""At CockroachDB each of these is a change of the cluster, like any other: its path tells no more."""
REGISTERED_FIRST = ("CREATE_CLUSTER", "UPDATE_CLUSTER")
"""At Qovery a deployment follows."""

NOT_TAKEN = re.compile(r"it was not taken|was not created|before anything was sent|nothing was changed")


def _seconds(script: str) -> timedelta:
    """How long a life of a fake cluster moves."""
    return timedelta(seconds=sum(float(part.split()[1]) for part in script.split(",")[:-1]))


MOVES_FOR: Mapping[tuple[str, str], timedelta] = {
    ("cockroachdb", "create"): _seconds(COCKROACHDB_BIRTH),
    ("kupe", "create"): _seconds(KUPE_BIRTH),
    ("cockroachdb", "upgrade"): _seconds(UPGRADE),
    ("cockroachdb", "roll back"): _seconds(ROLLBACK),
    ("northflank", "create"): _seconds(NORTHFLANK_BIRTH),
    ("qovery", "deploy"): _seconds(DEPLOYMENT),
    ("qovery", "upgrade"): _seconds(DEPLOYMENT),
    ("qovery", "stop"): _seconds(STOP),
}
"""How long a provider is at it after it took a request."""


def read_taken(
    provider: str, recorded: Iterable[Any], names: Mapping[tuple[str, str], str]
) -> tuple[list[Taken], list[str]]:
    """The changes that a provider took, out of what it recorded, and what of it nothing here asks for. `names` are
    those of targets by provider and identifier.
    """
    taken, strange = [], []
    for one in recorded:
        if one.method == "GET" or one.status is None or one.status >= 300:
            continue
        for request in REQUESTS.get(provider, ORDINARY):
            if request.method == one.method and (found := re.fullmatch(request.path, one.path)):
                key = found.groupdict().get("id")
                name = None if key is None else names.get((provider, key), key)
                taken.append(Taken(provider=provider, what=request.what, name=name, at=one.at))
                break
        else:
            strange.append(f"{provider} took {one.method} {one.path}, which nobody asks for")
    return taken, strange


def judge_sendings(operations: Collection[Done], taken: Collection[Taken]) -> list[str]:
    """What does not fit together. Empty where all is as it was said."""
    steps = [(one, what) for one in operations for what in _steps(one)]
    requests = list(taken)
    may_be = {
        number: [step for step, one in enumerate(steps) if _may_have_sent(*one, request)]
        for number, request in enumerate(requests)
    }
    orphans = _unmatched(may_be)
    evidence = {
        number: [request for request, one in enumerate(requests) if _proves(*step, one)]
        for number, step in enumerate(steps)
        if step[0].state == "SUCCEEDED" and not _is_optional(*step)
    }
    unproven = _unmatched(evidence)
    return [
        *(
            f"{requests[one]} was taken, and no operation can have sent it, or one sent it twice"
            for one in orphans
        ),
        *(
            f"{steps[one][0]} SUCCEEDED, and its {steps[one][1]} was not taken, or is not over"
            for one in unproven
        ),
    ]


def judge_deletions(
    deleted: Iterable[tuple[str, str, str, datetime]], taken: Iterable[Taken], is_ours: Callable[[str], bool]
) -> list[str]:
    """`deleted` are the changes of phase to DELETED: provider, cluster, its name, and when it was seen. A cluster of
    ours goes once, and not before the provider was asked to delete it.
    """
    first: dict[tuple[str, str], datetime] = {}
    for one in taken:
        if one.what == "delete" and one.name is not None:
            key = one.provider, one.name
            first[key] = min(one.at, first.get(key, one.at))
    wrong, recorded = [], set[str]()
    for provider, cluster, name, at in deleted:
        if not is_ours(name):
            continue
        asked_at = first.get((provider, name))
        if cluster in recorded:
            wrong.append(f"{name} of {provider} was deleted twice")
        elif asked_at is None or at + CLOCKS_DIFFER < asked_at:
            wrong.append(f"{name} of {provider} was marked deleted at {at}, and asked to go at {asked_at}")
        recorded.add(cluster)
    return wrong


def _steps(operation: Done) -> Sequence[str]:
    """What it may have sent. One that is said to have left no trace has sent nothing that was taken."""
    steps = STEPS[operation.kind]
    if operation.provider == "qovery" and operation.kind in REGISTERED_FIRST:
        steps = (*steps, "deploy")
    if operation.state == "FAILED" and NOT_TAKEN.search(operation.message):
        # Of two, it was the last: what was registered is not what was missed.
        return () if len(steps) == 1 or "not created" in operation.message else steps[:1]
    return steps


def _is_optional(operation: Done, what: str) -> bool:
    """A cluster that is stopped is not deployed when it is changed."""
    return what == "deploy" and operation.kind == "UPDATE_CLUSTER"


def _may_have_sent(operation: Done, what: str, request: Taken) -> bool:
    as_asked = "change" if operation.provider == "cockroachdb" and what in ARE_CHANGES else what
    return (
        (operation.provider, as_asked) == (request.provider, request.what)
        and request.name in (None, operation.name)
        and operation.asked_at - CLOCKS_DIFFER <= request.at
        and (operation.ended_at is None or request.at <= operation.ended_at + CLOCKS_DIFFER)
    )


def _proves(operation: Done, what: str, request: Taken) -> bool:
    """Whether it was over at the provider when the operation SUCCEEDED."""
    moves_for = MOVES_FOR.get((operation.provider, what), timedelta())
    return (
        _may_have_sent(operation, what, request)
        and operation.ended_at is not None
        and request.at + moves_for <= operation.ended_at + CLOCKS_DIFFER
    )


def _unmatched(choices: Mapping[int, Sequence[int]]) -> list[int]:
    """Those that get none of their choices to themselves, whichever way the choices are given out."""
    given: dict[int, int] = {}

    def give(one: int, tried: set[int]) -> bool:
        for choice in choices[one]:
            if choice in tried:
                continue
            tried.add(choice)
            if choice not in given or give(given[choice], tried):
                given[choice] = one
                return True
        return False

    return [one for one in choices if not give(one, set())]
