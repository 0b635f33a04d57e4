"""GraphQL over HTTP: reading a request, or refusing it with a status.

Source: <https://graphql.github.io/graphql-over-http/draft/>. Bodies must be JSON, because a form on any web page can
send other types. No message repeats a value of the request.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NoReturn

from starlette.requests import Request

from gateway.http.codes import Code
from gateway.limits.known_documents import known_documents
from gateway.services import Policy

MOST_BYTES = 256 * 1024
JSON = "application/json"
GRAPHQL_RESPONSE = "application/graphql-response+json"

_QUALITY = re.compile(r"q=([01](?:\.\d{0,3})?)")


class NotServed(Exception):
    """A request that is refused before it is read as GraphQL."""

    def __init__(self, code: Code, message: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.headers = headers or {}


@dataclass(frozen=True, kw_only=True)
class Asked:
    query: str
    variables: dict[str, Any] | None
    operation_name: str | None
    extensions: dict[str, Any] | None


def check_method(request: Request) -> None:
    if request.method not in ("GET", "HEAD", "POST"):
        raise NotServed(Code.METHOD_NOT_ALLOWED, "Send GraphQL by GET or POST.", {"Allow": "GET, HEAD, POST"})


def answer_type(request: Request) -> str:
    """The media type of the answer. Clients get the newer one if they ask for it, and the older one by default."""
    accept = ",".join(request.headers.getlist("accept")).strip()
    quality = dict(_ranges(accept)) if accept else {"*/*": 1.0}
    older = next((quality[name] for name in (JSON, "application/*", "*/*") if name in quality), 0.0)
    newer = quality.get(GRAPHQL_RESPONSE, 0.0)
    if not older and not newer:
        raise NotServed(Code.NOT_ACCEPTABLE, f"Answers are {GRAPHQL_RESPONSE} or {JSON}: accept one of them.")
    return GRAPHQL_RESPONSE if newer >= older else JSON


def _ranges(accept: str) -> Iterator[tuple[str, float]]:
    for part in accept.split(","):
        name, *parameters = (piece.strip().lower() for piece in part.split(";"))
        qualities = [found[1] for found in map(_QUALITY.fullmatch, parameters) if found]
        yield name, float(qualities[0]) if qualities else 1.0


async def read(request: Request, policy: Policy) -> Asked:
    if request.method != "POST":
        return _read_address(request, policy)
    _check_content(request)
    parameters = _load(await _body(request), "The body")
    if isinstance(parameters, list):
        raise NotServed(Code.BAD_REQUEST, "Batches are not accepted: send one request for each operation.")
    if not isinstance(parameters, dict):
        raise NotServed(Code.BAD_REQUEST, "The body is not a JSON object.")
    return _asked(parameters, policy)


def _read_address(request: Request, policy: Policy) -> Asked:
    given = request.query_params.multi_items()
    parameters: dict[str, Any] = dict(given)
    if len(parameters) < len(given):
        raise NotServed(Code.BAD_REQUEST, "The address names a parameter twice. It has exactly one request.")
    for name in ("variables", "extensions"):
        if parameters.get(name):
            parameters[name] = _load(parameters[name].encode(), f"`{name}`")
        else:
            parameters.pop(name, None)
    return _asked(parameters, policy)


def _asked(parameters: dict[str, Any], policy: Policy) -> Asked:
    query = parameters.get("query") or _known(parameters, policy)
    if not query or not isinstance(query, str):
        raise NotServed(
            Code.BAD_REQUEST,
            "`query` is required (the document as a string), or `documentId` of a known document.",
        )
    operation_name = parameters.get("operationName")
    if operation_name is not None and not isinstance(operation_name, str):
        raise NotServed(Code.BAD_REQUEST, "`operationName` must be a string or null.")
    for name in ("variables", "extensions"):
        if parameters.get(name) == "":  # as clients send it that have none
            parameters = {**parameters, name: None}
        if not isinstance(parameters.get(name), dict | None):
            raise NotServed(Code.BAD_REQUEST, f"`{name}` must be an object or null.")
    return Asked(
        query=query,
        variables=parameters.get("variables"),
        operation_name=operation_name or None,
        extensions=parameters.get("extensions"),
    )


def _known(parameters: Mapping[str, Any], policy: Policy) -> str | None:
    """The known document that a request names: by `documentId`, as in the draft of GraphQL over HTTP, or in the way of
    Apollo's clients.
    """
    match parameters:
        case {"documentId": str(document_id)}:
            missing = NotServed(
                Code.DOCUMENT_NOT_FOUND, "No document is known by this id. Documents are not registered here."
            )
        case {"extensions": {"persistedQuery": {"version": 1, "sha256Hash": str(document_id)}}}:
            missing = _send_it(policy)
        case _:
            return None
    document = known_documents(policy.manifests).find(document_id)
    if document is None:
        raise missing
    return document


def _send_it(policy: Policy) -> NotServed:
    """The sentences are Apollo's, and its clients know them: send the document this time, or from now on."""
    if policy.only_trusted:
        return NotServed(Code.PERSISTED_QUERY_NOT_FOUND, "PersistedQueryNotFound")
    return NotServed(Code.PERSISTED_QUERY_NOT_SUPPORTED, "PersistedQueryNotSupported")


def _check_content(request: Request) -> None:
    name, *parameters = (part.strip() for part in request.headers.get("content-type", "").lower().split(";"))
    charsets = [
        value.strip('"') for key, _, value in (p.partition("=") for p in parameters) if key == "charset"
    ]
    if name != JSON or any(charset not in ("utf-8", "utf8") for charset in charsets):
        raise NotServed(
            Code.UNSUPPORTED_MEDIA_TYPE, f"Send `Content-Type: {JSON}`, in UTF-8.", {"Accept-Post": JSON}
        )
    if request.headers.get("content-encoding", "identity").lower() != "identity":
        raise NotServed(
            Code.UNSUPPORTED_MEDIA_TYPE, "Send the body uncompressed.", {"Accept-Encoding": "identity"}
        )


async def _body(request: Request) -> bytes:
    """The body. It is not read to its end if it is too long; the connection is then closed."""
    too_large = NotServed(
        Code.PAYLOAD_TOO_LARGE, f"A body has up to {MOST_BYTES} bytes.", {"Connection": "close"}
    )
    declared = request.headers.get("content-length", "")
    if declared.isdecimal() and int(declared) > MOST_BYTES:
        raise too_large
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MOST_BYTES:
            raise too_large
    return bytes(body)


def _load(text: bytes, what: str) -> object:
    """Reads strict JSON: UTF-8, no NaN, no lone surrogate, no value that is too deep or a number that is too long."""
    try:
        loaded: object = json.loads(text.decode("utf-8"), parse_constant=_refuse)
        if b"\\ud" in text.lower():
            json.dumps(loaded, ensure_ascii=False).encode("utf-8")
    except (ValueError, RecursionError):
        raise NotServed(Code.BAD_REQUEST, f"{what} is not JSON in UTF-8.") from None
    return loaded


def _refuse(constant: str) -> NoReturn:
    raise ValueError(constant)
