"""From a request to its result. A document that is known to be valid takes the short way."""

from typing import Any

from strawberry.types import ExecutionResult as Answer
from strawberry.types.graphql import OperationType

from fleet.ports.credits import CreditsUsedUp
from gateway.context import Context
from gateway.execution.documents import DOCUMENTS, Prepared
from gateway.execution.plan import Unusual
from gateway.http.request import Asked
from gateway.limits.bounds import MOST_COST, give_back, rate_limit_of
from gateway.limits.document_size import has_accepted_values
from gateway.schema import SCHEMA


async def execute(asked: Asked, context: Context, kinds: set[OperationType]) -> Answer:
    """Both ways give the same answer; the short one gives none of a request that is refused or fails."""
    prepared = DOCUMENTS.find(asked.query, asked.operation_name, context.policy)
    if prepared is not None:
        try:
            return await _at_once(prepared, asked, context)
        except Unusual:
            context.is_unusual = True
    return await SCHEMA.execute(
        asked.query,
        variable_values=asked.variables,
        context_value=context,
        operation_name=asked.operation_name,
        allowed_operation_types=kinds,
        operation_extensions=asked.extensions,
    )


async def _at_once(prepared: Prepared, asked: Asked, context: Context) -> Answer:
    if not has_accepted_values(asked.variables):
        raise Unusual("too many values")
    selected = prepared.selected(asked.variables)
    cost = selected.cost().credits
    if cost > MOST_COST:
        raise Unusual("too expensive")
    values = prepared.values(asked.variables)
    plan = prepared.plan(values)
    try:
        context.credit_status = await context.credits.spend(context.caller.id, cost, context.now)
    except CreditsUsedUp:
        raise Unusual("no credits are left") from None
    data: dict[str, Any] = await plan.run(context, values)
    give_back(context, selected, data)
    return Answer(data=data, errors=None, extensions=rate_limit_of(context))
