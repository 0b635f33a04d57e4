"""How a difference is written: as people write it."""

import pytest

from fleet.model.money import (
    LimitWanted,
    Money,
    SpendEnforcement,
    SpendLimit,
    SpendLimitBasis,
    UsageLimit,
)
from fleet.model.spec import Compared

DOLLARS = Money(minor_units=4100, currency="USD")
STOPS = SpendLimit(basis=SpendLimitBasis.MONEY, enforcement=SpendEnforcement.STOP)


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (None, "none"),
        ((), "none"),
        (True, "true"),
        (4.0, "4"),
        (0.5, "0.5"),
        (["us-east1", "us-west1"], "us-east1, us-west1"),
        ({"us-east1": 3, "us-west1": None}, "us-east1: 3, us-west1: none"),
        ({"STATIC_IP": ["a", True]}, "STATIC_IP: a, true"),
        (DOLLARS, "41.00 USD"),
        (LimitWanted(money=DOLLARS), "41.00 USD"),
        (LimitWanted(usage=UsageLimit(provisioned_vcpus=2)), "2 vCPUs"),
        (STOPS.model_copy(update={"money": DOLLARS}), "41.00 USD"),
        (
            STOPS.model_copy(update={"usage": UsageLimit(request_units=1, storage_mib=512)}),
            "1 request unit, 512 MiB storage",
        ),
        ("x" * 300, "x" * 199 + "…"),
    ],
)
def test_a_difference_is_written_as_people_write_it(value: object, written: str) -> None:
    difference = Compared("member", value, value, agrees=False).to_difference()
    assert (difference.asked, difference.got) == (written, written)
