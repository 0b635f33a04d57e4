"""What somebody asks of a cluster: the whole of a new one, or what is to differ of one that is there.

Each provider adds its own records in `fleet.providers`. What a record holds has been checked as far as it can be
without asking the provider; a validator's sentence is for whoever asked.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, ClassVar, NamedTuple

from pydantic import ConfigDict, SerializerFunctionWrapHandler, field_validator, model_serializer

from fleet.model.cluster import Cluster
from fleet.model.record import Record


@dataclass(frozen=True, kw_only=True)
class NameRule:
    """What a provider takes as a name. `sentence` says it in our words."""

    pattern: str
    sentence: str

    def check(self, name: str) -> None:
        """`ValueError` where the name will not do."""
        if re.fullmatch(self.pattern, name) is None:
            raise ValueError(f"{name!r} will not do: {self.sentence}")


class Difference(Record):
    """A member of a cluster that is otherwise than it was asked for, as text."""

    field: str
    asked: str
    got: str


class Compared(NamedTuple):
    """A member that was asked for, beside what a cluster shows of it. `agrees` also where the provider converts it, or
    does not show it.
    """

    field: str
    asked: object
    got: object
    agrees: bool

    def to_difference(self) -> Difference:
        return Difference(field=self.field, asked=_write(self.asked), got=_write(self.got))


class Wanted(Record):
    """What somebody asks of a cluster, as it can be compared with one."""

    model_config = ConfigDict(extra="forbid")

    def compare(self, cluster: Cluster) -> Iterable[Compared]:
        """What was given, member by member, as far as the provider tells it back."""
        raise TypeError(f"{type(self).__name__} does not say what shows it")

    def matches(self, cluster: Cluster) -> bool:
        """Whether an observed cluster shows all that was given."""
        return all(one.agrees for one in self.compare(cluster))

    def differences(self, cluster: Cluster) -> tuple[Difference, ...]:
        """What an observed cluster shows otherwise."""
        return tuple(one.to_difference() for one in self.compare(cluster) if not one.agrees)


class ClusterSpec(Wanted):
    """A new cluster, but for its name and account."""

    name_rule: ClassVar[NameRule]

    @property
    def is_deployed(self) -> bool:
        """Whether it is to be deployed at once, at a provider where that is a step of its own."""
        return True

    def identifies(self, cluster: Cluster) -> bool:
        """Whether an observed cluster of the name can be the one that was asked for: it is of the same kind and in the
        same place. What a provider converts, rounds or adds is not compared.
        """
        return True


class ClusterPatch(Wanted):
    """What is to differ. A member that was not given stays as it is; a null clears it, where it can be cleared."""

    def __contains__(self, name: str) -> bool:
        """Whether a member was given, be it as null."""
        return name in self.model_fields_set

    @model_serializer(mode="wrap")
    def _given_alone(self, serialize: SerializerFunctionWrapHandler) -> dict[str, Any]:
        return {name: value for name, value in serialize(self).items() if name in self.model_fields_set}


def not_cleared(*names: str) -> Any:
    """A validator that refuses null for members which can be changed and not cleared."""

    def refuse(value: object) -> object:
        if value is None:
            raise ValueError("It cannot be cleared; leave it out to keep it.")
        return value

    return field_validator(*names, mode="before")(refuse)


def _write(value: object) -> str:
    """Short, and the same for people and programs."""
    text = "none" if value is None else str(value)
    return text if len(text) <= 200 else f"{text[:199]}…"
