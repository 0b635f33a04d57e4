"""The whole store, over one table."""

from infra.store.accounts import TableAccounts
from infra.store.history import TableHistory
from infra.store.observations import TableObservations
from infra.store.operations import TableOperations
from infra.store.reader import TableReader
from infra.store.schedule import TableSchedule


class TableStore(TableObservations, TableSchedule, TableAccounts, TableOperations, TableReader, TableHistory):
    """Implements `fleet.ports.store.Store`. Its parts have the same constructor and can be used alone."""
