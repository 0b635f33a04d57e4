"""The errors of a command and their exit statuses.

CommandError                 a sentence, and a remedy where there is one
├─ UsageError                the arguments, the environment or the configuration cannot be used
├─ NotThere                  what was named does not exist
├─ Refused                   the key is missing, unknown, or lacks a scope
├─ CannotBecome              what was asked for is impossible
├─ Unreachable               Fleetgraph does not answer now; a retry may help
├─ NotFleetgraph             something else answers at that address
├─ LostAnswer                a change may have been made, but its answer was lost
├─ GraphQLErrors             the document was not executed, or only in part
└─ UserErrors                the change was refused
"""

from collections.abc import Callable, Sequence
from enum import IntEnum
from typing import Any

from cli.formatting import instant, plain


class Exit(IntEnum):
    """The exit statuses, which scripts can rely on. docs/cli.md has the table."""

    OK = 0
    FAILED = 1
    TIMED_OUT = 2
    FORBIDDEN = 3
    NOT_FOUND = 4
    CONFLICT = 5
    PROVIDER = 6
    UNREACHABLE = 7
    USAGE = 64
    INTERRUPTED = 130
    READER_ENDED = 141


class CommandError(Exception):
    status = Exit.FAILED

    def __init__(self, message: str, remedy: str = "") -> None:
        super().__init__(" ".join(filter(None, [plain(message), remedy])))


class UsageError(CommandError):
    status = Exit.USAGE


class NotThere(CommandError):
    status = Exit.NOT_FOUND


class Refused(CommandError):
    status = Exit.FORBIDDEN


class CannotBecome(CommandError):
    pass


class NotFleetgraph(CommandError):
    status = Exit.UNREACHABLE


class Unreachable(CommandError):
    """`retry_after_seconds` is from the answer, or null. `is_turned_away`: nothing was done for the request."""

    status = Exit.UNREACHABLE

    def __init__(
        self,
        message: str,
        remedy: str = "",
        *,
        retry_after_seconds: float | None = None,
        is_turned_away: bool = False,
    ) -> None:
        super().__init__(message, remedy)
        self.retry_after_seconds = retry_after_seconds
        self.is_turned_away = is_turned_away


class LostAnswer(CommandError):
    status = Exit.UNREACHABLE


CODES = {
    "BAD_USER_INPUT": Exit.USAGE,
    "FORBIDDEN": Exit.FORBIDDEN,
    "UNAUTHENTICATED": Exit.FORBIDDEN,
}
"""The statuses for codes of GraphQL errors. Any other code is 1; a fault of Fleetgraph itself is 7."""


SCOPES = "`fleetgraph whoami` shows the scopes of the key."

OTHER_VERSION = (
    "This Fleetgraph and this command are of different versions: bring the older one up to the other."
)


class GraphQLErrors(CommandError):
    """`data` is the part that was answered."""

    def __init__(
        self, errors: list[dict[str, Any]], data: dict[str, Any] | None, *, is_ours: bool = True
    ) -> None:
        """`is_ours`: whether the document is the command's own, which fits every Fleetgraph of its version."""
        extensions = [error.get("extensions") or {} for error in errors]
        codes = {str(one.get("code")) for one in extensions}
        remedies = {"FORBIDDEN": SCOPES, "GRAPHQL_VALIDATION_FAILED": OTHER_VERSION} if is_ours else {}
        remedy = remedies.get(min(codes), "") if len(codes) == 1 else ""
        super().__init__("; ".join(map(_sentence, errors)), remedy)
        self.data, self.is_ours = data, is_ours
        self.is_fault = all("requestId" in one for one in extensions)
        self._errors = errors
        if self.is_fault:
            self.status = Exit.UNREACHABLE
        elif len(codes) == 1:
            self.status = CODES.get(codes.pop(), Exit.FAILED)

    def reworded(self, reword: Callable[[str], str]) -> "GraphQLErrors":
        """The same error in words of who typed a command, who knows nothing of fields."""
        errors = [
            {name: member for name, member in error.items() if name != "path"}
            | {"message": reword(str(error.get("message", "")))}
            for error in self._errors
        ]
        return GraphQLErrors(errors, self.data)

    def of_their_document(self) -> "GraphQLErrors":
        return GraphQLErrors(self._errors, self.data, is_ours=False)


TYPES = {
    "InvalidInputError": Exit.USAGE,
    "ForbiddenError": Exit.FORBIDDEN,
    "NotFoundError": Exit.NOT_FOUND,
    "ConflictError": Exit.CONFLICT,
    "InUseError": Exit.CONFLICT,
    "ProviderFailedError": Exit.PROVIDER,
    "BudgetExhaustedError": Exit.PROVIDER,
}
"""The statuses for types of user errors. Any other type is 1, UnsupportedError too."""


FlagOf = Callable[[Sequence[str]], str]
"""Converts a path of the API, such as ["input", "name"], to its flag, or null."""


class UserErrors(CommandError):
    """`errors` as in the answer."""

    def __init__(self, errors: list[dict[str, Any]], flag_of: FlagOf) -> None:
        super().__init__(" ".join(_refusal(error, flag_of) for error in errors))
        statuses = {TYPES.get(error["__typename"], Exit.FAILED) for error in errors}
        self.status = statuses.pop() if len(statuses) == 1 else Exit.FAILED


def _sentence(error: dict[str, Any]) -> str:
    text = str(error.get("message", "An error without a message."))
    if path := error.get("path"):
        text += f" (at {'.'.join(map(str, path))})"
    if request_id := (error.get("extensions") or {}).get("requestId"):
        text += f" Its log says more under the request {request_id}."
    return text


def _refusal(error: dict[str, Any], flag_of: FlagOf) -> str:
    """The sentence of a user error, with the additions of its type, which are mostly a remedy."""
    flag = flag_of(error.get("path") or [])
    text = " ".join(filter(None, [flag and f"{flag}:", str(error["message"])])).rstrip(".") + "."
    if operation := error.get("operation"):
        text += f" See how that change ends: fleetgraph wait --operation {operation['id']}"
    failure = error.get("failure") or {}
    if failure and failure["message"].rstrip(".") not in text:
        text += f" The provider: {failure['message'].rstrip('.')}."
    if retry_at := error.get("retryAt") or failure.get("retryAt"):
        text += f" Trying again may help after {instant(retry_at)}."
    if users := [node["name"] for node in (error.get("usedBy") or {}).get("nodes") or ()]:
        text += f" These clusters use it: {', '.join(users)}."
    if error["__typename"] == "ForbiddenError":
        text += f" {SCOPES}"
    return text
