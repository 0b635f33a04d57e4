"""The bases of Northflank's wire models, whose members are in camel case, and the way back to its names."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeVar, get_args

from pydantic import ConfigDict
from pydantic.alias_generators import to_camel

from adapters.wire import Identity, Lenient, Wire, WireItem

PartT = TypeVar("PartT")
RecordT = TypeVar("RecordT")


class CamelWire(Wire):
    model_config = ConfigDict(alias_generator=to_camel, validate_by_name=True)


class CamelPart(CamelWire, Lenient):
    """An object within an item."""


class CamelItem(CamelWire, WireItem):
    id: Identity


def to_body(given: Mapping[str, Any], wire: type[CamelWire]) -> dict[str, Any]:
    """Members by our names, under those that `wire` reads them by, without nulls."""
    fields = wire.model_fields
    return {
        fields[name].alias or to_camel(name): _to_value(value, fields[name].annotation)
        for name, value in given.items()
        if value is not None
    }


def _to_value(value: Any, annotation: Any) -> Any:
    inner = next(_parts(annotation), None)
    return value if inner is None or not isinstance(value, Mapping) else to_body(value, inner)


def if_shown(wire: PartT | None, convert: Callable[[PartT], RecordT]) -> RecordT | None:
    """The record of a part, null where there is none."""
    return None if wire is None else convert(wire)


def _parts(annotation: Any) -> Iterator[type[CamelPart]]:
    for one in (annotation, *get_args(annotation)):
        if isinstance(one, type) and issubclass(one, CamelPart):
            yield one
