"""Why an input is refused, in sentences for people."""

from typing import Annotated, Any

import pytest
from pydantic import Field, ValidationError, field_validator

from fleet.model.record import Record
from fleet.model.refusal import invalid_inputs


class Wanted(Record):
    nodes: int = Field(default=1, ge=1, lt=100)
    share: float = Field(default=1, gt=0, le=1, allow_inf_nan=False)
    name: str = Field(default="abc", min_length=3, max_length=5)
    regions: Annotated[list[str], Field(min_length=1, max_length=2)] = ["a"]  # noqa: RUF012
    word: str = "fine"

    @field_validator("word")
    @classmethod
    def _is_fine(cls, value: str) -> str:
        if value != "fine":
            raise ValueError("Only fine will do.")
        return value


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"nodes": 0}, "It has to be at least 1."),
        ({"nodes": 100}, "It has to be less than 100."),
        ({"share": 0}, "It has to be more than 0.0."),
        ({"share": 2}, "It has to be at most 1.0."),
        ({"share": float("inf")}, "It has to be a finite number."),
        ({"name": "a"}, "It has too few characters: at least 3."),
        ({"name": "abcdef"}, "It has too many characters: at most 5."),
        ({"regions": []}, "It has too few items: at least 1."),
        ({"regions": ["a", "b", "c"]}, "It has too many items: at most 2."),
        ({"word": "other"}, "Only fine will do."),
    ],
)
def test_an_input_is_refused_in_a_sentence_for_people(given: dict[str, Any], sentence: str) -> None:
    with pytest.raises(ValidationError) as caught:
        Wanted.model_validate(given)
    (refusal,) = invalid_inputs(caught.value, "input")
    assert (refusal.message, refusal.path) == (sentence, ("input", *given))
