"""Converts Kubernetes quantities (`16Gi`, `500m`, `1.5`, `2e3`) to whole units, or to null where they are not whole.

Bytes are the exact unit of sizes; MiB are a view of those that are whole numbers of it. Source: the Kubernetes API's
definition of a resource quantity.
"""

import math
import re
from fractions import Fraction
from typing import Annotated

from pydantic import AfterValidator

_QUANTITY = re.compile(
    r"\+?(\d{1,24}(?:\.\d{0,9})?|\.\d{1,9})(?:[eE]([+-]?\d{1,2})|([KMGTPE]i|[numkMGTPE]?))", re.ASCII
)
_SUFFIXES = {
    "n": Fraction(1, 10**9),
    "u": Fraction(1, 10**6),
    "m": Fraction(1, 10**3),
    "": Fraction(1),
    **{suffix: Fraction(1000**power) for power, suffix in enumerate("kMGTPE", start=1)},
    **{f"{suffix}i": Fraction(1024**power) for power, suffix in enumerate("KMGTPE", start=1)},
}
BYTES_PER_MIB = 1024**2
LARGEST = 2**63 - 1
"""Nothing real is larger, and the public contract carries 64 bits."""


def _null_beyond(largest: int) -> AfterValidator:
    return AfterValidator(lambda number: number if number is None or 0 <= number <= largest else None)


Count = Annotated[int | None, _null_beyond(2**31 - 1)]
"""How many there are of something. The public contract carries 32 bits: a sum beyond them, which no provider can mean,
is null, where it would otherwise break the answer that it stands in.
"""
Amount = Annotated[int | None, _null_beyond(LARGEST)]
"""How much there is of something, within 64 bits."""


def to_millicores(quantity: str) -> int | None:
    """Thousandths of a CPU core."""
    cores = _read(quantity)
    return None if cores is None else _whole(cores * 1000)


def to_mib(quantity: str) -> int | None:
    """Units of 2^20 bytes: `16Gi` are 16384, and `16G` are no whole number of them."""
    size = _read(quantity)
    return None if size is None else _whole(size / BYTES_PER_MIB)


def to_bytes(quantity: str) -> int | None:
    """A fraction of a byte (`858993459200m` is 0.8Gi) counts as a whole one, as in Kubernetes."""
    size = _read(quantity)
    return None if size is None or size > LARGEST else math.ceil(size)


def are_equal(one: str, other: str) -> bool:
    """Whether two quantities are as much, however they are written: `0.5` and `500m`, `50G` and `50000M`."""
    size = _read(one)
    return size is not None and size == _read(other)


def is_quantity(text: str) -> bool:
    return _read(text) is not None


def is_size(quantity: str) -> bool:
    """Whether it is a size of at least a byte that names its unit, or its power of ten. A bare number does not: who
    writes `16` means 16 of something larger.
    """
    size = _read(quantity)
    is_bare = re.fullmatch(r"\+?[\d.]+", quantity.strip(), re.ASCII) is not None
    return size is not None and 1 <= size <= LARGEST and not is_bare


def _read(quantity: str) -> Fraction | None:
    match = _QUANTITY.fullmatch(quantity.strip())
    if match is None:
        return None
    number, exponent, suffix = match.groups()
    return Fraction(number) * (Fraction(10) ** int(exponent) if exponent else _SUFFIXES[suffix])


def _whole(number: Fraction) -> int | None:
    return number.numerator if number.denominator == 1 and number <= LARGEST else None
