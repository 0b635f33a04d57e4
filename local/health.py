"""The health of the runner's store, for `/health`. It is logged when the store stops answering and when it answers
again.
"""

import logging
from collections.abc import Sequence
from datetime import datetime

from infra.store.table import TableUnavailable

logger = logging.getLogger(__name__)

LONGEST_PAUSE_SECONDS = 30.0


class Health:
    """`untried` has the ids of accounts that were not observed yet."""

    def __init__(self, names: dict[str, str]) -> None:
        self.untried = set(names)
        self._waiting: dict[str, datetime] = {}
        self._names = names
        self._failure: str | None = None
        self._failures = 0

    @property
    def is_failing(self) -> bool:
        return self._failure is not None

    @property
    def pause_seconds(self) -> float:
        """The seconds before the next attempt: one while the store answers, more after each failure."""
        return min(LONGEST_PAUSE_SECONDS, 2.0**self._failures)

    def failed(self, error: Exception) -> None:
        """Logs an error. An unexpected one is logged with its traceback, once."""
        if self._failure is None:
            logger.error(
                "the store does not answer: %s",
                error,
                exc_info=None if isinstance(error, TableUnavailable) else error,
            )
        self._failure = str(error) or type(error).__name__
        self._failures = min(self._failures + 1, 10)

    def answered(self) -> None:
        if self._failure is not None:
            logger.warning("the store answers again")
        self._failure, self._failures = None, 0

    def tried(self, account_id: str, *, waits_until: datetime | None = None) -> None:
        """`waits_until` is set for an account whose request budget is used up: it is no reason not to serve."""
        self.untried.discard(account_id)
        self._waiting.pop(account_id, None)
        if waits_until is not None:
            self._waiting[account_id] = waits_until

    async def facts(self) -> dict[str, object]:
        facts: dict[str, object] = {"accounts": len(self._names), "notYetObserved": self._untried_names()}
        if self._waiting:
            facts["waitingForRequestBudget"] = {
                self._names.get(account_id, account_id): until.isoformat(timespec="seconds")
                for account_id, until in self._waiting.items()
            }
        if self._failure is not None:
            return {"status": "failing", "reason": f"The store does not answer: {self._failure}", **facts}
        return {"status": "starting" if self.untried else "ok", **facts}

    def _untried_names(self) -> Sequence[str]:
        return [name for account_id, name in self._names.items() if account_id in self.untried]
