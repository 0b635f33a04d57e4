"""Makes changes: each is stored as an intent, sent once, and followed to its end.

Each verb returns an operation. If nothing was sent, it raises a `Refused` instead. If the provider refused the
request, the operation is FAILED. If the answer was lost, it is UNCONFIRMED, and the observations that follow
settle it.
"""

from dataclasses import dataclass, replace
from datetime import timedelta

from fleet.changing.intents import Intents, digest_change, in_flight, withheld
from fleet.changing.plan_permits import Held
from fleet.changing.planner import Planner
from fleet.changing.sending import Sending
from fleet.model.account import TrackedAccount
from fleet.model.caller import Caller
from fleet.model.failure import ProviderError
from fleet.model.operation import Operation
from fleet.model.plan import Plan
from fleet.model.rate_limit import BudgetExhausted
from fleet.model.refusal import BudgetUsedUp, Conflicting, Failing, NoSuchThing, Unsupported
from fleet.ports.reader import Ref
from fleet.ports.store import AccountGone, AlreadyAsked, AlreadyOpen, Idempotency, OutdatedOperation

IDEMPOTENT_FOR = timedelta(hours=24)
NO_PLAN = "There is no such plan, or no longer. A plan is good for 15 minutes: make another one."
NOT_WHOLE = (
    "The input of this plan holds a secret, which is not kept. Ask for the change itself, with the same input and this "
    "digest as its plan."
)
ANOTHER = "The plan is of another change."
TAKEN = (
    "It was sent, and no provider takes a request back. What can be cancelled is a change that still waits because the "
    "provider is busy."
)
MOVED = "The provider shows something else by now, so another request than the planned one would go out."


@dataclass(frozen=True, kw_only=True)
class Changer(Intents[Operation]):
    """Sends what is asked for. Only what the plan shows, where there is one."""

    plan: Plan | None = None

    @property
    def planner(self) -> Planner:
        """Plans what this would send."""
        return Planner(
            store=self.store,
            vault=self.vault,
            open_adapter=self.open_adapter,
            clock=self.clock,
            request_observation=self.request_observation,
            shares_address=self.shares_address,
        )

    async def apply(self, caller: Caller, digest: str) -> Operation:
        """Makes the change of a plan of the caller's, with the very bytes that the plan shows, or refuses it. Applied
        again, it answers the first operation.
        """
        bound = await self.bound(caller, digest, path=("digest",))
        assert bound.plan is not None
        if not bound.plan.is_whole:
            raise Unsupported(NOT_WHOLE, path=("digest",))
        return await bound.again(caller, bound.plan.operation, expected_revision=bound.plan.revision)

    async def bound(self, caller: Caller, digest: str, *, path: tuple[str, ...]) -> "Changer":
        """One that makes the change of a plan of the caller's alone, once its input is given again: the way for an
        input with secrets, which are not kept. That they are the same shows in the digests of the plan's requests.
        """
        plan = await self.store.plan(digest)
        if plan is None or plan.operation.requested_by_id != caller.id:
            raise NoSuchThing(NO_PLAN, path=path)
        return replace(self, plan=plan)

    async def cancel(self, caller: Caller, ref: Ref) -> Operation:
        """Ends a change that was not yet sent to its provider. If it is sent at the same moment, either it is
        cancelled and not sent, or it is sent and this raises.
        """
        await self._account(caller, ref.account_id)
        operation = (await self.store.operations_by_ref([ref])).get(ref)
        if operation is None:
            raise NoSuchThing("The operation was not found.", path=("id",))
        if operation.is_final:
            raise Conflicting("It has ended already.", path=("id",), operation=operation)
        if not operation.can_be_cancelled:
            raise Unsupported(TAKEN, path=("id",))
        try:
            return await self.store.save_change(operation.cancelled(self.clock.now(), caller.name))
        except OutdatedOperation:
            raise Conflicting("It went on in that moment. Read it again.", path=("id",)) from None

    async def _conclude(
        self, caller: Caller, intent: Operation, account: TrackedAccount, idempotency_key: str | None
    ) -> Operation:
        if self.plan is not None:
            if not _is_about_the_same(intent, self.plan.operation):
                raise Conflicting(ANOTHER)
            if intent.steps != self.plan.operation.steps:
                raise Conflicting(MOVED)
            idempotency_key = f"plan {self.plan.digest}"
        idempotency = None  # after the account's token was replaced, the same secrets count as another input
        if idempotency_key is not None:
            idempotency = Idempotency(
                caller=caller.id,
                key=idempotency_key,
                digest=digest_change(intent.change, await self._token(account.account)),
                expires_at=self.clock.now() + IDEMPOTENT_FOR,
            )
        try:
            kept = await self.store.begin_change(intent, idempotency=idempotency)
        except AccountGone:
            raise NoSuchThing("The account was not found.", path=("account_id",)) from None
        match kept:
            case AlreadyAsked(is_same=True):
                return kept.operation
            case AlreadyAsked():
                raise Conflicting(
                    "This idempotency key was used with another input.",
                    path=("idempotency_key",),
                    operation=kept.operation,
                )
            case AlreadyOpen():
                raise in_flight(intent, kept.operation)
            case Operation():
                return await self._send(kept, account)

    async def _send(self, operation: Operation, account: TrackedAccount) -> Operation:
        permits = self._permits(account)
        held = permits if self.plan is None else Held(permits, self.plan.requests, Conflicting(MOVED))
        sending = Sending(
            operation,
            await self._open(account, held),
            self.store,
            self.clock,
            requests_sent=lambda: permits.sent,
            may_wait=self.plan is None and not withheld(operation.change),  # secrets are not kept meanwhile
        )
        try:
            await sending.run()
        except OutdatedOperation:
            ref = Ref(operation.account_id, operation.id)
            return (await self.store.operations_by_ref([ref])).get(ref, sending.operation)
        except Exception as error:
            if sending.operation.is_unsent:
                await self.store.discard_change(sending.operation)
                if isinstance(error, BudgetExhausted):
                    raise BudgetUsedUp(error.retry_at) from None
                if isinstance(error, ProviderError):
                    raise Failing(error.to_failure(self.clock.now())) from None
                raise
            if not isinstance(error, ProviderError | BudgetExhausted):
                raise
            # What was begun is gone on with by the observations that follow.
        finally:
            await permits.settle()
            if not sending.operation.is_unsent or sending.operation.is_waiting:
                await self.request_observation(operation.account_id, self.clock.now())
        return sending.operation


def _is_about_the_same(one: Operation, other: Operation) -> bool:
    return (one.kind, one.account_id, one.target, one.target_name) == (
        other.kind,
        other.account_id,
        other.target,
        other.target_name,
    )
