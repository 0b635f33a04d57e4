"""Reads stored rows, also those that another version wrote. Input from people is checked strictly; stored rows are
not.

During a deployment, both versions run. So a row can hold values, members and forms that this version does not
know. An unknown member is ignored. An unknown value becomes UNKNOWN, if the enumeration has that value. Anything
else that does not read becomes null or its default, or is left out of its list, so that as little as possible is
lost.
"""

import json
from collections.abc import Mapping
from typing import Any, Generic, NamedTuple, TypeVar

from pydantic import ValidationError

from fleet.model.record import Record

RecordT = TypeVar("RecordT", bound=Record)
Path = tuple[str | int, ...]

MOST_ROUNDS = 100
"""Of mending. A row of ours takes one to three."""

UNREAD: Mapping[str, Any] = {"unread": True}
"""In place of a change whose input does not read."""

FROM_ANOTHER_VERSION = (
    "It was stored by another version of Fleetgraph, in a form that this one does not know."
)

STANDS_FOR: Mapping[str, Any] = {
    "change": UNREAD,
    "details": {},
    "share": "polling",
    "spend_limit": {"state": "UNKNOWN", "reason": FROM_ANOTHER_VERSION},
    "summary": {},
}
"""What a member that has to be there is read as, by its name. Requests of an unknown share count as those of polling:
what was sent is never forgotten."""


class Unreadable(ValueError):
    """Too little of a row can be read for it to be anything."""


class Stored(NamedTuple, Generic[RecordT]):
    """`is_whole`: it reads as it stands. What does not may be shown and must not be acted upon."""

    record: RecordT
    is_whole: bool


def read_stored(
    kind: type[RecordT],
    text: str,
    *,
    context: Mapping[str, Any] | None = None,
    mendable: frozenset[str] | None = None,
) -> Stored[RecordT]:
    """`Unreadable` where nothing helps. With `mendable`, nothing but those members is mended: a key that does not read
    must not open more than it was made for.
    """
    try:
        return Stored(kind.model_validate_json(text, context=context), is_whole=True)
    except ValidationError as error:
        first = error
    except (AttributeError, KeyError, TypeError) as error:
        raise Unreadable(str(error)) from error
    try:
        data = json.loads(text)
    except ValueError as error:
        raise Unreadable("it is no JSON") from error
    return Stored(_Mending(kind, data, context, mendable).read(first), is_whole=False)


class _Mending(Generic[RecordT]):
    def __init__(
        self,
        kind: type[RecordT],
        data: Any,
        context: Mapping[str, Any] | None,
        mendable: frozenset[str] | None,
    ) -> None:
        self._kind = kind
        self._data = data
        self._context = context
        self._mendable = mendable
        self._tried: dict[Path, int] = {}

    def read(self, error: ValidationError) -> RecordT:
        for _ in range(MOST_ROUNDS):
            faults = error.errors(include_url=False, include_input=False)
            # From the end, so that what is left out of a list moves none that is still to be mended.
            for fault in sorted(
                faults, key=lambda one: [str(part).rjust(8) for part in one["loc"]], reverse=True
            ):
                self._mend(fault)
            try:
                return self._kind.model_validate_json(json.dumps(self._data), context=self._context)
            except ValidationError as again:
                error = again
            except (AttributeError, KeyError, TypeError) as fault_of_ours:
                raise Unreadable(str(fault_of_ours)) from fault_of_ours
        raise Unreadable(f"{error.error_count()} members cannot be mended")

    def _mend(self, fault: Any) -> None:
        path, is_key = self._path(fault["loc"])
        if self._mendable is not None and (not path or path[0] not in self._mendable):
            raise Unreadable(f"{'.'.join(map(str, fault['loc']))} is not as it has to be")
        knows_unknown = "'UNKNOWN'" in str(fault.get("ctx", {}).get("expected", ""))
        if is_key:
            self._rename(path, "UNKNOWN" if knows_unknown else None)
            return
        while path:
            ways = self._ways(path, fault["type"], knows_unknown)
            turn = self._tried.get(path, 0)
            if turn < len(ways):
                self._tried[path] = turn + 1
                ways[turn]()
                return
            path, knows_unknown = path[:-1], False
        raise Unreadable(f"{'.'.join(map(str, fault['loc']))}: {fault['msg']}")

    def _path(self, loc: tuple[str | int, ...]) -> tuple[Path, bool]:
        """Where the fault is in the data: without the names of types and validators, which pydantic puts between."""
        node: Any = self._data
        path: list[str | int] = []
        for part in loc:
            if part == "[key]":
                return tuple(path), True
            if _has(node, part):
                node = node[part]
            elif not (isinstance(node, dict) and part == loc[-1] and part in STANDS_FOR):
                continue  # nothing of the data; or it is missing, and has to be there
            path.append(part)
        return tuple(path), False

    def _ways(self, path: Path, kind: str, knows_unknown: bool) -> list[Any]:
        """Each a step further than the one before."""
        holder, last = self._holder(path), path[-1]
        if isinstance(holder, list):
            return [lambda: self._leave_out(path)]
        if kind == "extra_forbidden":
            return [lambda: holder.pop(last, None)]
        ways = []
        if knows_unknown:
            ways.append(lambda: holder.update({last: "UNKNOWN"}))
        if last in STANDS_FOR:
            ways.append(lambda: holder.update({last: STANDS_FOR[str(last)]}))
        return [*ways, lambda: holder.update({last: None}), lambda: holder.pop(last, None)]

    def _holder(self, path: Path) -> Any:
        node = self._data
        for part in path[:-1]:
            node = node[part]
        return node

    def _leave_out(self, path: Path) -> None:
        """Those behind move up, and are judged anew."""
        del self._holder(path)[path[-1]]
        self._tried = {
            tried: turn for tried, turn in self._tried.items() if tried[: len(path) - 1] != path[:-1]
        }

    def _rename(self, path: Path, name: str | None) -> None:
        """A key of a mapping: counts under an unknown word are added up, anything else is left out."""
        holder, last = self._holder(path), path[-1]
        value = holder.pop(last)
        if name is not None and isinstance(value, int):
            holder[name] = holder.get(name, 0) + value


def _has(node: Any, part: str | int) -> bool:
    if isinstance(node, dict):
        return part in node
    return isinstance(node, list) and isinstance(part, int) and part < len(node)
