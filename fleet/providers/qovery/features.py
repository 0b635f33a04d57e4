"""What a cluster of Qovery can have beside its size: its features, as they are shown and as they are asked for."""

import json
from collections.abc import Sequence

from pydantic import Field, JsonValue, field_validator

from fleet.model.json_value import check_json
from fleet.model.money import Money
from fleet.model.record import Record

KARPENTER = "KARPENTER"
"""The id of the feature, and the word in the place of a machine type."""


class QoveryFeature(Record):
    """`value` is what the feature is set to: text as it is, anything else as JSON. `accepted_values` are written the
    same way; empty where any will do. `is_charged_by_cloud` and `is_charged_by_qovery` tell who asks money for it.
    """

    id: str
    title: str | None = None
    description: str | None = None
    value: str | None = None
    accepted_values: tuple[str, ...] = ()
    can_be_changed: bool | None = None
    is_charged_by_cloud: bool | None = None
    is_charged_by_qovery: bool | None = None
    cost_per_month: Money | None = None


def _read(value: str | None) -> JsonValue:
    try:
        read: JsonValue = json.loads(value or "")
    except (ValueError, RecursionError):
        return value
    return read if isinstance(read, bool | dict) else value


class FeatureWanted(Record):
    """`value` is written as `QoveryFeature` shows it: text as it is, anything else as JSON. Without one, a feature gets
    the value that it comes with.
    """

    id: str = Field(min_length=1)
    value: str | None = None

    @field_validator("value")
    @classmethod
    def _can_be_sent(cls, value: str | None) -> str | None:
        check_json(_read(value))
        return value

    @property
    def read_value(self) -> JsonValue:
        """Only true, false and objects are anything else than text at Qovery."""
        return _read(self.value)

    def is_shown_by(self, features: Sequence[QoveryFeature]) -> bool:
        shown = next((feature for feature in features if feature.id == self.id), None)
        if shown is None:
            return self.read_value is False
        return self.value is None or covers(
            FeatureWanted(id=shown.id, value=shown.value).read_value, self.read_value
        )


def are_named_once(features: Sequence[FeatureWanted] | None) -> Sequence[FeatureWanted] | None:
    if features is not None and len({feature.id for feature in features}) < len(features):
        raise ValueError("A feature is named once.")
    return features


def covers(shown: JsonValue, wanted: JsonValue) -> bool:
    """Whether all that is wanted is shown, be there more or not."""
    if isinstance(wanted, dict):
        return isinstance(shown, dict) and all(
            name in shown and covers(shown[name], value) for name, value in wanted.items()
        )
    return shown == wanted
