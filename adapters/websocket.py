"""The first message of a WebSocket, read by the policy of `adapters.http`: what it says of repeating, of the budget, of
redirects and of errors holds here, too.

- Handshake: a refusal is an answer over HTTP, and means what its status means.
- Message: one, of at most as many bytes as a body. It is not compressed. What comes after it is not read.
- Time: as long as for an answer, from the connection to the message.
- Closing: a connection that is closed without a message says why in a code and a reason.
- Token: in a header of the handshake, which the library would log; so it logs nothing.

Only an observation reads over a WebSocket, so this module is imported there alone: what does not observe has no library
for it.
"""

import asyncio
import logging
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

import httpx
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidStatus, WebSocketException
from websockets.frames import CloseCode
from websockets.http11 import Response

from adapters import http
from adapters.body import LARGEST_BODY_BYTES
from adapters.http import Answer, Http
from fleet.model.failure import (
    Forbidden,
    NotFound,
    ProviderError,
    TimedOut,
    Unauthenticated,
    Unavailable,
    UnexpectedResponse,
    Unreachable,
)

CLOSING_SECONDS = 0.5
"""How long a provider has to agree that the connection is closed. Nothing depends on it."""
SWITCHING_PROTOCOLS = 101
SCHEMES = {"http": "ws", "https": "wss"}
OF_OURS = frozenset({"authorization", "accept"})
"""The headers of a request that a handshake has, besides those of the account. The library writes its own."""
NOT_FOUND = "notfound"
"""A word in the reason of a closing: there is nothing to show. Source: a vendor's console, which reads it so."""

CLOSINGS: Mapping[int, tuple[type[ProviderError], str]] = {
    CloseCode.NORMAL_CLOSURE: (UnexpectedResponse, "closed the connection without a message"),
    CloseCode.POLICY_VIOLATION: (Forbidden, "does not allow the token this"),
    3000: (Unauthenticated, "refused the token"),
    3003: (Forbidden, "does not allow the token this"),
}
"""The error for each code of a closing; the codes from 3000 on are IANA's. Any other one is `Unavailable`."""

_SILENT = logging.Logger(__name__)  # noqa: LOG001 - one that nobody can turn on
_SILENT.disabled = True


class TooLarge(UnexpectedResponse):
    """The message has more bytes than are read."""


class _Connect(connect):
    def process_redirect(self, exc: Exception) -> Exception | str:
        """No redirect is followed, because the token is for one host only."""
        return exc


@dataclass(frozen=True, kw_only=True)
class WebSocket:
    """The WebSockets of one account at its provider. The base URL of `http` has the scheme of HTTP."""

    http: Http

    async def first_message(self, path: str, params: Mapping[str, str]) -> Answer:
        """`path` begins with a slash. Raises the error of the last attempt, or `BudgetExhausted` before one for which
        there is no permit.
        """
        request = self.http.build("GET", path, params)
        return await self.http.repeat(lambda: self.attempt(request))

    async def attempt(self, request: httpx.Request) -> Answer:
        """The message, without a permit and without another attempt."""
        for hook in self.http.client.event_hooks["request"]:
            await hook(request)  # whether this address may have the token
        name = self.http.provider_name
        try:
            async with asyncio.timeout(http.ANSWER_SECONDS), self._opened(request) as connection:
                assert connection.response is not None
                self.http.learn(_as_http(connection.response))
                return Answer(status=SWITCHING_PROTOCOLS, body=bytes(await connection.recv(decode=False)))
        except InvalidStatus as error:
            refusal = _as_http(error.response)
        except ConnectionClosed as closed:
            raise self._closing(closed) from None
        except TimeoutError as error:
            raise TimedOut(f"{name} did not answer in time.") from error
        except OSError as error:
            raise Unreachable(f"{name} cannot be reached ({type(error).__name__}).") from error
        except WebSocketException as error:
            # Not chained, because the cause may quote a header of the provider, and that the token.
            raise Unavailable(f"{name} broke off ({type(error).__name__}).") from None
        answer = await self.http.read(refusal)
        raise UnexpectedResponse(
            f"{name} answered the handshake of a WebSocket with {answer.status}.", http_status=answer.status
        )

    def _opened(self, request: httpx.Request) -> connect:
        url = request.url.copy_with(scheme=SCHEMES[request.url.scheme])
        ours = OF_OURS | {name.lower() for name in self.http.headers}
        return _Connect(
            str(url),
            additional_headers=[(key, value) for key, value in request.headers.items() if key in ours],
            user_agent_header=request.headers["user-agent"],
            ssl=_ssl_context() if url.scheme == "wss" else None,
            compression=None,
            max_size=LARGEST_BODY_BYTES,
            max_queue=1,
            open_timeout=None,
            ping_interval=None,
            close_timeout=CLOSING_SECONDS,
            logger=_SILENT,
        )

    def _closing(self, closed: ConnectionClosed) -> ProviderError:
        name = self.http.provider_name
        if closed.sent is not None and closed.sent.code == CloseCode.MESSAGE_TOO_BIG:
            return TooLarge(
                f"{name} gave an answer that is not read: it is larger than {LARGEST_BODY_BYTES} bytes."
            )
        if closed.rcvd is None:
            return Unavailable(f"{name} broke off ({type(closed).__name__}).")
        code, reason = closed.rcvd.code, closed.rcvd.reason
        kind, sentence = CLOSINGS.get(code, (Unavailable, "closed the connection"))
        if NOT_FOUND in reason.lower().replace(" ", ""):
            kind, sentence = NotFound, "does not know it"
        said = f": {self.http.redact(reason)}" if reason.strip() else ""
        return kind(f"{name} {sentence} (WebSocket {code}){said}")


def _as_http(response: Response) -> httpx.Response:
    return httpx.Response(
        response.status_code, headers=[*response.headers.raw_items()], content=bytes(response.body or b"")
    )


@cache
def _ssl_context() -> ssl.SSLContext:
    """One for the whole process, because it takes 17 ms to make."""
    return httpx.create_ssl_context()
