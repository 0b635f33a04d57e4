"""Who asks."""

from fleet.record import Record


class Caller(Record):
    """`name` stands in operations as who asked for them."""

    name: str
