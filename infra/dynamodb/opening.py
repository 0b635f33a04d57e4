"""Opening a table in a given DynamoDB, and creating it if it does not exist."""

from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError, NoRegionError

from infra.dynamodb.schema import OtherSchema, create_table
from infra.dynamodb.table import open_client
from infra.store.table import TableUnavailable

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient


def open_with_table(endpoint_url: str, name: str) -> "tuple[DynamoDBClient, bool]":
    """A client for the existing or created table, and whether it is new. Raises `TableUnavailable`."""
    try:
        client = open_client(endpoint_url=endpoint_url)
        is_new = create_table(client, name)
    except OtherSchema as error:
        raise TableUnavailable(f"{error}. Another version made it.") from error
    except NoRegionError as error:
        raise TableUnavailable(
            f"which region is meant at {endpoint_url}? Set AWS_REGION; for an emulator any will do."
        ) from error
    except (BotoCoreError, ClientError, ValueError) as error:  # botocore raises the last for an invalid URL
        raise TableUnavailable(f"{endpoint_url} cannot be used: {error}") from error
    return client, is_new
