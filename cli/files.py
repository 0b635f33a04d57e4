"""Files that people name on the command line; `-` is standard input."""

import json
from math import isfinite
from pathlib import Path
from typing import Any, NoReturn

from cli.errors import UsageError
from cli.session import Session


def read_text(session: Session, name: str) -> str:
    try:
        return session.input.read() if name == "-" else Path(name).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
        raise UsageError(f"{name} cannot be read: {reason}.") from error


def read_object(session: Session, name: str) -> dict[str, Any]:
    """Raises UsageError, also for what Python reads and JSON does not have: numbers without an end."""
    place, text = "Standard input" if name == "-" else name, read_text(session, name)
    try:
        value = json.loads(text, parse_constant=_refuse, parse_float=_read_float)
    except RecursionError as error:
        raise UsageError(f"{place} does not hold JSON that can be sent: it is nested too deep.") from error
    except json.JSONDecodeError as error:
        raise UsageError(f"{place} does not hold JSON: {error}.") from error
    except ValueError as error:
        raise UsageError(
            f"{place} does not hold JSON that can be sent: it has a number too large."
        ) from error
    if not isinstance(value, dict):
        raise UsageError(f"{place} does not hold a JSON object.")
    return value


def _read_float(text: str) -> float:
    number = float(text)
    return number if isfinite(number) else _refuse(text)


def _refuse(text: str) -> NoReturn:
    raise ValueError(text)
