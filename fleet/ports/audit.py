"""What the audit log has to do: keep who did what with accounts, tokens and keys."""

from collections.abc import Sequence
from typing import Protocol

from fleet.model.audit import AuditEntry

AuditOrder = str
"""Where an entry stands in the log: text that sorts by time."""


class AuditLog(Protocol):
    async def record(self, entry: AuditEntry) -> None:
        """Keeps an entry, or what has become of it since: one of the same time and id is replaced."""
        ...

    async def page(self, *, before: AuditOrder | None, limit: int) -> Sequence[tuple[AuditOrder, AuditEntry]]:
        """Newest first. Kept for `fleet.model.audit.KEPT`."""
        ...
