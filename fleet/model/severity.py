"""How urgently something needs attention, as one value."""

from enum import StrEnum


class Severity(StrEnum):
    """In the order of urgency."""

    BROKEN = "BROKEN"
    STUCK = "STUCK"
    UNKNOWN = "UNKNOWN"
    MOVING = "MOVING"
    FINE = "FINE"
