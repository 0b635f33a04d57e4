"""Where CloudFront is in front, a request that went past it is refused. The secret that tells the two apart stays."""

import json
from collections.abc import Iterator
from hashlib import sha256
from typing import Any

import pytest

from functions.api import Api
from functions.origin import HEADER, read_origin_digests
from functions.settings import SettingsError
from tests.functions.conftest import ADMIN_KEY, Deployment, Invocation, SteppedClock, event

SECRET = "s3cr3t-of-the-distribution"
NEXT_SECRET = "the-one-that-replaces-it"


def digest(secret: str) -> str:
    return sha256(secret.encode()).hexdigest()


@pytest.fixture
def api(deployment: Deployment, clock: SteppedClock) -> Iterator[Api]:
    digests = f"{digest(SECRET)},{digest(NEXT_SECRET)}"
    api = Api({**deployment.environment, "ORIGIN_SECRET_DIGESTS": digests}, clock)
    yield api
    api.close()


def request(**headers: str) -> dict[str, Any]:
    asked = event("api")
    asked["headers"] |= {"authorization": f"Bearer {ADMIN_KEY}", **headers}
    return asked


@pytest.mark.parametrize("name", [HEADER, "X-Origin-Verify"])
@pytest.mark.parametrize("secret", [SECRET, NEXT_SECRET])
def test_what_cloudfront_passes_on_is_answered_also_while_its_secret_is_replaced(
    api: Api, name: str, secret: str
) -> None:
    assert api(request(**{name: secret}), Invocation())["statusCode"] == 200


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {HEADER: ""},
        {HEADER: "guessed"},
        {HEADER: digest(SECRET)},
        {HEADER: f"{SECRET},{SECRET}"},
        {HEADER: "schlüssel"},
    ],
    ids=["none", "empty", "guessed", "the digest", "twice", "no ASCII"],
)
def test_a_good_key_opens_nothing_for_a_request_that_went_past_cloudfront(
    api: Api, deployment: Deployment, headers: dict[str, str]
) -> None:
    deployment.calls.clear()
    answer = api(request(**headers), Invocation())
    assert answer["statusCode"] == 403
    assert json.loads(answer["body"])["errors"][0]["extensions"]["code"] == "FORBIDDEN"
    assert answer["headers"]["cache-control"] == "no-store"
    assert deployment.calls == [], "nothing is asked, not even whether the key is known"


def test_no_page_is_served_past_cloudfront(api: Api) -> None:
    asked = request(accept="text/html")
    asked["requestContext"]["http"] |= {"method": "GET", "path": "/"}
    assert api(asked | {"rawPath": "/"}, Invocation())["statusCode"] == 403


def test_a_ping_that_keeps_it_warm_comes_from_whoever_may_invoke_the_function(api: Api) -> None:
    assert api({"source": "aws.events"}, Invocation())["statusCode"] == 200


def test_the_secret_goes_no_further_than_the_check(
    api: Api, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    seen: list[Any] = []
    answer_of = api._answer

    def answer(asked: Any, context: Any) -> dict[str, Any]:
        seen.append(asked)
        return answer_of(asked, context)

    api.__dict__["_answer"] = answer
    with caplog.at_level("DEBUG"):
        assert api(request(**{HEADER: SECRET}), Invocation())["statusCode"] == 200
        assert api(request(**{HEADER: f"x{SECRET}"}), Invocation())["statusCode"] == 403
    (asked,) = seen
    assert SECRET not in json.dumps(asked)
    said = capsys.readouterr()
    assert SECRET not in said.out + said.err + caplog.text + str(api.line)


def test_without_a_digest_nothing_is_in_front(deployment: Deployment, clock: SteppedClock) -> None:
    api = Api({**deployment.environment, "ORIGIN_SECRET_DIGESTS": ""}, clock)
    assert api(request(), Invocation())["statusCode"] == 200
    api.close()


@pytest.mark.parametrize(
    "given", [SECRET, digest(SECRET)[:-1], f"{digest(SECRET)},x", digest(SECRET) + ",,g" * 64]
)
def test_what_is_no_digest_is_refused_without_being_repeated(given: str) -> None:
    """Somebody may have given the secret itself."""
    with pytest.raises(SettingsError, match="ORIGIN_SECRET_DIGESTS") as refused:
        read_origin_digests({"ORIGIN_SECRET_DIGESTS": given})
    assert SECRET not in str(refused.value)
