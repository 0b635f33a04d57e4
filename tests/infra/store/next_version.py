"""What a later version of ourselves may write: words, members and forms that this one has never heard of."""

import json
from collections.abc import Callable, Mapping
from typing import Any

from infra.store.writes import Row

# fmt: off
WORDS = {
    "basis", "cloud", "enforcement", "engine", "form", "from_phase", "kind", "period", "phase", "share", "state",
    "to_phase",
}
KEYED = {"by_phase", "collections", "unsupported"}
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
        return {
            **{name: members(one) for name, one in value.items()},
            "invented": {"by": ["a later version"]},
        }
    return [members(one) for one in value] if isinstance(value, list) else value


def words(value: Any) -> Any:
    """Every enum is one word richer, and uses it; sets and mappings of words hold it, too."""
    if isinstance(value, dict):
        changed: dict[str, Any] = {}
        for name, one in value.items():
            if name in WORDS and isinstance(one, str):
                changed[name] = "INVENTED"
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


BODIES = ("body", "state", "observed")
"""The attributes of rows that hold records."""

INVENTED: Mapping[str, Invent] = {"members": members, "words": words, "forms": forms}


def of_a_next_version(row: Row, invent: Invent) -> Row:
    """What limits a key cannot be had in another form: such a key opens nothing."""
    if invent is forms and row["sk"] == "apikey":
        return row
    changed = {name: json.dumps(invent(json.loads(str(row[name])))) for name in BODIES if name in row}
    return {**row, **changed, "invented": "a later version"}
