"""The HTTP policy for all providers: how requests are sent, and what the status of an answer means.

- Verb: only GET and HEAD are repeated. After an error nobody knows whether another verb took effect.
- Repeating: at most 3 attempts. After a connection error or a 5xx with jittered backoff, after a 429 only if it says
  how long to wait. A timeout, or a wait of more than 5 seconds, is raised to the caller.
- Timeout: 5 seconds to connect, 20 for a whole answer.
- Budget: every attempt takes a permit from the request budget, which learns from the rate headers of every answer.
- Body: read within the limits of `adapters.body`.
- Redirects: not followed, because the token is for one host only.
- Cookies: not kept, because accounts share the client.
- Errors: a sentence of Fleetgraph and the provider's message, shortened and redacted (`adapters.redaction`). A body is
  never in an error.
"""

import asyncio
import hmac
import json
import random
import re
import sys
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from http.cookiejar import CookieJar, DefaultCookiePolicy
from importlib.util import find_spec
from itertools import islice
from types import MappingProxyType
from typing import Any
from urllib.parse import quote

import httpx
from pydantic import SecretStr

from adapters.addresses import Addresses
from adapters.body import LARGEST_BODY_BYTES, LARGEST_REFUSAL_BYTES, BadBody, read_body
from adapters.rate_headers import is_rate_limit, read_rate
from adapters.redaction import MASK, Redactor
from fleet.model.failure import (
    Conflict,
    Forbidden,
    NotFound,
    ProviderError,
    RateLimited,
    Rejected,
    TimedOut,
    Unauthenticated,
    Unavailable,
    UnexpectedResponse,
    Unreachable,
)
from fleet.model.plan import NEW_ID, Outgoing
from fleet.model.rate_limit import RateFacts
from fleet.ports.clock import Clock
from fleet.ports.permits import Permits

SAFE_VERBS = frozenset({"GET", "HEAD"})
BACKOFF_SECONDS = (0.5, 2.0)
ATTEMPTS = len(BACKOFF_SECONDS) + 1
LONGEST_WAIT_SECONDS = 5.0
CONNECT_SECONDS = 5.0
ANSWER_SECONDS = 20.0
LONGEST_COMPLAINT = 4000
"""The number of characters that are read of a provider's message."""
LONGEST_SENTENCE = 300
MOST_FIELDS = 20
"""The number of invalid fields in a message, and of sentences about each."""

ERRORS: Mapping[int, tuple[type[ProviderError], str]] = {
    401: (Unauthenticated, "refused the token"),
    403: (Forbidden, "does not allow the token this"),
    404: (NotFound, "does not know it"),
    408: (TimedOut, "waited too long for the request"),
    409: (Conflict, "found it in conflict with what is there"),
    410: (NotFound, "does not have it any more"),
    412: (Conflict, "has a newer revision"),
    429: (RateLimited, "asks for fewer requests"),
}
"""The error for each status. Any other 4xx is `Rejected`, a 5xx is `Unavailable`, any other status is unexpected."""

_SECRET = re.compile(
    r"(secret|password|passphrase|token|credentials|kubeconfig|(api|access|private)[_-]?key)$", re.IGNORECASE
)
"""Names of members whose texts are secrets: a body can repeat what the provider showed of a thing."""
_REQUEST_ID_HEADERS = ("x-request-id", "x-amzn-requestid", "cf-ray")


if find_spec("sniffio") is None:
    # httpcore tries to import it at each of its locks. Where it is missing, each try searches the whole path, which
    # takes a seventh of the CPU of a request. A null entry makes the import fail at once.
    sys.modules["sniffio"] = None  # type: ignore[assignment]


def open_client(addresses: Addresses | None = None) -> httpx.AsyncClient:
    """The client of the whole process. It has one SSL context and a small pool, because the cost of httpx's pool is
    superlinear.

    It connects only to `addresses`, or to any address if null.
    """
    return httpx.AsyncClient(
        event_hooks={"request": [] if addresses is None else [addresses], "response": [leads_nowhere]},
        headers={"User-Agent": "fleetgraph", "Accept": "application/json", "Accept-Encoding": "gzip"},
        cookies=CookieJar(policy=DefaultCookiePolicy(allowed_domains=())),
        limits=httpx.Limits(max_connections=16, max_keepalive_connections=8),
    )


async def leads_nowhere(response: httpx.Response) -> None:
    """A hook of a client that follows no redirect. httpx reads its address all the same, and fails for some."""
    response.headers.pop("location", None)


@dataclass(frozen=True, kw_only=True)
class Complaint:
    """The message of a provider about an error. `fields` maps the invalid fields to sentences, if it names them."""

    message: str | None = None
    is_rate_limit: bool = False
    """The provider says in its body that it was asked too often, whatever the status."""
    fields: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class SecretText:
    """A body that is not JSON and is secret as a whole."""

    text: str = field(repr=False)
    media_type: str


