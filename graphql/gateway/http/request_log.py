"""One log line for each request: who sent it, what it asked for, what it cost, and what came of it. It contains no
value of the request.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    InlineFragmentNode,
    OperationDefinitionNode,
)
from graphql import OperationType as Kind
from graphql.utilities import get_operation_ast

from gateway.context import Context

LogRequest = Callable[[Mapping[str, object]], None]
"""Is given the members of the line."""

MOST_MUTATIONS = 20
"""The most fields at the first level of a document."""


def nobody_listens(line: Mapping[str, object]) -> None:
    """For where no line is written."""


def mutations_in(document: DocumentNode, operation_name: str | None) -> Sequence[str]:
    """The mutations that a document asks for, without aliases. Empty for a query."""
    operation = get_operation_ast(document, operation_name)
    if operation is None or operation.operation is not Kind.MUTATION:
        return ()
    return tuple(_names(document, operation))[:MOST_MUTATIONS]


def _names(document: DocumentNode, operation: OperationDefinitionNode) -> Sequence[str]:
    """A field once for each time that it is asked for; a fragment that is spread in itself does not pass validation."""
    fragments = {
        one.name.value: one for one in document.definitions if isinstance(one, FragmentDefinitionNode)
    }
    found: list[str] = []
    left = list(operation.selection_set.selections)
    while left and len(found) < MOST_MUTATIONS:
        match left.pop(0):
            case FieldNode() as field:
                found.append(field.name.value)
            case InlineFragmentNode() as fragment:
                left = [*fragment.selection_set.selections, *left]
            case FragmentSpreadNode() as spread:
                left = [*fragments[spread.name.value].selection_set.selections, *left]
            case _:
                continue
    return found


def describe(context: Context, answer: Mapping[str, Any]) -> Mapping[str, object]:
    """`outcome` is answered, or the code of the first error; `refusals` are mutations that were not made, and why."""
    codes = [error["extensions"]["code"] for error in answer.get("errors", ())]
    return {
        "caller_id": context.caller.id,
        "caller": context.caller.name,
        "operation": context.operation_name,
        "mutations": list(context.mutations),
        "refusals": list(context.refusals),
        "outcome": str(codes[0]) if codes else "answered",
        "cost": None if context.credit_status is None else context.credit_status.cost,
    }
