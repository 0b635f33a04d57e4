"""Labels of clusters."""

from collections.abc import Mapping
from typing import Any

import strawberry

from fleet.model.refusal import InvalidInput


@strawberry.type(description="A label at the provider.")
class Label:
    key: str
    value: str


@strawberry.input(description="A label. Each key can be given once.")
class LabelInput:
    key: str
    value: str


def with_labels(given: Mapping[str, Any]) -> dict[str, Any]:
    """The members of an input, with the list of labels converted to a mapping."""
    labels = given.get("labels")
    if labels is None:
        return dict(given)
    wanted = {label["key"]: label["value"] for label in labels}
    if len(wanted) < len(labels):
        raise InvalidInput("The key is given twice.", path=("labels",))
    return {**given, "labels": wanted}
