"""From a request to its result. What was answered before is answered again while it is true, and a document that is
known to be valid takes a short way.
"""

import json
from collections.abc import Hashable
from contextlib import suppress
from typing import Any

import orjson
from strawberry.types import ExecutionResult as Answer
from strawberry.types.graphql import OperationType

from fleet.ports.credits import CreditsUsedUp
from fleet.reading.kept_answers import KeptAnswer
from gateway.context import Context
from gateway.execution.documents import DOCUMENTS, Prepared
from gateway.execution.plan import Unusual
from gateway.http.request import Asked
from gateway.limits.bounds import MOST_COST, give_back, give_back_credits, rate_limit_of
from gateway.limits.document_size import has_accepted_values
from gateway.schema import SCHEMA


async def execute(asked: Asked, context: Context, kinds: set[OperationType]) -> Answer:
    """All ways give the same answer; the short ones give none of a request that is refused or fails."""
    kept = context.answers.find(_key(asked, context), context.now)
    if kept is not None:
        with suppress(Unusual):
            return await _again(kept, context)
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


async def _again(kept: KeptAnswer, context: Context) -> Answer:
    """What was answered before, at the same price."""
    try:
        context.credit_status = await context.credits.spend(context.caller.id, kept.cost, context.now)
        is_true = await context.account_reads.hold_the_same(kept.accounts)
    except Exception as error:
        raise Unusual from error
    if not is_true:
        raise Unusual("an account has changed")
    give_back_credits(context, kept.unused)
    data: Any = orjson.Fragment(kept.data)
    return Answer(data=data, errors=None, extensions=rate_limit_of(context))


def _key(asked: Asked, context: Context) -> tuple[Hashable, str, str]:
    """Who asks, under which policy, and for what: the document and its variables."""
    return (context.caller, context.policy, asked.operation_name), asked.query, json.dumps(asked.variables)


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
        if context.credit_status is None:
            context.credit_status = await context.credits.spend(context.caller.id, cost, context.now)
    except CreditsUsedUp:
        raise Unusual("no credits are left") from None
    data: Any = await plan.run(context, values)
    give_back(context, selected, data)
    if context.fields_of_accounts and context.fields_of_accounts == plan.lasting_fields:
        data = _keep(asked, context, data)
    return Answer(data=data, errors=None, extensions=rate_limit_of(context))


def _keep(asked: Asked, context: Context, data: Any) -> Any:
    """The data, written once."""
    assert context.credit_status is not None
    try:
        written = orjson.dumps(data)
    except orjson.JSONEncodeError:
        return data
    answer = KeptAnswer(
        data=written,
        cost=context.credit_status.cost,
        unused=context.unused_credits,
        accounts=context.account_reads.pages(),
        made_at=context.now,
    )
    key = _key(asked, context)
    context.answers.keep(key, answer, len(key[1]) + len(key[2]))
    return orjson.Fragment(written)
