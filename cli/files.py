"""Files that people name on the command line; `-` is standard input."""

import json
from pathlib import Path
from typing import Any

from cli.errors import UsageError
from cli.session import Session


def read_text(session: Session, name: str) -> str:
    try:
        return session.input.read() if name == "-" else Path(name).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
        raise UsageError(f"{name} cannot be read: {reason}.") from error


def read_object(session: Session, name: str) -> dict[str, Any]:
    try:
        value = json.loads(read_text(session, name))
    except json.JSONDecodeError as error:
        raise UsageError(f"{name} does not hold JSON: {error}.") from error
    if not isinstance(value, dict):
        raise UsageError(f"{name} does not hold a JSON object.")
    return value
