"""What a provider warns of when it takes a change. A warning refuses nothing."""

from fleet.model.record import Record

MOST_WARNINGS = 20
"""Warnings of one change that are kept: more than any provider has."""


class ProviderWarning(Record):
    """`code` and `field` are the provider's own words, null where it gives none."""

    code: str | None = None
    message: str
    field: str | None = None
