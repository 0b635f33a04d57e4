"""What `make doctor` finds before a deployment would fail of it, and the remedy that it names."""

from collections.abc import Callable, Sequence

import pytest

from infra.stack import AwsUnavailable, Identity
from local import doctor

ADA = Identity(
    account="123456789012", arn="arn:aws:iam::123456789012:role/ada", region="eu-central-1", clock_seconds=0
)


class Aws:
    """An account of AWS in which nothing is wrong, until a test says what is."""

    who: Identity | AwsUnavailable = ADA
    quota: int | AwsUnavailable = 1000
    denied: Sequence[str] = ()
    mute: Sequence[str] = ()

    def identity(self) -> Identity:
        if isinstance(self.who, AwsUnavailable):
            raise self.who
        return self.who

    def concurrency(self) -> int:
        if isinstance(self.quota, AwsUnavailable):
            raise self.quota
        return self.quota


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> Aws:
    made = Aws()
    replaced: dict[str, Callable[..., object]] = {
        "_python": lambda: (True, "Python 3.13 is here."),
        "identity": made.identity,
        "concurrency": made.concurrency,
        "denied": lambda arn, actions: [one for one in actions if one in made.denied],
        "_answers": lambda host: host.partition(".")[0] not in made.mute,
    }
    for name, function in replaced.items():
        monkeypatch.setattr(doctor, name, function)
    return made


def wrong() -> list[str]:
    return [sentence for is_well, sentence in doctor.checks() if not is_well]


def test_where_nothing_is_wrong_nothing_is_said_to_be(aws: Aws) -> None:
    assert wrong() == []


def test_without_credentials_the_rest_is_not_asked(aws: Aws) -> None:
    aws.who = AwsUnavailable("AWS knows you not: log in.")
    assert wrong() == ["AWS knows you not: log in."]


def test_the_finding_about_a_new_account_of_aws_says_how_to_have_its_quota_raised(aws: Aws) -> None:
    aws.quota = 10
    (sentence,) = wrong()
    assert "runs 10 functions at once" in sentence
    assert "aws service-quotas request-service-quota-increase" in sentence


def test_missing_permissions_are_named(aws: Aws) -> None:
    aws.denied = ["iam:CreateRole", "sqs:CreateQueue"]
    (sentence,) = wrong()
    assert "You may not: iam:CreateRole, sqs:CreateQueue." in sentence


@pytest.mark.parametrize("seconds", [-400, 400])
def test_a_clock_that_is_off_is_said_before_signatures_are_refused(aws: Aws, seconds: int) -> None:
    aws.who = Identity(account=ADA.account, arn=ADA.arn, region=ADA.region, clock_seconds=seconds)
    (sentence,) = wrong()
    assert f"{seconds:+} seconds off" in sentence


def test_services_that_cannot_be_reached_are_named(aws: Aws) -> None:
    aws.mute = ["ssm", "sqs"]
    (sentence,) = wrong()
    assert sentence.endswith("cannot be reached from here: sqs, ssm.")


def test_what_cannot_be_checked_does_not_stop_the_rest(aws: Aws) -> None:
    aws.quota = AwsUnavailable("You may not lambda:GetAccountSettings.")
    aws.denied = ["iam:CreateRole"]
    assert ["could not be checked" in one for one in wrong()] == [True, False]
