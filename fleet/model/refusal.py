"""Why a change that somebody asked for is not made.

    Refused                    nothing was sent to the provider for it
    ├─ MissingScope            the caller's scopes do not allow it
    ├─ InvalidInput            an input is invalid; the sentence says what would be valid
    ├─ NoSuchThing             it does not exist, or no longer exists
    ├─ Conflicting             it changed since it was read, or another change of it is in flight
    ├─ InUse                   clusters depend on it
    ├─ Unsupported             the provider cannot, or not with this plan, version or field
    ├─ Failing                 the provider refused or failed when it was asked before the change
    ├─ BudgetUsedUp            the share of the provider's limit that is kept for people is used up
    └─ SeveralRefusals         more than one of these at once

`path` names the invalid argument in the words of the domain, e.g. ("spec", "resources", "cpu"); empty when it is the
whole request.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Self

from pydantic import ValidationError

from fleet.model.caller import Scope
from fleet.model.capability import Capability
from fleet.model.failure import Failure
from fleet.model.operation import Operation

Path = tuple[str, ...]


class Refused(Exception):
    """A change is not made. The message is a sentence for the caller."""

    def __init__(self, message: str, *, path: Path = ()) -> None:
        super().__init__(message)
        self.message = message
        self.path = path

    def below(self, *prefix: str) -> Self:
        """The same refusal, with `prefix` put before its path."""
        self.path = (*prefix, *self.path)
        return self


class MissingScope(Refused):
    """`required_scope` is the scope that the caller does not have."""

    def __init__(self, required_scope: Scope) -> None:
        super().__init__(f"This needs the scope {required_scope.name}, which your key does not have.")
        self.required_scope = required_scope


class InvalidInput(Refused):
    """An input is invalid."""


class NoSuchThing(Refused):
    """It does not exist, or no longer exists."""


class Conflicting(Refused):
    def __init__(
        self,
        message: str,
        *,
        path: Path = (),
        current_revision: str | None = None,
        operation: Operation | None = None,
    ) -> None:
        super().__init__(message, path=path)
        self.current_revision = current_revision
        self.operation = operation


class InUse(Refused):
    """`integration_external_id` names the integration that clusters of the account use."""

    def __init__(self, message: str, *, account_id: str, integration_external_id: str) -> None:
        super().__init__(message)
        self.account_id = account_id
        self.integration_external_id = integration_external_id


class Unsupported(Refused):
    """`capability` is null when the provider can, but not with this plan, version or field."""

    def __init__(self, message: str, *, path: Path = (), capability: Capability | None = None) -> None:
        super().__init__(message, path=path)
        self.capability = capability


class Failing(Refused):
    def __init__(self, failure: Failure, *, path: Path = ()) -> None:
        super().__init__(failure.message, path=path)
        self.failure = failure


class BudgetUsedUp(Refused):
    def __init__(self, retry_at: datetime) -> None:
        super().__init__(
            "What the provider lets us ask for people is used up until "
            f"{retry_at.isoformat(timespec='seconds')}."
        )
        self.retry_at = retry_at


class SeveralRefusals(Refused):
    def __init__(self, refusals: Sequence[Refused]) -> None:
        super().__init__(" ".join(refusal.message for refusal in refusals))
        self.refusals = tuple(refusals)


def invalid_inputs(error: ValidationError, *prefix: str) -> Sequence[InvalidInput]:
    """Why a record of the domain refuses its input, as refusals that do not contain the input."""
    return [
        InvalidInput(
            _sentence(one["type"], one["msg"], one.get("ctx", {})),
            path=(*prefix, *(str(part) for part in one["loc"] if not str(part).startswith("function-"))),
        )
        for one in error.errors(include_input=False, include_url=False)
    ]


_BOUNDS = {
    "greater_than_equal": "It has to be at least {ge}.",
    "greater_than": "It has to be more than {gt}.",
    "less_than_equal": "It has to be at most {le}.",
    "less_than": "It has to be less than {lt}.",
    "finite_number": "It has to be a finite number.",
    "string_too_short": "It has too few characters: at least {min_length}.",
    "string_too_long": "It has too many characters: at most {max_length}.",
    "too_short": "It has too few items: at least {min_length}.",
    "too_long": "It has too many items: at most {max_length}.",
}
"""For people what pydantic says to programmers, by its types of errors."""


def _sentence(kind: str, message: str, bounds: Mapping[str, object]) -> str:
    """pydantic puts its own word before a validator's sentence, and ends its own sentences without a stop."""
    if kind in _BOUNDS:
        return _BOUNDS[kind].format_map(bounds)
    text = message.removeprefix("Value error, ")
    return text if text.endswith(".") else f"{text}."
