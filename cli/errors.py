"""Why a command ends without having done what it was asked, and the exit status that says so.

CommandError                 a sentence, and a remedy where there is one
├─ UsageError                the arguments, the environment or the configuration cannot be used
├─ NotThere                  what was named does not exist, or is not the only one of its name
├─ Refused                   the key: missing, unknown, or without the right
├─ NotFleetgraph             something else answers at that address
├─ Unreachable               nothing answers now; asking again may help
├─ LostAnswer                a change may have arrived, and its answer did not
├─ GraphQLErrors             the document was not executed, or not in whole
└─ UserErrors                the change was understood and refused
"""

from enum import IntEnum
from typing import Any

from cli.words import plain


class Exit(IntEnum):
    """Statuses that scripts may rely on."""

    OK = 0
    FAILED = 1
    TIMED_OUT = 2
    USAGE = 64
    INTERRUPTED = 130


class CommandError(Exception):
    status = Exit.FAILED

    def __init__(self, message: str, remedy: str = "") -> None:
        super().__init__(" ".join(filter(None, [plain(message), remedy])))


class UsageError(CommandError):
    status = Exit.USAGE


class NotThere(CommandError):
    pass


class Refused(CommandError):
    pass


class NotFleetgraph(CommandError):
    pass


class Unreachable(CommandError):
    """`retry_after_seconds` is what the other side asked for, or null."""

    def __init__(self, message: str, remedy: str = "", *, retry_after_seconds: float | None = None) -> None:
        super().__init__(message, remedy)
        self.retry_after_seconds = retry_after_seconds


class LostAnswer(CommandError):
    pass


class GraphQLErrors(CommandError):
    """`data` is what was answered nevertheless."""

    def __init__(self, errors: list[dict[str, Any]], data: dict[str, Any] | None) -> None:
        super().__init__("; ".join(map(_sentence, errors)))
        self.data = data
        self.is_fault = all("requestId" in (error.get("extensions") or {}) for error in errors)


class UserErrors(CommandError):
    def __init__(self, errors: list[dict[str, Any]]) -> None:
        super().__init__("; ".join(map(_refusal, errors)))


def _sentence(error: dict[str, Any]) -> str:
    text = str(error.get("message", "An error without a message."))
    if path := error.get("path"):
        text += f" (at {'.'.join(map(str, path))})"
    if request_id := (error.get("extensions") or {}).get("requestId"):
        text += f" Its log tells more under request {request_id}."
    return text


def _refusal(error: dict[str, Any]) -> str:
    """A typed error of a payload with what its type adds, which is mostly the remedy."""
    place = f" at {'.'.join(error['path'])}" if error.get("path") else ""
    text = f"{error['__typename']}{place}: {error['message']}".rstrip(".") + "."
    if operation := error.get("operation"):
        text += f" Follow the change in flight: fleetgraph wait --operation {operation['id']}"
    failure = error.get("failure") or {}
    if failure and failure["message"].rstrip(".") not in text:
        text += f" The provider: {failure['message'].rstrip('.')}."
    if retry_at := error.get("retryAt") or failure.get("retryAt"):
        text += f" Trying again may help after {retry_at}."
    return text
