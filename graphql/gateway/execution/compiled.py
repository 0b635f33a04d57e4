"""The part of the schema that answers queries by a plan. What the plan leaves is answered by the stock executor."""

from collections.abc import AsyncIterator

from graphql import ExecutionResult
from strawberry.extensions import SchemaExtension

from gateway.context import Context
from gateway.execution.documents import DOCUMENTS, prepare
from gateway.execution.plan import Unusual


class Compiled(SchemaExtension):
    """Is reached by a document that was read and found valid just now, and may be answered. It keeps it."""

    async def on_execute(self) -> AsyncIterator[None]:
        asked = self.execution_context
        context: Context = asked.context
        if asked.graphql_document is not None and not context.is_unusual:
            prepared = prepare(asked.schema, asked.graphql_document, context.operation_name)
            if prepared is not None and prepared.is_query:
                DOCUMENTS.keep(asked.query or "", context.operation_name, context.policy, prepared)
                try:
                    values = prepared.values(asked.variables)
                    data = await prepared.plan(values).run(context, values)
                    asked.result = ExecutionResult(data=data, errors=None)
                except Unusual:
                    context.is_unusual = True
        yield
