"""Events as people send them to the API's function: each is answered."""

import base64
import gzip
import json
from typing import Any

import pytest

from functions.api import Api
from functions.events import as_request, is_request
from tests.functions.conftest import ADMIN_KEY, Invocation
from tests.functions.test_api import api, request

__all__ = ["api"]


def asked(
    path: str = "/graphql", *, stage: str = "$default", more: dict[str, Any] | None = None
) -> dict[str, Any]:
    sent = request(f"Bearer {ADMIN_KEY}")
    sent["rawPath"] = sent["requestContext"]["http"]["path"] = path
    sent["requestContext"]["stage"] = stage
    return sent | (more or {})


@pytest.mark.parametrize(
    "ping",
    [
        {},
        {"source": "aws.events"},
        {"warmer": True, "concurrency": 3},
        {"requestContext": None},
        {"headers": None},
    ],
)
def test_a_ping_warms_the_function_and_is_answered(api: Api, ping: dict[str, Any]) -> None:
    answer = api(ping, Invocation())
    assert (answer["statusCode"], json.loads(answer["body"])) == (200, {"status": "ok"})
    assert "_answer" in vars(api), "the next request finds all of it loaded"


@pytest.mark.parametrize(
    ("path", "stage"),
    [
        ("/graphql", "$default"),
        ("/prod/graphql", "prod"),
        ("/fleet/graphql", "$default"),
        ("/fleet/prod/graphql", "prod"),
        ("/prod/fleet/graphql", "prod"),
    ],
)
def test_a_stage_and_a_base_path_lead_to_the_same(api: Api, path: str, stage: str) -> None:
    answer = api(asked(path, stage=stage), Invocation())
    assert answer["statusCode"] == 200
    assert "data" in json.loads(answer["body"])


@pytest.mark.parametrize(
    ("path", "stage", "own"),
    [
        ("/prod", "prod", "/"),
        ("/prod/", "prod", "/"),
        ("/production", "prod", "/production"),
        ("/nothing", "$default", "/nothing"),
        ("/base/health", "$default", "/health"),
    ],
)
def test_the_path_is_our_own(path: str, stage: str, own: str) -> None:
    assert as_request(asked(path, stage=stage))["rawPath"] == own


@pytest.mark.parametrize("member", ["headers", "rawQueryString", "cookies", "queryStringParameters"])
def test_null_members_are_as_if_they_were_not_there(api: Api, member: str) -> None:
    answer = api(asked(more={member: None}), Invocation())
    assert answer["statusCode"] == (401 if member == "headers" else 200)


def test_a_header_may_be_null(api: Api) -> None:
    sent = asked()
    sent["headers"]["x-something"] = None
    assert api(sent, Invocation())["statusCode"] == 200


@pytest.mark.parametrize("event", [None, [], "ping", {"requestContext": {"http": {}}}, {"rawPath": "/"}])
def test_what_holds_no_request_is_none(event: object) -> None:
    assert not is_request(event)


def test_a_compressed_answer_goes_out_in_base_64(api: Api) -> None:
    sent = asked(
        more={"body": json.dumps({"query": "{ providers { name capabilities { capability reason } } }"})}
    )
    sent["isBase64Encoded"] = False
    sent["headers"]["accept-encoding"] = "gzip"
    answer = api(sent, Invocation())
    assert (answer["isBase64Encoded"], answer["headers"]["content-encoding"]) == (True, "gzip")
    assert json.loads(gzip.decompress(base64.b64decode(answer["body"])))["data"]["providers"]
