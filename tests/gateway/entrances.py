"""The two entrances of the gateway: uvicorn, which `make run` uses, and Mangum, which API Gateway comes through."""

import json
from base64 import b64decode, b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from mangum import Mangum
from starlette.applications import Starlette

from functions.api import TEXT_TYPES

EVENT = Path(__file__).parents[2] / "local" / "events" / "api.json"

# What belongs to the connection, or differs from one answer to the next.
OF_THE_DOOR = {"connection", "content-length", "date", "server", "x-request-id"}


@dataclass(frozen=True, kw_only=True)
class Sent:
    """A request to the byte: nothing is added but `Host` and the length of the body."""

    method: str = "POST"
    target: str = "/graphql"
    headers: Mapping[str, str] = field(default_factory=lambda: {"content-type": "application/json"})
    body: bytes = b""


@dataclass(frozen=True, kw_only=True)
class Answer:
    status: int
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def code(self) -> str:
        """The code of the one error of an answer."""
        (error,) = self.json()["errors"]
        code: str = error["extensions"]["code"]
        return code

    def without_its_entrance(self) -> "Answer":
        kept = {name: value for name, value in self.headers.items() if name not in OF_THE_DOOR}
        return Answer(status=self.status, headers=kept, body=self.body)


Entrance = Callable[[Sent], Answer]


def through_uvicorn(origin: str) -> Entrance:
    host, port = urlsplit(origin).hostname, urlsplit(origin).port
    assert host is not None

    def send(sent: Sent) -> Answer:
        connection = HTTPConnection(host, port, timeout=40)
        connection.putrequest(sent.method, sent.target, skip_accept_encoding=True)
        for name, value in sent.headers.items():
            connection.putheader(name, value)
        if sent.method == "POST":
            connection.putheader("content-length", str(len(sent.body)))
        connection.endheaders(sent.body)
        response = connection.getresponse()
        headers = {name.lower(): value for name, value in response.getheaders()}
        answer = Answer(status=response.status, headers=headers, body=response.read())
        connection.close()
        return answer

    return send


def through_mangum(app: Starlette) -> Entrance:
    return through_events(Mangum(app, lifespan="off", text_mime_types=TEXT_TYPES))


def through_events(answer: Callable[[Any, Any], dict[str, Any]], context: object = None) -> Entrance:
    """`answer` is a handler of API Gateway's events, version 2.0."""
    event = json.loads(EVENT.read_text(encoding="utf-8"))

    def send(sent: Sent) -> Answer:
        raw = answer({**event, **to_event(sent, event["requestContext"])}, context)
        body = b64decode(raw["body"]) if raw["isBase64Encoded"] else raw["body"].encode()
        return Answer(status=raw["statusCode"], headers=raw.get("headers", {}), body=body)

    return send


def to_event(sent: Sent, request_context: Mapping[str, Any]) -> dict[str, Any]:
    """What API Gateway makes of a request: names of headers in lower case, and what is no text in base 64."""
    path, _, query = sent.target.partition("?")
    try:
        text, is_base64 = sent.body.decode(), False
    except UnicodeDecodeError:
        text, is_base64 = b64encode(sent.body).decode(), True
    http = {**request_context["http"], "method": sent.method, "path": path}
    return {
        "rawPath": path,
        "rawQueryString": query,
        "headers": {
            "host": "api.test",
            "content-length": str(len(sent.body)),
            **{name.lower(): value for name, value in sent.headers.items()},
        },
        "requestContext": {**request_context, "http": http},
        "body": text,
        "isBase64Encoded": is_base64,
    }
