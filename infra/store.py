"""The whole store, over one table of DynamoDB."""

from infra.accounts import DynamoAccounts
from infra.observations import DynamoObservations
from infra.operations import DynamoOperations
from infra.reader import DynamoReader
from infra.schedule import DynamoSchedule


class DynamoStore(DynamoObservations, DynamoSchedule, DynamoAccounts, DynamoOperations, DynamoReader):
    """Keeps every promise of `fleet.store.Store`. Its halves are made alike, and each can be had by itself."""
