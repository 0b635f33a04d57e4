"""What local/cloudfront.yaml promises of the way to the API."""

from typing import Any

import pytest

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
