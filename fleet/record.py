"""The one base of every piece of data in the domain: frozen, keyword-only, readable back from its own JSON."""

from datetime import UTC, datetime
from typing import Annotated

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict


def _to_utc(instant: datetime) -> datetime:
    return instant.astimezone(UTC)


Instant = Annotated[AwareDatetime, AfterValidator(_to_utc)]
"""A moment in UTC. A naive datetime is refused."""


class Record(BaseModel):
    """Frozen data. Unknown members are ignored, so that rows outlive a rolling deployment in both directions."""

    model_config = ConfigDict(frozen=True)
