import json
from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError

from functions.api import Api
from tests.functions.conftest import ADMIN_KEY, Deployment, Invocation, SteppedClock, event


@pytest.fixture
def api(deployment: Deployment, clock: SteppedClock) -> Iterator[Api]:
    api = Api(deployment.environment, clock)
    yield api
    api.close()


def request(authorization: str | None) -> dict[str, Any]:
    asked = event("api")
    asked["headers"].pop("authorization")
    if authorization is not None:
        asked["headers"]["authorization"] = authorization
    return asked


@pytest.mark.parametrize(
    "authorization",
    [
        None,
        "",
        "Bearer",
        "Bearer ",
        "Bearer wrong",
        f"Bearer {ADMIN_KEY}x",
        f"Bearer {ADMIN_KEY[:-1]}",
        f"Basic {ADMIN_KEY}",
        ADMIN_KEY,
        "Bearer schlüssel",
    ],
)
def test_without_the_key_nothing_is_answered(
    api: Api, deployment: Deployment, authorization: str | None
) -> None:
    deployment.calls.clear()
    answer = api(request(authorization), Invocation())
    assert answer["statusCode"] == 401
    assert json.loads(answer["body"])["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"
    assert {name for name, _ in deployment.calls} <= {"GetSecretValue"}


@pytest.mark.parametrize("path", ["/", "/graphql", "/health"])
def test_no_path_is_open(api: Api, path: str) -> None:
    asked = request(None)
    asked["rawPath"] = asked["requestContext"]["http"]["path"] = path
    asked["requestContext"]["http"]["method"] = "GET"
    assert api(asked, Invocation())["statusCode"] == 401


@pytest.mark.parametrize("scheme", ["Bearer", "bearer"])
def test_the_key_opens_the_fleet(api: Api, scheme: str) -> None:
    answer = api(request(f"{scheme} {ADMIN_KEY}"), Invocation())
    assert answer["statusCode"] == 200
    assert answer["isBase64Encoded"] is False
    assert answer["headers"]["content-type"].startswith("application/graphql-response+json")
    assert json.loads(answer["body"])["data"]["fleet"] == {"clusterCount": 0}


def test_a_replaced_key_opens_within_minutes_and_the_old_one_no_more(
    api: Api, deployment: Deployment, clock: SteppedClock
) -> None:
    import boto3

    assert api(request(f"Bearer {ADMIN_KEY}"), Invocation())["statusCode"] == 200
    boto3.client("secretsmanager").put_secret_value(
        SecretId=deployment.environment["ADMIN_KEY_ID"], SecretString="another-key"
    )
    clock.advance(301)
    assert api(request("Bearer another-key"), Invocation())["statusCode"] == 200
    assert api(request(f"Bearer {ADMIN_KEY}"), Invocation())["statusCode"] == 401


def test_a_key_that_cannot_be_read_opens_nothing(deployment: Deployment, clock: SteppedClock) -> None:
    api = Api({**deployment.environment, "ADMIN_KEY_ID": "another"}, clock)
    with pytest.raises(ClientError):
        api(request(f"Bearer {ADMIN_KEY}"), Invocation())
    api.close()


def test_a_warm_process_reads_the_key_once(api: Api, deployment: Deployment) -> None:
    for _ in range(3):
        api(request(f"Bearer {ADMIN_KEY}"), Invocation())
    assert [name for name, _ in deployment.calls].count("GetSecretValue") == 1
