"""What somebody asks of a cluster: a specification of a new one, or a patch of an existing one.

Each provider adds its own records in `fleet.providers`. A record is checked as far as possible without
asking the provider. The sentences of its validators are for the caller.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, NamedTuple

from pydantic import ConfigDict, SerializerFunctionWrapHandler, field_validator, model_serializer

from fleet.model.catalog import Pick
from fleet.model.cluster import Cluster
from fleet.model.record import Record


@dataclass(frozen=True, kw_only=True)
class NameRule:
    """The names that a provider accepts. `sentence` describes them for people."""

    pattern: str
    sentence: str

    def check(self, name: str) -> None:
        """Raises `ValueError` for a name that the provider would refuse."""
        if re.fullmatch(self.pattern, name) is None:
            raise ValueError(f"{name!r} will not do: {self.sentence}")


class Difference(Record):
    """A member of a cluster that differs from what was asked for, as text."""

    field: str
    asked: str
    got: str


class Compared(NamedTuple):
    """A member that was asked for, and what is shown of it. `agrees` is also true where the provider converts it or
    does not show it. `whole` is all that is shown of it, where `got` is a summary for people.
    """

    field: str
    asked: object
    got: object
    agrees: bool
    whole: object = None

    def to_difference(self) -> Difference:
        return Difference(field=self.field, asked=_write(self.asked), got=_write(self.got))


class Wanted(Record):
    """An input that can be compared with a cluster."""

    model_config = ConfigDict(extra="forbid")

    @property
    def is_whole(self) -> bool:
        """Whether it can be sent. False after it was read from the store, which keeps no secrets."""
        return True

    def compare(self, cluster: Cluster) -> Iterable[Compared]:
        """Compares each member that was given, as far as the provider shows it."""
        raise TypeError(f"{type(self).__name__} does not say what shows it")

    def matches(self, cluster: Cluster) -> bool:
        """Whether an observed cluster shows all that was given."""
        return all(one.agrees for one in self.compare(cluster))

    def differences(self, cluster: Cluster) -> tuple[Difference, ...]:
        """What an observed cluster shows differently."""
        return tuple(one.to_difference() for one in self.compare(cluster) if not one.agrees)


class ClusterSpec(Wanted):
    """The input of a new cluster, without its name and account."""

    name_rule: ClassVar[NameRule]

    def picks(self) -> Iterable[Pick]:
        """What of it is chosen from the provider's lists of regions and machine types."""
        return ()

    @property
    def is_deployed(self) -> bool:
        """Whether the cluster is deployed at once, at a provider where deploying is a separate step."""
        return True

    def identifies(self, cluster: Cluster) -> bool:
        """Whether an observed cluster of the name can be the one that was asked for: it is of the same kind and in the
        same place. What a provider converts, rounds or adds is not compared.
        """
        return True


class ClusterPatch(Wanted):
    """The input of an update. A member that is not given stays as it is; null clears a member that can be cleared."""

    def picks(self, cluster: Cluster) -> Iterable[Pick]:
        """What of it is chosen from the provider's lists of regions and machine types, for this cluster."""
        return ()

    @property
    def is_shown(self) -> bool:
        """Whether the provider's clusters show any of it, so that seeing none of it means something."""
        return True

    def __contains__(self, name: str) -> bool:
        """Whether a member was given, also as null."""
        return name in self.model_fields_set

    @model_serializer(mode="wrap")
    def _given_alone(self, serialize: SerializerFunctionWrapHandler) -> dict[str, Any]:
        return {name: value for name, value in serialize(self).items() if name in self.model_fields_set}


def not_cleared(*names: str) -> Any:
    """A validator that refuses null for members that cannot be cleared."""

    def refuse(value: object) -> object:
        if value is None:
            raise ValueError("It cannot be cleared; leave it out to keep it.")
        return value

    return field_validator(*names, mode="before")(refuse)


def _write(value: object) -> str:
    """Short, and the same for people and programs."""
    text = _in_words(value)
    return text if len(text) <= 200 else f"{text[:199]}…"


def _in_words(value: object) -> str:
    """As people write it, however it is kept: b, c; or x: 1, y: 2."""
    if value is None or value in ((), [], {}):
        return "none"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float):
        return f"{value:g}"
    if isinstance(value, Mapping):
        return ", ".join(f"{name}: {_in_words(one)}" for name, one in value.items())
    if isinstance(value, list | tuple):
        return ", ".join(map(_in_words, value))
    return str(value)
