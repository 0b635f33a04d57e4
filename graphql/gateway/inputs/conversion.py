"""The conversion from an input to a record of the domain. Names are equal; only members that were given are converted.

A member that was left out is not in the result, so that a patch can distinguish it from an explicit null. `locate` goes
the other way: it finds the argument for a path of a refusal in the domain's names.
"""

from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

import strawberry
from pydantic import BaseModel, ValidationError
from strawberry.types.base import StrawberryObjectDefinition
from strawberry.types.field import StrawberryField
from strawberry.utils.str_converters import to_camel_case

from fleet.model.refusal import SeveralRefusals, invalid_inputs

RecordT = TypeVar("RecordT", bound=BaseModel)


class ClusterInput:
    """The base of a provider's inputs for a cluster, which are in `providers`."""

    def to_members(self) -> dict[str, Any]:
        return members(self)


def members(source: Any) -> dict[str, Any]:
    """The members that were given in an input, by their names in the domain."""
    values = ((field.python_name, getattr(source, field.python_name)) for field in _definition(source).fields)
    return {name: _plain(value) for name, value in values if value is not strawberry.UNSET}


def chosen(source: Any) -> tuple[str, Any]:
    """The member that was given in a @oneOf input, by its name in the domain."""
    ((name, value),) = (
        (field.python_name, value)
        for field in _definition(source).fields
        if (value := getattr(source, field.python_name)) is not strawberry.UNSET
    )
    return name, value


def make(record: type[RecordT], given: Mapping[str, Any], *prefix: str) -> RecordT:
    """A record of the domain. Raises `SeveralRefusals`, one for each invalid member, with paths below `prefix`."""
    try:
        return record.model_validate(given)
    except ValidationError as error:
        raise SeveralRefusals(invalid_inputs(error, *prefix)) from None


def locate(path: Sequence[str], arguments: Mapping[str, Any], words: Mapping[str, str]) -> list[str]:
    """The path of an argument. `words` maps the domain's names of arguments that have another name."""
    if not path:
        return []
    head = words.get(path[0], path[0])
    if head in arguments:
        return [to_camel_case(head), *_below(arguments[head], path[1:])]
    if "input" in arguments:
        return ["input", *_below(arguments["input"], path)]
    return []


def _below(value: Any, path: Sequence[str]) -> list[str]:
    if not path:
        return []
    part, rest = path[0], path[1:]
    if isinstance(value, list) and part.isdecimal() and int(part) < len(value):
        return [part, *_below(value[int(part)], rest)]
    if not hasattr(value, "__strawberry_definition__"):
        return [to_camel_case(one) for one in path]
    fields = {field.python_name: field for field in _definition(value).fields}
    if part in fields:
        return [_public_name(fields[part]), *_below(getattr(value, part), rest)]
    if _definition(value).is_one_of:  # the domain has no name for a @oneOf input
        name, choice = chosen(value)
        return [_public_name(fields[name]), *_below(choice, path)]
    return [to_camel_case(one) for one in path]


def _plain(value: Any) -> Any:
    if hasattr(value, "__strawberry_definition__") and _is_input(value):
        return members(value)
    if isinstance(value, list):
        return [_plain(one) for one in value]
    return value


def _is_input(value: Any) -> bool:
    """Enumerations have a definition, too."""
    return isinstance(value.__strawberry_definition__, StrawberryObjectDefinition)


def _definition(source: Any) -> StrawberryObjectDefinition:
    definition: StrawberryObjectDefinition = source.__strawberry_definition__
    return definition


def _public_name(field: StrawberryField) -> str:
    return field.graphql_name or to_camel_case(field.python_name)
