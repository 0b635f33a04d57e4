"""Requests of GraphQL over HTTP, and what the standard wants as their answers. Whichever entrance they come through."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from gateway.http.headers import EVERYWHERE
from gateway.http.request import MOST_BYTES
from tests.gateway.entrances import Answer, Sent

OLDER, NEWER = "application/json", "application/graphql-response+json"
COUNT = "{ fleet { clusterCount } }"
CHANGE = 'mutation { deleteCluster(input: {id: "x"}) { userErrors { message } } }'


@dataclass(frozen=True, kw_only=True)
class Expected:
    status: int
    code: str | None = None
    type: str = OLDER
    headers: Mapping[str, str] = field(default_factory=dict)

    def check(self, answer: Answer) -> None:
        assert answer.status == self.status, answer.body
        assert answer.headers["content-type"] == self.type
        assert {key: answer.headers.get(key) for key in self.headers} == self.headers
        if self.code is None:
            assert answer.json().keys() == {"data", "extensions"}
        else:
            assert answer.code == self.code
        assert {name: answer.headers.get(name.lower()) for name in EVERYWHERE} == EVERYWHERE
        assert len(answer.headers["x-request-id"]) == 32


def ask(document: Any = COUNT, *, accept: str | None = None, **parameters: object) -> Sent:
    headers = {"Content-Type": "application/json"} | ({"Accept": accept} if accept else {})
    return Sent(headers=headers, body=json.dumps({"query": document, **parameters}).encode())


def post(body: bytes, content_type: str | None = OLDER, **headers: str) -> Sent:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Sent(headers={**({"Content-Type": content_type} if content_type else {}), **named}, body=body)


def get(accept: str | None = None, method: str = "GET", **parameters: str) -> Sent:
    target = f"/graphql?{urlencode(parameters)}" if parameters else "/graphql"
    return Sent(method=method, target=target, headers={"Accept": accept} if accept else {})


BODY = ask().body
DEEP = (
    b'{"query": "{ fleet { clusterCount } }", "variables": {"a": ' + b"[" * 100_000 + b"]" * 100_000 + b"}}"
)
BAD_REQUEST = Expected(status=400, code="BAD_REQUEST")
NO_JSON = Expected(status=415, code="UNSUPPORTED_MEDIA_TYPE", headers={"accept-post": OLDER})
NOT_BY_GET = Expected(status=405, code="METHOD_NOT_ALLOWED", headers={"allow": "POST"})
NO_METHOD = Expected(status=405, code="METHOD_NOT_ALLOWED", headers={"allow": "GET, HEAD, POST"})
ANSWERED = Expected(status=200)

EXCHANGES: Mapping[str, tuple[Sent, Expected]] = {
    "a query": (ask(), ANSWERED),
    "a query of those who know the newer type": (ask(accept=NEWER), Expected(status=200, type=NEWER)),
    "both types, as most clients send them": (
        ask(accept=f"{NEWER}, {OLDER};q=0.9"),
        Expected(status=200, type=NEWER),
    ),
    "the older type first": (ask(accept=f"{OLDER}, {NEWER};q=0.5"), ANSWERED),
    "any type": (ask(accept="*/*"), ANSWERED),
    "any type of application": (ask(accept="text/html, application/*;q=0.1"), ANSWERED),
    "no type of ours": (ask(accept="text/html"), Expected(status=406, code="NOT_ACCEPTABLE")),
    "no type at all": (
        ask(accept=f"{OLDER};q=0, {NEWER};q=0.0"),
        Expected(status=406, code="NOT_ACCEPTABLE"),
    ),
    "a query in the address": (get(query=COUNT), ANSWERED),
    "variables in the address": (
        get(
            query="query Q($k: String!) { __type(name: $k) { name } }",
            variables='{"k": "Cluster"}',
            operationName="Q",
            extensions="{}",
        ),
        ANSWERED,
    ),
    "variables in the address that are no JSON": (get(query=COUNT, variables="{k: 1}"), BAD_REQUEST),
    "variables in the address that are a list": (get(query=COUNT, variables="[1]"), BAD_REQUEST),
    "an address without a query": (get(), BAD_REQUEST),
    "two queries in the address": (
        Sent(
            method="GET",
            target=f"/graphql?{urlencode([('query', COUNT), ('query', '{ __typename }')])}",
            headers={},
        ),
        BAD_REQUEST,
    ),
    "the same variables twice in the address": (
        Sent(
            method="GET",
            target=f"/graphql?{urlencode([('query', COUNT), ('variables', '{}'), ('variables', '{}')])}",
            headers={},
        ),
        BAD_REQUEST,
    ),
    "a mutation in the address": (get(query=CHANGE), NOT_BY_GET),
    "a mutation in the address, of the newer type": (
        get(NEWER, query=CHANGE),
        Expected(status=405, code="METHOD_NOT_ALLOWED", type=NEWER, headers={"allow": "POST"}),
    ),
    "a mutation in the address beside a query": (
        get(query=f"query A {COUNT} mutation B {{ __typename }}", operationName="B"),
        NOT_BY_GET,
    ),
    "other methods": (get(method="DELETE"), NO_METHOD),
    "a body in a method that has none": (get(method="OPTIONS"), NO_METHOD),
    "no body": (post(b""), BAD_REQUEST),
    "no JSON": (post(b'{"query": '), BAD_REQUEST),
    "no object": (post(b'"query"'), BAD_REQUEST),
    "no UTF-8": (post(b'{"query": "{ __typename } # \xff"}'), BAD_REQUEST),
    "another Unicode": (post(BODY.decode().encode("utf-16")), BAD_REQUEST),
    "half a surrogate pair": (post(b'{"query": "{ __type(name: \\"\\ud800\\") { name } }"}'), BAD_REQUEST),
    "a number that is none": (post(BODY[:-1] + b', "variables": {"a": NaN}}'), BAD_REQUEST),
    "a number of ten thousand digits": (
        post(BODY[:-1] + b', "variables": {"a": ' + b"9" * 10_000 + b"}}"),
        BAD_REQUEST,
    ),
    "brackets without end": (post(DEEP), BAD_REQUEST),
    "no query": (post(b"{}"), BAD_REQUEST),
    "a batch": (post(b"[" + BODY + b"]"), BAD_REQUEST),
    "variables that are a string": (ask(variables="{}"), BAD_REQUEST),
    "extensions that are a list": (ask(extensions=[]), BAD_REQUEST),
    "an operation name that is a number": (ask(operationName=0), BAD_REQUEST),
    "a body beyond the limit": (
        post(b'{"query": "' + b" " * MOST_BYTES + b'"}'),
        Expected(status=413, code="PAYLOAD_TOO_LARGE"),
    ),
    "a form, as any page can send": (
        post(urlencode({"query": COUNT}).encode(), "application/x-www-form-urlencoded"),
        NO_JSON,
    ),
    "an upload": (post(b"--x--", "multipart/form-data; boundary=x"), NO_JSON),
    "text, as any page can send": (post(BODY, "text/plain"), NO_JSON),
    "a type that only contains JSON": (post(BODY, "text/plain; application/json"), NO_JSON),
    "no content type": (post(BODY, None), NO_JSON),
    "UTF-8 by name": (post(BODY, 'application/json; charset="UTF-8"'), ANSWERED),
    "another charset by name": (post(BODY, "application/json; charset=latin1"), NO_JSON),
    "a compressed body": (
        post(BODY, Content_Encoding="gzip"),
        Expected(status=415, code="UNSUPPORTED_MEDIA_TYPE", headers={"accept-encoding": "identity"}),
    ),
    "no GraphQL": (ask("{"), Expected(status=200, code="GRAPHQL_PARSE_FAILED")),
    "no GraphQL, of the newer type": (
        ask("{", accept=NEWER),
        Expected(status=400, code="GRAPHQL_PARSE_FAILED", type=NEWER),
    ),
    "a field that is none": (
        ask("{ x }", accept=NEWER),
        Expected(status=400, code="GRAPHQL_VALIDATION_FAILED", type=NEWER),
    ),
    "a variable that is none": (
        ask("query ($n: Int!) { clusters(first: $n) { nodes { id } } }", accept=NEWER),
        Expected(status=400, code="BAD_USER_INPUT", type=NEWER),
    ),
    "a variable beyond all numbers": (
        post(
            b'{"query": "query ($n: Int!) { clusters(first: $n) { nodes { id } } }", "variables": {"n": 1e999}}',
            Accept=NEWER,
        ),
        Expected(status=400, code="BAD_USER_INPUT", type=NEWER),
    ),
    "a page too large": (
        ask("{ clusters(first: 251) { nodes { id } } }", accept=NEWER),
        Expected(status=200, code="BAD_USER_INPUT", type=NEWER),
    ),
    "an operation that is not there": (
        ask(f"query A {COUNT}", accept=NEWER, operationName="B"),
        Expected(status=400, code="OPERATION_RESOLUTION_FAILURE", type=NEWER),
    ),
    "two operations and no name": (
        ask(f"query A {COUNT} query B {COUNT}", accept=NEWER),
        Expected(status=400, code="OPERATION_RESOLUTION_FAILURE", type=NEWER),
    ),
    "a subscription": (
        ask("subscription { __typename }", accept=NEWER),
        Expected(status=400, code="GRAPHQL_VALIDATION_FAILED", type=NEWER),
    ),
    "a document nested a thousand deep": (
        ask("{ a" * 1500 + "}" * 1500, accept=NEWER),
        Expected(status=400, code="GRAPHQL_PARSE_FAILED", type=NEWER),
    ),
    "a number in the document of ten thousand digits": (
        ask("{ clusters(first: " + "9" * 10_000 + ") { nodes { id } } }", accept=NEWER),
        Expected(status=400, code="GRAPHQL_VALIDATION_FAILED", type=NEWER),
    ),
}
