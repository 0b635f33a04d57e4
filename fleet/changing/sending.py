"""Sending a change, once.

A request is announced in the store before it goes out, and its answer is stored when it comes. If the process
dies in between, the operation stays UNCONFIRMED, and observations settle it (`fleet.changing.settling`). A
refusal differs from silence: after a refusal nothing has happened; after silence nobody knows.
"""

from collections.abc import Callable

from fleet.changing.postconditions.integrations import is_proven_by_its_answer
from fleet.changing.requests.request import Asking, Ready
from fleet.changing.requests.targets import busy
from fleet.changing.verbs import DEPLOY, VERBS
from fleet.model.failure import (
    Conflict,
    ProviderError,
    RateLimited,
    Unavailable,
    UnexpectedResponse,
    Unreachable,
)
from fleet.model.operation import Operation, Step
from fleet.model.rate_limit import BudgetExhausted
from fleet.model.refusal import Refused
from fleet.ports.adapter import Adapter
from fleet.ports.clock import Clock
from fleet.ports.store import Store


class Sending:
    """One operation on its way to the provider. `operation` is the latest of it, as the store has it.

    `requests_sent` counts the requests that went out through the adapter so far: a fault of ours that came before the
    first byte of a request leaves nothing in doubt. `may_wait`: what cannot be sent yet is sent by a later observation,
    and is refused where that is not so.
    """

    def __init__(
        self,
        operation: Operation,
        adapter: Adapter,
        store: Store,
        clock: Clock,
        *,
        requests_sent: Callable[[], int],
        may_wait: bool = True,
    ) -> None:
        self.operation = operation
        self._adapter = adapter
        self._store = store
        self._clock = clock
        self._requests_sent = requests_sent
        self._may_wait = may_wait

    async def run(self) -> None:
        """Sends what is left to be sent, until it is done, the provider is busy, or an answer is missing.

        What is raised before anything went out leaves the operation unsent: `Refused`, `BudgetExhausted`, the
        `ProviderError` of a reading, and any fault of ours. `OutdatedOperation` when somebody else is at it.
        """
        verb = VERBS[self.operation.kind]
        while self.operation.steps and self.operation.sent_at is None and not self.operation.is_final:
            step = verb if self.operation.steps[0] is Step.CHANGE else DEPLOY
            ready = await step.prepare(
                Asking(operation=self.operation, adapter=self._adapter, store=self._store)
            )
            if ready is None:
                if self.operation.is_unsent and not self._may_wait:
                    raise busy(self.operation)
                if not self.operation.is_waiting:
                    await self._save(self.operation.waiting())
                return
            await self._save(self.operation.sending(self._clock.now(), ready.before, ready.change))
            await self._send(ready)
            if self.operation.is_waiting:
                return

    async def _send(self, ready: Ready) -> None:
        """A request goes out here, and nowhere else."""
        sent_before = self._requests_sent()
        try:
            made = await ready.send()
        except (Refused, BudgetExhausted):
            await self._save(self.operation.not_sent())
            raise
        except ProviderError as error:
            failure = error.to_failure(self._clock.now())
            if _may_have_been_taken(error):
                await self._save(self.operation.unanswered(failure))
            elif self.operation.answered_at is not None and isinstance(
                error, RateLimited | Unreachable | Conflict
            ):
                await self._save(self.operation.not_sent().waiting())  # begun already: the rest can wait
            else:
                await self._save(self.operation.failed(failure))
        except Exception:
            if self._requests_sent() == sent_before:
                await self._save(self.operation.not_sent())
            raise
        else:
            now = self._clock.now()
            taken = (
                self.operation.answered(now)
                if made is None
                else self.operation.answered(now, made.target, made.warnings)
            )
            await self._save(_after_its_answer(taken))

    async def _save(self, operation: Operation) -> None:
        self.operation = await self._store.save_change(operation)


def _after_its_answer(operation: Operation) -> Operation:
    """What no provider shows ended with the answer: both are one write, or a death in between would lose the end."""
    is_proven = not VERBS[operation.kind].is_shown or is_proven_by_its_answer(operation.change)
    if operation.steps or operation.answered_at is None or not is_proven:
        return operation
    return operation.succeeded(operation.answered_at)


def _may_have_been_taken(error: ProviderError) -> bool:
    """Silence, a fault of the provider's after the request was in, and an answer that does not read."""
    return isinstance(error, Unavailable | UnexpectedResponse) and not isinstance(error, Unreachable)
