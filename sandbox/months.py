"""Billing periods: calendar months in UTC."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

PAST_MONTHS = 3
"""How many finished months a fake provider shows invoices of."""


@dataclass(frozen=True, kw_only=True)
class Month:
    begins: datetime
    ends: datetime
    """Exclusive."""

    @property
    def name(self) -> str:
        return f"{self.begins:%Y-%m}"

    def hours(self, since: datetime, now: datetime) -> float:
        """The hours of it that something has run by now, which was created at `since`."""
        return max(0.0, (min(self.ends, now) - max(self.begins, since)).total_seconds() / 3600)


def month_of(now: datetime) -> Month:
    begins = now.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    return Month(begins=begins, ends=(begins + timedelta(days=32)).replace(day=1))


def months_until(now: datetime) -> Iterator[Month]:
    """The month that runs now, and those before it."""
    month = month_of(now)
    for _ in range(PAST_MONTHS + 1):
        yield month
        month = month_of(month.begins - timedelta(days=1))