@dataclass(frozen=True, kw_only=True)
class Answer:
    """A successful answer. `etag` is the header byte for byte, one character for each."""

    status: int
    body: bytes = field(repr=False)
    etag: str | None = None
    request_id: str | None = None


@dataclass(frozen=True, kw_only=True)
class Http:
    """The HTTP connection of one account to its provider. `complaint` finds the provider's message in the body of a
    refusal.
    """

    client: httpx.AsyncClient
    clock: Clock
    permits: Permits
    provider_name: str
    base_url: str
    scheme: str
    token: SecretStr
    headers: Mapping[str, str]
    complaint: Callable[[Mapping[str, object]], Complaint]
    secrets: tuple[str, ...] = field(default=(), repr=False)
    """The secrets in a request body."""

    async def send(
        self,
        method: str,
        path: str,
        *,
        params: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        body: object = None,
        attempts: int = ATTEMPTS,
    ) -> Answer:
        """Raises the error of the last attempt, or `BudgetExhausted` before an attempt for which there is no permit.

        `path` begins with a slash and is already quoted. `body` is sent as JSON, nothing if it is null.
        """
        request = self.build(method, path, params or {}, headers or {}, body)
        last = min(attempts, ATTEMPTS) if method in SAFE_VERBS else 1
        is_secret = isinstance(body, SecretText)
        change = None if method in SAFE_VERBS else self._announce(request, headers or {}, is_secret=is_secret)
        return await self.repeat(lambda: self.attempt(request), attempts=last, change=change)

    async def repeat(
        self,
        attempt: Callable[[], Awaitable[Answer]],
        *,
        attempts: int = ATTEMPTS,
        change: Outgoing | None = None,
    ) -> Answer:
        """The answer of the first attempt that has one. Each takes a permit. Raises as `send` does."""
        number = 1
        while True:
            await self.permits.take(change)
            try:
                return await attempt()
            except (Unavailable, RateLimited) as error:
                wait = self._seconds_to_wait(error, number) if number < attempts else None
                if wait is None:
                    raise
            number += 1
            await self.clock.sleep(wait)

    def clean(self, text: str) -> str:
        """The text in one line, without the token and other secrets of the request."""
        return self._redactor(text)

    @cached_property
    def _redactor(self) -> Redactor:
        return Redactor((self.token.get_secret_value(), *self.secrets))

    def redact(self, text: str) -> str:
        """The redacted text, shortened."""
        line = self.clean(text[:LONGEST_COMPLAINT])
        return line if len(line) <= LONGEST_SENTENCE else f"{line[:LONGEST_SENTENCE]}…"

    def build(
        self,
        method: str,
        path: str,
        params: Mapping[str, str],
        headers: Mapping[str, str] = MappingProxyType({}),
        body: object = None,
    ) -> httpx.Request:
        token = self.token.get_secret_value()
        # Refused here, because a library quotes a token that cannot be a header in its error.
        if not token.isascii() or not token.isprintable() or not token.strip():
            raise Unauthenticated("The token is empty or holds characters that no token has.")
        media_type = {"Content-Type": body.media_type} if isinstance(body, SecretText) else {}
        try:
            return self.client.build_request(
                method,
                self.base_url.rstrip("/") + path,
                params=params or None,
                headers=httpx.Headers(
                    {**self.headers, **headers, **media_type, "Authorization": f"{self.scheme} {token}"},
                    encoding="latin-1",  # as `_raw_header` reads, so that what was read goes back byte for byte
                ),
                json=None if isinstance(body, SecretText) else body,
                content=body.text.encode() if isinstance(body, SecretText) else None,
                timeout=httpx.Timeout(ANSWER_SECONDS, connect=CONNECT_SECONDS),
            )
        except (ValueError, TypeError, RecursionError, httpx.InvalidURL):
            # Not chained, because the cause may quote the body.
            raise Rejected(
                "What was to be sent holds something that cannot be written, so nothing was sent."
            ) from None

    def _announce(self, request: httpx.Request, headers: Mapping[str, str], *, is_secret: bool) -> Outgoing:
        """The request, for those who must permit it. Of the headers it has those that no other request has to have."""
        content = request.content
        sent = json.loads(content) if content and not is_secret else None
        shown = MASK if is_secret else self._mask(sent)
        own = {**self.headers, **headers}
        return Outgoing(
            method=request.method,
            url=str(request.url).replace(quote(NEW_ID), NEW_ID),
            headers={name: self.clean(own[name]) for name in sorted(own)},
            digest=hmac.new(self.token.get_secret_value().encode(), content, "sha256").hexdigest(),
            body=json.dumps(shown, ensure_ascii=False, separators=(",", ":")) if content else None,
            is_masked=shown != sent,
        )

    def _mask(self, value: Any, name: str = "") -> Any:
        """A value in a body. A text with a secret in it is masked as a whole, and what has the name of a secret."""
        match value:
            case str():
                is_known = self.clean(value) != " ".join(value.split())
                return MASK if is_known or (value and _SECRET.search(name)) else value
            case list():
                return [self._mask(one, name) for one in value]
            case dict():
                return {key: self._mask(one, key) for key, one in value.items()}
            case _:
                return value

    async def attempt(self, request: httpx.Request) -> Answer:
        """The answer, without a permit and without another attempt."""
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                response = await self.client.send(request, stream=True, follow_redirects=False)
                try:
                    return await self.read(response)
                finally:
                    await response.aclose()
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
            raise Unreachable(f"{self.provider_name} cannot be reached ({type(error).__name__}).") from error
        except (TimeoutError, httpx.TimeoutException) as error:
            raise TimedOut(f"{self.provider_name} did not answer in time.") from error
        except httpx.TransportError as error:
            broken = type(error).__name__
            raise Unavailable(f"{self.provider_name} broke off ({broken}).") from error

    def learn(self, response: httpx.Response) -> RateFacts:
        """What the answer says of the rate limit, which the budget is told."""
        rate = read_rate(response.headers, response.status_code, self.clock.now())
        is_refused = is_rate_limit(response.status_code, response.headers)
        self.permits.learn(
            rate.model_copy(
                update={"is_refused": True} if is_refused else {"retry_at": None, "is_refused": False}
            )
        )
        return rate

    async def read(self, response: httpx.Response) -> Answer:
        """The body of a success. Raises what a refusal means."""
        rate = self.learn(response)
        is_refused = is_rate_limit(response.status_code, response.headers)
        request_id = self._request_id(response)
        try:
            at_most = LARGEST_BODY_BYTES if response.is_success else LARGEST_REFUSAL_BYTES
            body = await read_body(response, at_most)
        except (httpx.RemoteProtocolError, BadBody) as error:
            if response.is_success:
                why = str(error) if isinstance(error, BadBody) else "it breaks off"
                raise UnexpectedResponse(
                    f"{self.provider_name} gave an answer that is not read: {why}.",
                    http_status=response.status_code,
                    provider_request_id=request_id,
                ) from error
            body = b""  # the status of a refusal is enough
        if not response.is_success:
            refusal = self._refusal(response.status_code, body, request_id, rate, is_refused=is_refused)
            if isinstance(refusal, RateLimited) and not is_refused:
                self.permits.learn(RateFacts(is_refused=True))
            raise refusal
        return Answer(
            status=response.status_code, body=body, etag=_raw_header(response, b"etag"), request_id=request_id
        )

    def _refusal(
        self, status: int, body: bytes, request_id: str | None, rate: RateFacts, *, is_refused: bool
    ) -> ProviderError:
        complaint = self._complaint(body)
        if is_refused or (complaint.is_rate_limit and 400 <= status < 500):
            kind, sentence = ERRORS[429]
        elif status in ERRORS:
            kind, sentence = ERRORS[status]
        elif 400 <= status < 500:
            kind, sentence = Rejected, "rejected the request"
        elif status >= 500:
            kind, sentence = Unavailable, "is out of order"
        else:
            kind, sentence = UnexpectedResponse, "answered in an undocumented way"
        said = f": {self.redact(complaint.message)}" if complaint.message else ""
        error = kind(
            f"{self.provider_name} {sentence} ({status}){said}",
            http_status=status,
            provider_request_id=request_id,
            retry_at=rate.retry_at,
        )
        if isinstance(error, Rejected):
            error.fields = {
                self.redact(name): tuple(self.redact(text) for text in texts[:MOST_FIELDS])
                for name, texts in islice(complaint.fields.items(), MOST_FIELDS)
            }
        return error

    def _complaint(self, body: bytes) -> Complaint:
        try:
            parsed = json.loads(body)
        except (ValueError, RecursionError):
            return Complaint()
        return self.complaint(parsed) if isinstance(parsed, dict) else Complaint()

    def _request_id(self, response: httpx.Response) -> str | None:
        found = next(
            (response.headers[name] for name in _REQUEST_ID_HEADERS if name in response.headers), None
        )
        return self.redact(found) if found else None

    def _seconds_to_wait(self, error: ProviderError, attempt: int) -> float | None:
        """The seconds before the next attempt. Null if no other attempt is made."""
        jitter = random.random()  # noqa: S311 - it spreads load and hides nothing
        if isinstance(error, TimedOut) or isinstance(error.__cause__, httpx.TimeoutException):
            return None
        if error.retry_at is None:
            return None if isinstance(error, RateLimited) else BACKOFF_SECONDS[attempt - 1] * (1 + jitter) / 2
        seconds = (error.retry_at - self.clock.now()).total_seconds()
        return None if seconds > LONGEST_WAIT_SECONDS else max(seconds, 0) + jitter / 4


def _raw_header(response: httpx.Response, name: bytes) -> str | None:
    """The raw header. It is sent back byte for byte, and `Headers` would guess a charset."""
    return next((value.decode("latin-1") for key, value in response.headers.raw if key.lower() == name), None)
