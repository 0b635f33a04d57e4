"""How much something needs somebody, in one word."""

from enum import StrEnum


class Severity(StrEnum):
    """In the order of urgency."""

    BROKEN = "BROKEN"
    STUCK = "STUCK"
    UNKNOWN = "UNKNOWN"
    MOVING = "MOVING"
    FINE = "FINE"
