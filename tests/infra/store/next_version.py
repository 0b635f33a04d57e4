"""What a later version of ourselves may write: words, members and forms that this one has never heard of."""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, TypeVar

from infra.dynamodb.table import DynamoTable
from infra.store.names import Span
from infra.store.writes import Action, Key, Put, Row, Update, Write

ActionT = TypeVar("ActionT", bound=Action)

# fmt: off
WORDS = {
    "basis", "cloud", "enforcement", "engine", "form", "from_phase", "kind", "period", "phase", "share", "state",
    "to_phase",
}
NUMBERS = {"by_phase", "converted_spend_limits", "durations", "free_allowance", "spend_limits"}
"""What looks like a record and is a mapping of numbers."""
KEYED = {"collections", "unsupported"}
OPTIONAL = {
    "available_version", "capacity", "certificate_authority", "connection", "cost_estimate", "created_at",
    "description", "facts", "failure", "http_status", "is_converged", "labels", "message", "missing_since", "plan",
    "regions", "summary", "unread", "updated_at", "version",
}
# fmt: on

Invent = Callable[[Any], Any]


def members(value: Any) -> Any:
    """Every record has one more."""
    if isinstance(value, dict):
        grown = {name: one if name in NUMBERS else members(one) for name, one in value.items()}
        return {**grown, "invented": {"by": ["a later version"]}}
    return [members(one) for one in value] if isinstance(value, list) else value


def words(value: Any) -> Any:
    """Every enum is one word richer, and uses it; sets and mappings of words hold it, too."""
    if isinstance(value, dict):
        changed: dict[str, Any] = {}
        for name, one in value.items():
            if name in WORDS and isinstance(one, str) and one != "DELETED":  # no word is better for that
                changed[name] = "INVENTED"
            elif name == "by_phase" and isinstance(one, dict) and one:
                first, *others = one.items()
                changed[name] = dict([("INVENTED", first[1]), *others])
            elif name in KEYED and isinstance(one, dict) and one:
                changed[name] = {
                    **{key: words(it) for key, it in one.items()},
                    "INVENTED": next(iter(one.values())),
                }
            elif name in ("steps", "scopes", "severities") and one is not None:
                changed[name] = [*one, "invented"]
            else:
                changed[name] = words(one)
        return changed
    return [words(one) for one in value] if isinstance(value, list) else value


def forms(value: Any) -> Any:
    """Members that may be missing have become something else."""
    if isinstance(value, dict):
        return {
            name: {"another": "form"} if name in OPTIONAL and one is not None else forms(one)
            for name, one in value.items()
        }
    return [forms(one) for one in value] if isinstance(value, list) else value


INVENTED: Mapping[str, Invent] = {"members": members, "words": words, "forms": forms}

BODIES = ("body", "state", "observed")
"""The attributes of rows that hold a record as JSON."""
KNOWN = "known_to_the_later_version"
"""A member of a record in which a later version finds again what it wrote."""


def of_a_next_version(row: Row, invent: Invent) -> Row:
    """What limits a key cannot be had in another form: such a key opens nothing."""
    if invent is forms and row["sk"] == "apikey":
        return row
    return {**_changed(row, invent), "invented": "a later version"}


def _changed(row: Row, change: Invent) -> Row:
    return {
        **row,
        **{name: json.dumps(change(json.loads(str(row[name])))) for name in BODIES if name in row},
    }


# ------------------------------------------------------------------------------------------------ a process of it


def table_of_a_next_version(table: type[DynamoTable], invent: Invent) -> type[DynamoTable]:
    """The table of a process of a later version: it writes what it invented, and reads that as well as what is ours."""

    def invented(record: Any) -> Any:
        return {**invent(record), KNOWN: record}

    def known(record: Any) -> Any:
        return record.get(KNOWN, record)

    class Later(table):  # type: ignore[misc, valid-type]
        async def get(self, key: Key, **how: Any) -> Row | None:
            row = await super().get(key, **how)
            return None if row is None else _changed(row, known)

        async def get_many(self, keys: Iterable[Key], **how: Any) -> dict[Key, Row]:
            rows = await super().get_many(keys, **how)
            return {key: _changed(row, known) for key, row in rows.items()}

        async def query(
            self, span: Span, *, wanted: Callable[[Row], bool] = lambda row: True, **how: Any
        ) -> list[Row]:
            rows = await super().query(span, wanted=lambda row: wanted(_changed(row, known)), **how)
            return [_changed(row, known) for row in rows]

        async def query_whole(self, span: Span, **how: Any) -> list[Row]:
            return [_changed(row, known) for row in await super().query_whole(span, **how)]

        async def write(self, action: Write) -> None:
            await super().write(_later(action, invented))

        async def transact(self, actions: Sequence[Action]) -> None:
            await super().transact([_later(action, invented) for action in actions])

    return Later


def _later(action: ActionT, invent: Invent) -> ActionT:
    if isinstance(action, Put):
        return replace(action, row=of_a_next_version(action.row, invent))
    if isinstance(action, Update):
        return replace(action, keep=_changed(action.keep, invent))
    return action
