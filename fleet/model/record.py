"""The one base of every piece of data in the domain: frozen, keyword-only, readable back from its own JSON.

Some members have another record at each provider. A stored row is read with the providers as pydantic's context
(`of_provider`), so that records know of no provider.
"""

from collections.abc import Callable
from datetime import UTC, datetime
from functools import cache
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, ValidationInfo


def to_utc(instant: datetime) -> datetime:
    """One without an offset is in UTC already: to convert the moments of a page's nodes took a twentieth of the page.
    Raises `ValueError` for a moment that lies before the first year in UTC, or after the last.
    """
    if instant.tzinfo is not None and not instant.utcoffset():
        return instant
    try:
        return instant.astimezone(UTC)
    except OverflowError:
        raise ValueError("It lies beyond the years that a calendar has.") from None


Instant = Annotated[AwareDatetime, AfterValidator(to_utc)]
"""A moment in UTC. A naive datetime is refused."""


UnreadMembers = Annotated[tuple[str, ...], Field(exclude_if=lambda members: not members)]
"""Members of a provider's answer that do not read as documented and are null in the record, each with the reason. A row
without any is written as before there were notes.
"""


class Record(BaseModel):
    """Frozen data. Unknown members are ignored. `fleet.model.stored` reads rows of other versions."""

    model_config = ConfigDict(frozen=True, defer_build=True)


def made_once(record: Callable[[], "Record"]) -> Any:
    """The default of a member that is a record without anything, the same each time. It is made when it is first
    needed, because the first of a kind has its validator built: those of ten records took a thirtieth of a function's
    start, and an answer needs few of them.
    """

    @cache
    def default() -> Record:
        return record()

    return Field(default_factory=default)


def of_provider(member: Literal["details", "spec", "patch"], value: object, info: ValidationInfo) -> object:
    """The value of `member`, as the record that its provider has for it.

    `info.context` maps a provider's key to what has a record type for each such member: `fleet.providers.PROVIDERS`. A
    provider that is not in it is one that this version does not know; its value is read as the base record.
    """
    if isinstance(value, Record):
        return value
    if info.context is None:
        raise ValueError(f"{member} differs between providers: read it with the providers as context")
    provider = info.context.get(info.data.get("provider"))
    record = None if provider is None else getattr(provider, member)
    return value if record is None else record.model_validate(value)
