"""An API key of this gateway, without the key itself."""

from datetime import datetime, timedelta

from fleet.model.caller import Caller, Scopes
from fleet.model.record import Instant, Record

USE_NOTED_EVERY = timedelta(hours=1)


class ApiKey(Record):
    """`hint` is the last four characters of the key. `account_ids` null means every account."""

    id: str
    name: str
    hint: str
    scopes: Scopes
    account_ids: frozenset[str] | None = None
    created_at: Instant
    expires_at: Instant | None = None
    last_used_at: Instant | None = None
    revoked_at: Instant | None = None

    @property
    def order(self) -> tuple[str, str]:
        """Keys are listed by name."""
        return (self.name, self.id)

    @property
    def caller(self) -> Caller:
        return Caller(id=f"key {self.id}", name=self.name, scopes=self.scopes, account_ids=self.account_ids)

    def has_expired(self, now: datetime) -> bool:
        return self.expires_at is not None and self.expires_at <= now

    def is_use_to_be_noted(self, now: datetime) -> bool:
        return self.last_used_at is None or now - self.last_used_at >= USE_NOTED_EVERY
