"""The whole store, over one table of DynamoDB."""

from infra.store.accounts import DynamoAccounts
from infra.store.observations import DynamoObservations
from infra.store.operations import DynamoOperations
from infra.store.reader import DynamoReader
from infra.store.schedule import DynamoSchedule


class DynamoStore(DynamoObservations, DynamoSchedule, DynamoAccounts, DynamoOperations, DynamoReader):
    """Keeps every promise of `fleet.ports.store.Store`. Its halves are made alike, and each can be had by itself."""
