"""GraphQL over HTTP: one document out, its data back, and every way in which that can fail as a typed error."""

import json
import re
import ssl
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import httpx

from cli import __version__
from cli.errors import GraphQLErrors, LostAnswer, NotFleetgraph, Refused, Unreachable, UsageError
from cli.formatting import plain
from cli.settings import Settings

REQUEST_SECONDS = 30.0
_ACCEPT = "application/graphql-response+json, application/json;q=0.9"
_CHANGE = re.compile(r"^\s*mutation\b", re.MULTILINE)
_NEVER_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.UnsupportedProtocol, httpx.ProxyError)


class Client:
    """A client of one Fleetgraph. It follows no redirect, so that a key goes only to its address."""

    def __init__(self, settings: Settings) -> None:
        headers = {"accept": _ACCEPT, "user-agent": f"fleetgraph-cli/{__version__}"}
        if settings.key is not None:
            headers["authorization"] = f"Bearer {settings.key}"
        self._settings = settings
        # Without TLS, reading every certificate of the machine would take longer than the question.
        verify = True if settings.url.scheme == "https" else ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        # What is on this machine is asked directly: a proxy would see the key in clear.
        self._http = httpx.Client(
            headers=headers,
            trust_env=not settings.is_here,
            verify=verify,
            event_hooks={"response": [_leads_nowhere]},
        )

    def ask(
        self,
        document: str,
        variables: dict[str, Any] | None = None,
        *,
        operation: str | None = None,
        within_seconds: float = REQUEST_SECONDS,
    ) -> dict[str, Any]:
        """The data of an answer without errors. Raises what `cli.errors` lists, but for UserErrors."""
        body = {"query": document, "variables": variables or {}}
        if operation is not None:
            body["operationName"] = operation
        try:
            response = self._http.post(
                self._settings.url,
                content=_encode(body),
                headers={"content-type": "application/json"},
                timeout=within_seconds,
            )
            return self._read(response)
        except UnicodeError as error:  # of the system, for a label of more than 63 characters
            raise UsageError(
                f"{self._settings.url} names a host that cannot be.", "Correct the URL."
            ) from error
        except httpx.HTTPError as error:
            failure = self._unreachable(error)
            if isinstance(error, _NEVER_SENT) or not _CHANGE.search(document):
                raise failure from error
            raise _lost(failure) from error
        except Unreachable as failure:
            if _CHANGE.search(document) and not failure.is_turned_away:
                raise _lost(failure) from failure
            raise

    def pages(
        self, document: str, variables: dict[str, Any], field: str, *, within_seconds: float = REQUEST_SECONDS
    ) -> Iterator[dict[str, Any]]:
        """The pages of a connection, for a document that takes `after`. `field` is its place, as in `node.regions`."""
        after = None
        while True:
            page: Any = self.ask(document, {**variables, "after": after}, within_seconds=within_seconds)
            for name in field.split("."):
                page = page and page[name]
            if page is None:
                return
            yield page
            info = page["pageInfo"]
            if not info["hasNextPage"]:
                return
            if info["endCursor"] in (None, after):
                raise NotFleetgraph(f"{self._settings.url} says that {field} go on, and not where.")
            after = info["endCursor"]

    def take(self, document: str, variables: dict[str, Any], field: str, limit: int) -> list[dict[str, Any]]:
        """The first `limit` nodes of a connection."""
        found: list[dict[str, Any]] = []
        for page in self.pages(document, variables, field):
            found += page["nodes"]
            if len(found) >= limit:
                break
        return found[:limit]

    def close(self) -> None:
        self._http.close()

    def _read(self, response: httpx.Response) -> dict[str, Any]:
        status, url = response.status_code, self._settings.url
        if status in (httpx.codes.UNAUTHORIZED, httpx.codes.FORBIDDEN):
            if self._settings.key is None:
                raise Refused(f"{url} needs a key.", "`fleetgraph login` keeps it, FLEETGRAPH_KEY gives it.")
            reason = _reason_given(response) or "It may be revoked, or not of this Fleetgraph."
            raise Refused(f"{url} refuses the key ({status}).", reason)
        if status == httpx.codes.TOO_MANY_REQUESTS or status >= httpx.codes.INTERNAL_SERVER_ERROR:
            raise Unreachable(
                f"{url} answers {status} {response.reason_phrase}.",
                "Try again in a while.",
                retry_after_seconds=_retry_after(response),
                is_turned_away=status == httpx.codes.TOO_MANY_REQUESTS,
            )
        answer: object = None
        with suppress(ValueError, RecursionError):
            answer = response.json()
        if (
            not isinstance(answer, dict)
            or not ({"data", "errors"} & answer.keys())
            or not _has_errors_that_read(answer)
        ):
            raise NotFleetgraph(
                f"{url} is not a Fleetgraph: it answers {status} and no GraphQL.",
                "The URL of one ends in /graphql as a rule.",
            )
        data = answer.get("data")
        if errors := answer.get("errors"):
            raise GraphQLErrors(errors, data)
        if not isinstance(data, dict):
            raise NotFleetgraph(f"{url} is not a Fleetgraph: its answer has no data.")
        return data

    def _unreachable(self, error: httpx.HTTPError) -> Unreachable:
        url = self._settings.url
        if isinstance(error, httpx.TimeoutException):
            return Unreachable(f"{url} does not answer in time.", "Try again in a while.")
        remedy = "`make run` starts one there." if self._settings.is_here else "Check the network."
        return Unreachable(
            f"Cannot connect to {url}: {_reason(error)}.",
            f"{remedy} --url or FLEETGRAPH_URL name another.",
        )


def _leads_nowhere(response: httpx.Response) -> None:
    """No redirect is followed. httpx reads its address all the same, and fails for some."""
    response.headers.pop("location", None)


def _has_errors_that_read(answer: dict[str, Any]) -> bool:
    """Whether its errors are those of GraphQL, if it has any: other services have a member of that name, too."""
    errors = answer.get("errors") or []
    return isinstance(errors, list) and all(
        isinstance(error, dict)
        and isinstance(error.get("message"), str)
        and isinstance(error.get("extensions") or {}, dict)
        and isinstance(error.get("path") or [], list)
        for error in errors
    )


def _encode(body: dict[str, Any]) -> bytes:
    """Raises UsageError for what is no text: bytes of another encoding among the arguments, half of a character."""
    try:
        return json.dumps(body, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode()
    except UnicodeEncodeError as error:
        raise UsageError(
            "What was given is no text in UTF-8.", "Check the characters of the arguments."
        ) from error


def _lost(failure: Unreachable) -> LostAnswer:
    return LostAnswer(
        f"{failure} The change may have arrived nevertheless:",
        "look at `fleetgraph operations` before asking for it again.",
    )


def _reason(error: httpx.HTTPError) -> str:
    """The system's own words, without its number."""
    return re.sub(r"^\[Errno -?\d+\] ", "", str(error)).rstrip(".") or type(error).__name__


def _reason_given(response: httpx.Response) -> str:
    """The first sentence of an answer that holds errors alone."""
    with suppress(ValueError, LookupError, TypeError):
        return plain(str(response.json()["errors"][0]["message"]))
    return ""


def _retry_after(response: httpx.Response) -> float | None:
    """Seconds. A date is left to our own pace."""
    header = response.headers.get("retry-after", "")
    return float(header) if header.isascii() and header.isdigit() else None
