"""Opening AWS clients, except DynamoDB's: short timeouts, a few retries, then an error."""

import boto3
from botocore.config import Config

CONFIG = Config(
    connect_timeout=2,
    read_timeout=5,
    max_pool_connections=16,
    retries={"mode": "standard", "total_max_attempts": 4},
)
"""A client. Region, credentials and endpoint come from the environment, as in every AWS tool."""


def forget_credentials() -> None:
    """Makes boto3 look for credentials again. It looks only once by itself."""
    boto3.DEFAULT_SESSION = None
