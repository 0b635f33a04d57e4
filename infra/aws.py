"""How every AWS client but DynamoDB's is opened: it answers soon, or is asked again, or the caller is told."""

import boto3
from botocore.config import Config

CONFIG = Config(
    connect_timeout=2,
    read_timeout=5,
    max_pool_connections=16,
    retries={"mode": "standard", "total_max_attempts": 4},
)
"""Region, credentials and endpoint come from the environment, as in every AWS tool."""


def forget_credentials() -> None:
    """boto3 looks for credentials once: whoever changes where they are has it look again."""
    boto3.DEFAULT_SESSION = None
