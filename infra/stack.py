"""Reads the state of a deployment and of its AWS account, for deploying and for operating.

Every function raises `AwsUnavailable` if credentials, a region, a permission or the network are missing. Its message
says which, and what to do.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, TypeVar

import boto3
from botocore import exceptions
from botocore.exceptions import BotoCoreError, ClientError

from infra.aws import CONFIG
from infra.store.table import TableUnavailable

T = TypeVar("T")

_CREDENTIALS = (
    "`aws configure sso` or `aws configure` gives some to this computer; AWS_PROFILE names which to use."
)

_REMEDIES: Mapping[type[BotoCoreError], str] = {
    exceptions.NoCredentialsError: f"There are no AWS credentials here. {_CREDENTIALS}",
    exceptions.PartialCredentialsError: f"The AWS credentials here are not complete. {_CREDENTIALS}",
    exceptions.ProfileNotFound: "There is no such profile: `aws configure list-profiles` lists those that there are.",
    exceptions.NoRegionError: "No region is chosen: set AWS_REGION, for example to eu-central-1.",
    exceptions.TokenRetrievalError: "The sign-in has expired: `aws sso login` renews it.",
    exceptions.SSOTokenLoadError: "The sign-in has expired: `aws sso login` renews it.",
    exceptions.EndpointConnectionError: "AWS cannot be reached from here: is there a network, a proxy, such a "
    "region?",
    exceptions.ConnectTimeoutError: "AWS cannot be reached from here: is there a network, a proxy, such a region?",
}

_CODES: Mapping[str, str] = {
    "ExpiredToken": "The sign-in has expired: `aws sso login` renews it.",
    "ExpiredTokenException": "The sign-in has expired: `aws sso login` renews it.",
    "InvalidClientTokenId": f"AWS does not know these credentials. {_CREDENTIALS}",
    "UnrecognizedClientException": f"AWS does not know these credentials. {_CREDENTIALS}",
    "SignatureDoesNotMatch": "AWS does not accept the signature: the secret key is wrong, or the clock here is.",
    "RequestExpired": "The clock of this computer is wrong.",
}


class AwsUnavailable(Exception):
    """AWS does not answer, or refuses. The message says why, and what to do."""


class StackUnavailable(AwsUnavailable):
    """The stack does not exist."""


@dataclass(frozen=True, kw_only=True)
class Identity:
    """The identity at AWS. `clock_seconds` is how far the local clock is ahead of AWS's."""

    account: str
    arn: str
    region: str
    clock_seconds: float


@dataclass(frozen=True, kw_only=True)
class Stack:
    """`state` is CloudFormation's, such as UPDATE_COMPLETE."""

    name: str
    state: str
    changed_at: datetime
    outputs: Mapping[str, str] = field(default_factory=dict)
    parameters: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Alarm:
    """`state` is OK, ALARM or INSUFFICIENT_DATA."""

    name: str
    state: str
    description: str


def identity() -> Identity:
    session = _ask(boto3.session.Session)
    if session.region_name is None:
        raise AwsUnavailable(_REMEDIES[exceptions.NoRegionError])
    answer = _ask(lambda: boto3.client("sts", config=CONFIG).get_caller_identity())
    now, said = datetime.now(UTC), answer["ResponseMetadata"]["HTTPHeaders"].get("date")
    ahead = 0.0 if said is None else (now - parsedate_to_datetime(said)).total_seconds()
    return Identity(
        account=answer["Account"], arn=answer["Arn"], region=session.region_name, clock_seconds=ahead
    )


def find_stack(name: str) -> Stack | None:
    try:
        answer = _ask(
            lambda: boto3.client("cloudformation", config=CONFIG).describe_stacks(StackName=name),
            but="ValidationError",
        )
    except KeyError:
        return None
    found = answer["Stacks"][0]
    return Stack(
        name=name,
        state=found["StackStatus"],
        changed_at=found.get("LastUpdatedTime") or found["CreationTime"],
        outputs={one["OutputKey"]: one["OutputValue"] for one in found.get("Outputs", [])},
        parameters={one["ParameterKey"]: one["ParameterValue"] for one in found.get("Parameters", [])},
    )


def read_outputs(stack: str) -> Mapping[str, str]:
    found = find_stack(stack)
    if found is None:
        raise StackUnavailable(
            f"There is no stack {stack} in this region: `make deploy STACK={stack}` makes one;"
            " AWS_REGION names another region."
        )
    return found.outputs


def concurrency() -> int:
    """The quota of concurrent executions of this account in this region."""
    answer = _ask(lambda: boto3.client("lambda", config=CONFIG).get_account_settings())
    return int(answer["AccountLimit"]["ConcurrentExecutions"])


def alarms(stack: str) -> Sequence[Alarm]:
    answer = _ask(
        lambda: boto3.client("cloudwatch", config=CONFIG).describe_alarms(AlarmNamePrefix=f"{stack}-")
    )
    return [
        Alarm(name=one["AlarmName"], state=one["StateValue"], description=one.get("AlarmDescription", ""))
        for one in answer.get("MetricAlarms", [])
    ]


def waiting(queue_url: str) -> int:
    answer = _ask(
        lambda: boto3.client("sqs", config=CONFIG).get_queue_attributes(
            QueueUrl=queue_url, AttributeNames=["ApproximateNumberOfMessages"]
        )
    )
    return int(answer["Attributes"]["ApproximateNumberOfMessages"])


def denied(arn: str, actions: Sequence[str]) -> Sequence[str]:
    """The `actions` that IAM does not allow for this identity."""
    # The identity of an assumed role is a session. Policies are attached to the role.
    if ":assumed-role/" in arn:
        head, role, *_ = arn.replace(":sts:", ":iam:").replace(":assumed-role/", ":role/").split("/")
        arn = f"{head}/{role}"
    answer = _ask(
        lambda: boto3.client("iam", config=CONFIG).simulate_principal_policy(
            PolicySourceArn=arn, ActionNames=list(actions)
        )
    )
    return [one["EvalActionName"] for one in answer["EvaluationResults"] if one["EvalDecision"] != "allowed"]


def _ask(question: Callable[[], T], *, but: str = "") -> Any:
    """The answer of a call. Raises `KeyError` if AWS refuses with the code `but`."""
    with asking(but=but):
        return question()


@contextmanager
def asking(*, but: str = "") -> Iterator[None]:
    """What goes wrong with AWS inside is an `AwsUnavailable`, and a refusal with the code `but` a `KeyError`."""
    try:
        yield
    except ClientError as error:
        details = error.response.get("Error", {})
        code, message = details.get("Code", ""), details.get("Message", "")
        if but and code == but:
            raise KeyError(code) from error
        if code.startswith("AccessDenied") or code == "UnauthorizedOperation":
            raise AwsUnavailable(f"These credentials may not: {message}") from error
        raise AwsUnavailable(
            _CODES.get(code, f"AWS refuses {error.operation_name}: {code}: {message}")
        ) from error
    except BotoCoreError as error:
        known = (text for kind, text in _REMEDIES.items() if isinstance(error, kind))
        raise AwsUnavailable(next(known, str(error))) from error
    except TableUnavailable as error:
        raise AwsUnavailable(str(error)) from error
    except (
        OSError,
        ValueError,
    ) as error:  # botocore's, for a file that is not there and an address that is none
        raise AwsUnavailable(f"The settings of AWS here cannot be used: {error}") from error
