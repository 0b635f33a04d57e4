"""What of JSON that people give can be passed on."""

from typing import Any

import pytest

from fleet.model.json_value import DEEPEST, check_json


def nested(levels: int, innermost: object = 1) -> Any:
    value = innermost
    for level in range(levels):
        value = [value] if level % 2 else {"a": value}
    return value


@pytest.mark.parametrize(
    "value", [None, True, 0, -1.5, "", "Infinity", [], {}, {"a": [1, {"b": None}]}, nested(DEEPEST)]
)
def test_what_json_can_write_is_taken(value: object) -> None:
    check_json(value)


@pytest.mark.parametrize("levels", [DEEPEST + 1, 1_000, 100_000])
def test_what_is_nested_deeper_than_anybody_writes_is_refused(levels: int) -> None:
    with pytest.raises(ValueError, match="nested more than 32 levels deep"):
        check_json(nested(levels))


@pytest.mark.parametrize("number", [float("inf"), float("-inf"), float("nan")])
@pytest.mark.parametrize("levels", [0, 1, 7])
def test_a_number_that_json_cannot_write_is_refused(number: float, levels: int) -> None:
    with pytest.raises(ValueError, match="not finite"):
        check_json(nested(levels, number))
