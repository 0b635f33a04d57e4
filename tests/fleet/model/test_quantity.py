"""Kubernetes quantities."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fleet.model.quantity import are_equal, is_size, to_bytes, to_mib, to_millicores


@pytest.mark.parametrize(
    ("quantity", "millicores"),
    [
        ("4", 4000),
        ("500m", 500),
        ("1.5", 1500),
        ("0.1", 100),
        (".5", 500),
        ("2.", 2000),
        ("1e1", 10_000),
        ("2E3", 2_000_000),
        ("5e-1", 500),
        ("1k", 1_000_000),
        ("0", 0),
        ("+2", 2000),
        ("1500000u", 1500),
        ("3000000n", 3),
        ("100u", None),
        ("1n", None),
        ("0.0001", None),
    ],
)
def test_cpu_is_read_in_millicores(quantity: str, millicores: int | None) -> None:
    assert to_millicores(quantity) == millicores


@pytest.mark.parametrize(
    ("quantity", "mib"),
    [
        ("16Gi", 16_384),
        ("512Mi", 512),
        ("1048576", 1),
        ("1024Ki", 1),
        ("1.5Gi", 1536),
        ("1Ti", 1_048_576),
        ("1Pi", 2**30),
        ("1Ei", 2**40),
        ("1048576000m", 1),
        ("0", 0),
        ("16G", None),
        ("100M", None),
        ("1", None),
        ("1Ki", None),
        ("0.0001Gi", None),
    ],
)
def test_memory_is_read_in_mib_or_not_at_all(quantity: str, mib: int | None) -> None:
    assert to_mib(quantity) == mib


@pytest.mark.parametrize(
    "text",
    ["", " ", "four", "-1", "4 cores", "1GiB", "16gi", "1_000", "٣", "1e999", "9" * 40, "0x10", "1e", "Gi"],
)
def test_what_is_no_quantity_is_nothing(text: str) -> None:
    assert (to_millicores(text), to_mib(text)) == (None, None)


def test_what_no_machine_has_is_nothing() -> None:
    assert to_millicores("1e99") is None


@given(st.integers(min_value=0, max_value=2**40))
def test_a_whole_number_of_mib_is_that_number_in_every_spelling(mib: int) -> None:
    assert to_mib(f"{mib}Mi") == to_mib(f"{mib * 1024}Ki") == to_mib(str(mib * 1024**2)) == mib


@given(st.decimals(min_value=0, max_value=10_000, places=4).map(str))
def test_a_decimal_is_read_exactly_or_not_at_all(quantity: str) -> None:
    exact = Fraction(quantity) * 1000
    assert to_millicores(quantity) == (exact.numerator if exact.denominator == 1 else None)


@pytest.mark.parametrize(
    ("one", "other", "equal"),
    [
        ("50G", "50000M", True),
        ("0.5", "500m", True),
        ("1e3", "1k", True),
        ("16G", "16Gi", False),
        ("16", "16G", False),
        ("plenty", "plenty", False),
    ],
)
def test_quantities_are_compared_by_what_they_stand_for(one: str, other: str, equal: bool) -> None:
    assert are_equal(one, other) is equal


@pytest.mark.parametrize(
    ("text", "is_one"),
    [
        ("1Mi", True),
        ("50G", True),
        ("858993459200m", True),
        ("1e3", True),
        ("16", False),
        ("1.5", False),
        ("16m", False),
        ("0Gi", False),
        ("many", False),
    ],
)
def test_a_size_is_asked_for_with_its_unit(text: str, is_one: bool) -> None:
    assert is_size(text) is is_one


@pytest.mark.parametrize(
    ("quantity", "size"),
    [
        ("16Gi", 16 * 2**30),
        ("100G", 100 * 10**9),
        ("1e3", 1000),
        ("858993459200m", 858_993_460),
        ("1m", 1),
        ("9Ei", None),
        ("much", None),
    ],
)
def test_bytes_are_the_exact_unit(quantity: str, size: int | None) -> None:
    assert to_bytes(quantity) == size
