"""What a deployment says of itself: the outputs of its CloudFormation stack."""

from collections.abc import Mapping

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from infra.aws import CONFIG


class StackUnavailable(Exception):
    """The stack cannot be asked; the message says why, in AWS's own words."""


def read_outputs(stack: str) -> Mapping[str, str]:
    try:
        answer = boto3.client("cloudformation", config=CONFIG).describe_stacks(StackName=stack)
    except (BotoCoreError, ClientError) as error:
        raise StackUnavailable(f"{stack}: {error}") from error
    return {output["OutputKey"]: output["OutputValue"] for output in answer["Stacks"][0].get("Outputs", [])}
