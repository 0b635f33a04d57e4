"""What a provider can do wrong.

    ProviderError                  a provider did not do what was asked
    ├─ Unauthenticated             401: the token is refused
    ├─ Forbidden                   403: the token lacks a permission (some providers: or there is no such thing)
    ├─ NotFound                    404
    ├─ RateLimited   (retry_at)    429
    ├─ Conflict      (revision)    409, 412
    ├─ Rejected      (fields)      400, 422: the provider's own sentence
    ├─ Unavailable   (retry_at)    5xx, a connection that broke
    │  ├─ TimedOut                 no answer in time
    │  └─ Unreachable              no connection: the request never went out
    └─ UnexpectedResponse          2xx that does not read as documented

`Failure` is the record of an error that was handled: it is stored and shown.
"""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import ClassVar

from fleet.model.record import Instant, Record


class FailureKind(StrEnum):
    AUTHENTICATION = "AUTHENTICATION"
    PERMISSION = "PERMISSION"
    NOT_FOUND = "NOT_FOUND"
    RATE_LIMITED = "RATE_LIMITED"
    TIMEOUT = "TIMEOUT"
    UNAVAILABLE = "UNAVAILABLE"
    REJECTED = "REJECTED"
    UNEXPECTED_RESPONSE = "UNEXPECTED_RESPONSE"
    UNKNOWN = "UNKNOWN"


class Failure(Record):
    """An error that a provider caused. It holds no credentials and no response body."""

    kind: FailureKind
    message: str
    occurred_at: Instant
    http_status: int | None = None
    provider_request_id: str | None = None
    is_retryable: bool = False
    retry_at: Instant | None = None


class ProviderError(Exception):
    """A provider did not do what was asked. Its message is a sentence for people."""

    kind: ClassVar[FailureKind]
    is_retryable: ClassVar[bool] = False

    def __init__(
        self,
        message: str,
        *,
        http_status: int | None = None,
        provider_request_id: str | None = None,
        retry_at: datetime | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.http_status = http_status
        self.provider_request_id = provider_request_id
        self.retry_at = retry_at

    def to_failure(self, occurred_at: datetime) -> Failure:
        return Failure(
            kind=self.kind,
            message=self.message,
            occurred_at=occurred_at,
            http_status=self.http_status,
            provider_request_id=self.provider_request_id,
            is_retryable=self.is_retryable,
            retry_at=self.retry_at,
        )


class Unauthenticated(ProviderError):
    kind = FailureKind.AUTHENTICATION


class Forbidden(ProviderError):
    kind = FailureKind.PERMISSION


class NotFound(ProviderError):
    kind = FailureKind.NOT_FOUND


class RateLimited(ProviderError):
    kind = FailureKind.RATE_LIMITED
    is_retryable = True


class Conflict(ProviderError):
    """`revision` is the current revision at the provider, if it names it."""

    kind = FailureKind.REJECTED
    revision: str | None = None


class Rejected(ProviderError):
    """`fields` maps the invalid fields to the provider's own sentences, if it names them."""

    kind = FailureKind.REJECTED
    fields: Mapping[str, tuple[str, ...]] = {}


class Unavailable(ProviderError):
    kind = FailureKind.UNAVAILABLE
    is_retryable = True


class TimedOut(Unavailable):
    kind = FailureKind.TIMEOUT


class Unreachable(Unavailable):
    """No connection was made, so nothing was sent."""


class UnexpectedResponse(ProviderError):
    kind = FailureKind.UNEXPECTED_RESPONSE
    is_retryable = True
