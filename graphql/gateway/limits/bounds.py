"""The limits of a query: its size before validation, its query cost before execution, and its caller's credits."""

from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import datetime
from typing import Any

from graphql import ExecutionResult as GraphQLResult
from graphql import GraphQLError, NoSchemaIntrospectionCustomRule
from strawberry.extensions import SchemaExtension

from fleet.ports.credits import CreditStatus, CreditsUsedUp
from gateway.context import Context
from gateway.http.codes import Code
from gateway.http.request import MOST_BYTES
from gateway.http.request_log import mutations_in
from gateway.limits.document_size import MOST_TOKENS, check_shape, check_values
from gateway.limits.known_documents import known_documents
from gateway.limits.query_cost import Selected, selected_in, unexamined
from gateway.types.scalars import write_instant

MOST_COST = 20_000

UNFIT = "This document or its variables do not match the schema, which is not shown."


class Bounds(SchemaExtension):
    _selected = Selected()
    _cost = 0
    _is_charged = False

    async def on_operation(self) -> AsyncIterator[None]:
        """The charge in credits for a query that is refused before it is executed: the work of reading it."""
        try:
            with self._reading():
                yield
        finally:
            if not self._is_charged and self._context.credit_status is None:
                await self._charge(self._price_of_reading())

    @contextmanager
    def _reading(self) -> Iterator[None]:
        asked = self.execution_context
        policy = self._context.policy
        if policy.only_trusted and not known_documents(policy.manifests).knows(asked.query or ""):
            raise GraphQLError(
                "Only known documents are run, and this document is not known.",
                extensions={"code": Code.DOCUMENT_NOT_TRUSTED},
            )
        asked.parse_options["max_tokens"] = MOST_TOKENS
        yield

    def on_parse(self) -> Iterator[None]:
        yield
        document = self.execution_context.graphql_document
        if document is not None:
            check_values(self.execution_context.variables)
            check_shape(document)

    def on_validate(self) -> Iterator[None]:
        asked = self.execution_context
        if not self._context.policy.shows_schema:
            asked.validation_rules = (*asked.validation_rules, NoSchemaIntrospectionCustomRule)
        yield
        if asked.pre_execution_errors:
            self._hide_schema()
            return
        if asked.graphql_document is None:
            return
        schema = asked.schema._schema
        self._selected = selected_in(schema, asked.graphql_document, asked.operation_name, asked.variables)
        self._cost = self._selected.cost().credits
        if self._cost > MOST_COST:
            raise GraphQLError(
                f"This query may cost {self._cost} credits; {MOST_COST} are taken. Ask for smaller pages, or for less "
                "of each item.",
                extensions={"code": Code.COST_EXCEEDED, "cost": self._cost, "limit": MOST_COST},
            )

    async def on_execute(self) -> AsyncIterator[None]:
        document = self.execution_context.graphql_document
        if document is not None:
            self._context.mutations = mutations_in(document, self.execution_context.operation_name)
        if self._context.credit_status is None:
            self._context.credit_status = await self._charge(self._cost)
        yield
        result = self.execution_context.result
        if isinstance(result, GraphQLResult) and result.errors and result.errors[0].path is None:
            self._hide_schema()
        if isinstance(result, GraphQLResult) and result.data is not None and not result.errors:
            self._give_back(result.data)

    def _give_back(self, data: Mapping[str, Any]) -> None:
        if not self._context.mutations:
            give_back(self._context, self._selected, data)

    async def _charge(self, cost: int) -> CreditStatus:
        context, self._is_charged = self._context, True
        try:
            return await context.credits.spend(context.caller.id, cost, context.now)
        except CreditsUsedUp as refused:
            credit_status = await self._pay_for_reading(refused.credit_status)
            raise out_of_credits(credit_status, context.now) from None

    async def _pay_for_reading(self, credit_status: CreditStatus) -> CreditStatus:
        """Takes the credits for reading a document that was refused. A caller who sends many of them soon has no
        credits left, and then their requests are refused unread.
        """
        context, price = self._context, min(self._price_of_reading(), credit_status.remaining)
        if price < 1:
            return credit_status
        with suppress(CreditsUsedUp):
            paid = await context.credits.spend(context.caller.id, price, context.now)
            credit_status = replace(credit_status, remaining=paid.remaining)
        return credit_status

    def _price_of_reading(self) -> int:
        """In credits. Validating a document of the largest size takes as long as answering the most expensive query."""
        return 1 + len(self.execution_context.query or "") * MOST_COST // MOST_BYTES

    def get_results(self) -> dict[str, Any]:
        return rate_limit_of(self._context)

    @property
    def _context(self) -> Context:
        context: Context = self.execution_context.context
        return context

    def _hide_schema(self) -> None:
        """Masks a validation error where the schema is hidden, because its message would confirm guesses."""
        if not self._context.policy.shows_schema:
            raise GraphQLError(UNFIT, extensions={"code": Code.GRAPHQL_VALIDATION_FAILED})


def give_back(context: Context, selected: Selected, data: Mapping[str, Any]) -> None:
    """The credits for items that a query was charged for and that there were not, and for rows that filters did not
    examine. An answer with errors may have taken more work than it shows: nothing is given back for it.
    """
    assert context.credit_status is not None
    actual = selected.cost_of(data)[0] - sum(map(unexamined, context.examined))
    give_back_credits(context, context.credit_status.cost - actual)


def give_back_credits(context: Context, unused: int) -> None:
    if unused > 0:
        context.unused_credits = unused
        context.credits.give_back(context.caller.id, unused, context.now)


def rate_limit_of(context: Context) -> dict[str, Any]:
    """The extension of an answer that says what it cost. Empty until that is known."""
    credit_status = context.credit_status
    if credit_status is None:
        return {}
    numbers, unused = _numbers(credit_status), context.unused_credits
    numbers["remaining"] += unused
    return {"rateLimit": {**numbers, "requested": credit_status.cost, "actual": credit_status.cost - unused}}


def out_of_credits(credit_status: CreditStatus, now: datetime) -> GraphQLError:
    seconds = max(1, round((credit_status.resets_at - now).total_seconds()))
    return GraphQLError(
        f"This query may cost {credit_status.cost} credits, and {credit_status.remaining} of your "
        f"{credit_status.limit} a minute are left. Ask again in {seconds} seconds.",
        extensions={"code": Code.RATE_LIMITED, "retryAfterSeconds": seconds, **_numbers(credit_status)},
    )


def _numbers(credit_status: CreditStatus) -> dict[str, Any]:
    return {
        "cost": credit_status.cost,
        "limit": credit_status.limit,
        "remaining": credit_status.remaining,
        "resetsAt": write_instant(credit_status.resets_at),
    }
