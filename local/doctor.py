"""`make doctor`: checks what a deployment needs of this computer and of the AWS account, and says what to do."""

import shutil
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator

from infra.stack import AwsUnavailable, Identity, concurrency, denied, identity
from local.deploy import NEW_ACCOUNT_QUOTA
from local.region import settle_region

CLOCK_SECONDS = 240
"""The accepted difference of the clocks, in seconds. AWS refuses a signature that is five minutes off."""

SERVICES = ("cloudformation", "dynamodb", "lambda", "s3", "sqs", "ssm", "sts")
ACTIONS = (
    "cloudformation:CreateChangeSet",
    "cloudformation:ExecuteChangeSet",
    "dynamodb:CreateTable",
    "iam:CreateRole",
    "iam:PassRole",
    "iam:PutRolePolicy",
    "lambda:CreateFunction",
    "logs:CreateLogGroup",
    "apigateway:POST",
    "cloudwatch:PutMetricAlarm",
    "scheduler:CreateSchedule",
    "secretsmanager:CreateSecret",
    "sqs:CreateQueue",
    "ssm:PutParameter",
    "s3:PutObject",
)
"""The permissions for deploying and connecting, one or two of each service."""


def checks() -> Iterator[tuple[bool, str]]:
    """The checks: whether each passed, and a sentence. Without credentials, some are left out."""
    yield _python()
    try:
        who = identity()
    except AwsUnavailable as error:
        yield False, str(error)
        return
    yield True, f"AWS takes you for {who.arn}, in account {who.account}; the region is {who.region}."
    is_right = abs(who.clock_seconds) < CLOCK_SECONDS
    yield (
        is_right,
        f"The clock here is {who.clock_seconds:+.0f} seconds off AWS's"
        + ("." if is_right else ": set it, or AWS will refuse every request."),
    )
    yield _reachable(who)
    yield _checked(_quota)
    yield _checked(lambda: _permissions(who))


def _python() -> tuple[bool, str]:
    found = shutil.which("python3.13")
    works = found and subprocess.run([found, "-c", ""], capture_output=True, check=False).returncode == 0
    if works:
        return True, "Python 3.13 is here, to compile for Lambda with."
    return (
        False,
        "There is no Python 3.13 on the path: functions are built uncompiled, and start more slowly.",
    )


def _reachable(who: Identity) -> tuple[bool, str]:
    domain = "amazonaws.com.cn" if who.region.startswith("cn-") else "amazonaws.com"
    mute = [name for name in SERVICES if not _answers(f"{name}.{who.region}.{domain}")]
    if mute:
        return False, f"These services of AWS cannot be reached from here: {', '.join(mute)}."
    return True, "Every service of AWS that is needed can be reached."


def _answers(host: str) -> bool:
    try:
        with socket.create_connection((host, 443), timeout=5):
            return True
    except OSError:
        return False


def _quota() -> tuple[bool, str]:
    limit = concurrency()
    if limit <= NEW_ACCOUNT_QUOTA:
        return False, (
            f"This AWS account runs {limit} functions at once at most, in this region. `make deploy` sets"
            " ObserveConcurrency to 2; have the quota raised: aws service-quotas request-service-quota-increase"
            " --service-code lambda --quota-code L-B99A9384 --desired-value 1000"
        )
    return True, f"{limit} functions may run at once."


def _permissions(who: Identity) -> tuple[bool, str]:
    if ":root" in who.arn:
        return True, "You are the root user of the account, who may everything: deploy with a role instead."
    missing = denied(who.arn, ACTIONS)
    if missing:
        return False, f"You may not: {', '.join(missing)}. Whoever runs the AWS account can allow it."
    return True, "You may all that deploying takes."


def _checked(check: Callable[[], tuple[bool, str]]) -> tuple[bool, str]:
    try:
        return check()
    except AwsUnavailable as error:
        return False, f"This could not be checked. {error}"


def main() -> int:
    settle_region()
    is_well = True
    for is_one_well, sentence in checks():
        print(f"{'  ' if is_one_well else '! '}{sentence}")
        is_well = is_well and is_one_well
    return 0 if is_well else 1


if __name__ == "__main__":
    sys.exit(main())
