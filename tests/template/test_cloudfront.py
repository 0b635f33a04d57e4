"""What local/cloudfront.yaml promises of the way to the API."""

import re
from hashlib import sha256
from typing import Any

import pytest

from functions.origin import HEADER, read_origin_digests
from tests.template.conftest import ROOT, read_template

NO_CACHE = "4135ea2d-6df8-44a3-9df3-4b5a84be39ad"
ALL_HEADERS_BUT_THE_HOST = "b689b0a8-53d0-40ab-baf2-38738e2966ac"
"""As AWS documents its managed policies: CachingDisabled and AllViewerExceptHostHeader."""


@pytest.fixture(scope="module")
def front() -> dict[str, Any]:
    return read_template(ROOT / "local" / "cloudfront.yaml")


def test_an_address_that_sends_too_much_is_refused_before_the_api(front: dict[str, Any]) -> None:
    acl = front["Resources"]["Acl"]["Properties"]
    (rule,) = acl["Rules"]
    assert rule["Statement"] == {
        "RateBasedStatement": {
            "AggregateKeyType": "IP",
            "EvaluationWindowSec": 300,
            "Limit": {"Ref": "RequestsOfAnAddress"},
        }
    }
    refusal = rule["Action"]["Block"]["CustomResponse"]
    assert refusal["ResponseCode"] == 429
    assert "RATE_LIMITED" in acl["CustomResponseBodies"][refusal["CustomResponseBodyKey"]]["Content"]
    config = front["Resources"]["Distribution"]["Properties"]["DistributionConfig"]
    assert config["WebACLId"] == {"Fn::GetAtt": ["Acl", "Arn"]}


def test_answers_are_not_kept_and_keys_arrive(front: dict[str, Any]) -> None:
    config = front["Resources"]["Distribution"]["Properties"]["DistributionConfig"]
    behaviour = config["DefaultCacheBehavior"]
    assert "CacheBehaviors" not in config
    assert behaviour["CachePolicyId"] == NO_CACHE
    assert behaviour["OriginRequestPolicyId"] == ALL_HEADERS_BUT_THE_HOST
    assert "POST" in behaviour["AllowedMethods"]


def test_no_key_travels_unencrypted(front: dict[str, Any]) -> None:
    config = front["Resources"]["Distribution"]["Properties"]["DistributionConfig"]
    assert config["DefaultCacheBehavior"]["ViewerProtocolPolicy"] == "https-only"
    (origin,) = config["Origins"]
    assert origin["CustomOriginConfig"]["OriginProtocolPolicy"] == "https-only"


def test_the_api_can_tell_what_comes_through_it(front: dict[str, Any], written: dict[str, Any]) -> None:
    (origin,) = front["Resources"]["Distribution"]["Properties"]["DistributionConfig"]["Origins"]
    condition, sent, otherwise = origin["OriginCustomHeaders"]["Fn::If"]
    assert (condition, otherwise) == ("HasSecret", {"Ref": "AWS::NoValue"})
    assert sent == [{"HeaderName": "X-Origin-Verify", "HeaderValue": {"Ref": "OriginSecret"}}]
    assert sent[0]["HeaderName"].lower() == HEADER
    assert front["Parameters"]["OriginSecret"]["NoEcho"] is True
    api = written["Resources"]["Api"]["Properties"]["Environment"]["Variables"]
    assert api["ORIGIN_SECRET_DIGESTS"] == {"Ref": "OriginSecretDigests"}


def test_no_template_can_hold_a_secret_that_the_api_does_not_take(
    front: dict[str, Any], written: dict[str, Any]
) -> None:
    secret = "a" * 32
    assert re.fullmatch(front["Parameters"]["OriginSecret"]["AllowedPattern"], secret)
    digests = f"{sha256(secret.encode()).hexdigest()},{'0' * 64}"
    assert re.fullmatch(written["Parameters"]["OriginSecretDigests"]["AllowedPattern"], digests)
    assert not re.fullmatch(written["Parameters"]["OriginSecretDigests"]["AllowedPattern"], secret)
    assert len(read_origin_digests({"ORIGIN_SECRET_DIGESTS": digests})) == 2


def test_the_canary_and_everybody_who_reads_the_outputs_ask_the_front_where_there_is_one(
    written: dict[str, Any],
) -> None:
    canary = written["Resources"]["CanaryDestination"]["Properties"]["InvocationEndpoint"]
    assert canary == written["Outputs"]["GraphqlUrl"]["Value"]
    assert canary["Fn::If"][:2] == ["HasFront", {"Fn::Sub": "https://${FrontDomain}/graphql"}]
    (rule,) = written["Rules"]["SecretsHaveASender"]["Assertions"]
    assert "FrontDomain" in str(rule["Assert"])


def test_it_waits_for_the_api_as_long_as_the_api_may_take(
    front: dict[str, Any], written: dict[str, Any]
) -> None:
    (origin,) = front["Resources"]["Distribution"]["Properties"]["DistributionConfig"]["Origins"]
    wait_seconds = origin["CustomOriginConfig"]["OriginReadTimeout"]
    assert wait_seconds >= written["Resources"]["Api"]["Properties"]["Timeout"]


def test_every_parameter_output_and_suppression_says_what_it_is(front: dict[str, Any]) -> None:
    assert all(one["Description"] for one in (*front["Parameters"].values(), *front["Outputs"].values()))
    for resource in front["Resources"].values():
        assert all(len(skip["comment"]) > 20 for skip in resource["Metadata"]["checkov"]["skip"])
