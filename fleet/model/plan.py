"""A plan is a change that was not made: the exact requests that would go out for it.

For a while, the caller who asked for it can have exactly these requests sent (`Planner`, `Changer.apply`).
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import Annotated

from pydantic import Field

from fleet.model.money import CostEstimate
from fleet.model.operation import Operation
from fleet.model.record import Instant, Record

GOOD_FOR = timedelta(minutes=15)
"""How long a plan can be applied: as long as somebody may take to read it. After that it is made afresh."""

NEW_ID = "{id}"
"""Stands in a URL for the id that the provider's answer to the request before will bring."""


class Outgoing(Record):
    """A request that changes something, as it goes out. `url` is quoted. `headers` are those of the request itself,
    without that of the token. `digest` is of the whole body, keyed with the token: it is kept, and a short secret in
    the body could be tried against it. `body` is the text with the secrets masked, `is_masked` tells that it has some.
    """

    method: str
    url: str
    headers: Mapping[str, str] = {}
    digest: str
    body: str | None = Field(default=None, exclude=True, repr=False)
    is_masked: bool = False

    def announces(self, other: "Outgoing") -> bool:
        """Whether the other has the same bytes, but for an id that nobody could know before."""
        before, is_open, after = self.url.partition(NEW_ID)
        is_there = (
            other.url.startswith(before) and other.url.endswith(after) if is_open else other.url == before
        )
        return is_there and self._rest == other._rest

    @property
    def _rest(self) -> object:
        return self.method, dict(self.headers), self.digest


class Plan(Record):
    """`operation` is the change as it would be begun, for its caller and account; it never was. `revision` is that of
    the target at this time, null for what has none. `digest` names the plan, and is of all this and of the requests.
    `is_whole`: false where its input holds a secret, which is not kept, so that nothing can be sent from here.
    `warnings` are sentences on what the provider may refuse.
    """

    digest: str
    operation: Operation
    revision: str | None
    requests: tuple[Outgoing, ...]
    cost: CostEstimate | None = None
    expires_at: Instant
    is_whole: bool = True
    warnings: Annotated[tuple[str, ...], Field(exclude_if=lambda value: not value)] = ()
