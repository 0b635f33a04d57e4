"""What somebody asks of a cluster: the whole of a new one, or what is to differ of one that is there.

Each provider adds its own records in `fleet.providers`. What a record holds has been checked as far as it can be
without asking the provider; a validator's sentence is for whoever asked.
"""

import re
from dataclasses import dataclass
from typing import Any, ClassVar

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


class ClusterSpec(Record):
    """A new cluster, but for its name and account."""

    model_config = ConfigDict(extra="forbid")

    name_rule: ClassVar[NameRule]

    @property
    def is_deployed(self) -> bool:
        """Whether it is to be deployed at once, at a provider where that is a step of its own."""
        return True

    def matches(self, cluster: Cluster) -> bool:
        """Whether an observed cluster shows what was asked for, as far as the provider tells it back."""
        raise TypeError(f"{type(self).__name__} does not say what shows it")


class ClusterPatch(Record):
    """What is to differ. A member that was not given stays as it is; a null clears it, where it can be cleared."""

    model_config = ConfigDict(extra="forbid")

    def __contains__(self, name: str) -> bool:
        """Whether a member was given, be it as null."""
        return name in self.model_fields_set

    def matches(self, cluster: Cluster) -> bool:
        """Whether an observed cluster shows all that was given, as far as the provider tells it back."""
        raise TypeError(f"{type(self).__name__} does not say what shows it")

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
