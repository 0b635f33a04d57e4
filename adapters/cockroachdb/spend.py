"""Spend limits of CockroachDB Cloud clusters: in money until 2023, in use since 2024, both in between.

The conversion is that of the vendor's Terraform provider, with its integer division: 80 % of each cent buys request
units at 5,000,000 a dollar, and 20 % buys storage at 2,048 MiB a dollar. It uses prices of 2023.
"""

import math
from collections.abc import Mapping
from fractions import Fraction

from adapters.cockroachdb.wire import WireServerless, WireUsageLimits
from fleet.model.money import (
    Money,
    SpendEnforcement,
    SpendLimit,
    SpendLimitBasis,
    SpendLimitState,
    SpendLimitStatus,
    UsageLimit,
)

NO_LIMITS = "Advanced clusters are billed by their nodes; only Basic and Standard ones have limits."
NOT_READ = "CockroachDB Cloud showed a limit that does not read as documented."
NOT_SHOWN = "CockroachDB Cloud did not show the configuration that would hold the limits."

ENFORCEMENTS: Mapping[str, SpendEnforcement] = {
    "BASIC": SpendEnforcement.STOP,  # out of request units, the cluster is disabled until raised or the next month
    "SERVERLESS": SpendEnforcement.STOP,  # what BASIC was called before 2024-09-16
    "STANDARD": SpendEnforcement.THROTTLE,  # out of vCPUs, it slows down
}

_REQUEST_UNITS_PER_DOLLAR = 5_000_000
_MIB_PER_DOLLAR = 2_048


def to_spend_limit(plan: str, is_serverless: bool | None, config: WireServerless | None) -> SpendLimitStatus:
    """The spend limit that a cluster shows. Zero cents is the free tier; null or absent is no limit. Without a
    configuration the limit is unknown.
    """
    if is_serverless is False:
        return SpendLimitStatus(state=SpendLimitState.UNSUPPORTED, reason=NO_LIMITS)
    if config is None:
        return SpendLimitStatus(state=SpendLimitState.UNKNOWN, reason=NOT_SHOWN)
    if any(member.startswith(("spend_limit", "usage_limits")) for member in config.unread):
        return SpendLimitStatus(state=SpendLimitState.UNKNOWN, reason=NOT_READ)
    cents = config.spend_limit
    usage = to_usage(config.usage_limits)
    if cents is None and usage is None:
        return SpendLimitStatus(state=SpendLimitState.UNLIMITED)
    if cents is None:
        basis = SpendLimitBasis.USAGE
        cents = None if usage is None else price(usage)
    elif usage is None:
        basis = SpendLimitBasis.MONEY
        usage = buy(cents)
    else:
        basis = SpendLimitBasis.BOTH
    return SpendLimitStatus(
        state=SpendLimitState.LIMITED,
        limit=SpendLimit(
            money=None if cents is None else Money(minor_units=cents, currency="USD"),
            usage=usage,
            basis=basis,
            enforcement=ENFORCEMENTS.get(plan, SpendEnforcement.UNKNOWN),
        ),
    )


def to_usage(wire: WireUsageLimits | None) -> UsageLimit | None:
    if wire is None:
        return None
    usage = UsageLimit(
        request_units=wire.request_unit_limit or None,
        storage_mib=wire.storage_mib_limit or None,
        provisioned_vcpus=wire.provisioned_virtual_cpus or None,
    )
    return None if usage == UsageLimit() else usage


def buy(cents: int) -> UsageLimit | None:
    """The use that a limit in cents buys. Null for zero: what is free belongs to the organization."""
    if cents == 0:
        return None
    return UsageLimit(
        request_units=cents * _REQUEST_UNITS_PER_DOLLAR * 8 // 1000,
        storage_mib=cents * _MIB_PER_DOLLAR * 2 // 1000,
    )


def price(usage: UsageLimit) -> int | None:
    """The cents for a limit in use, rounded up, so that it is the exact inverse of `buy`. Null if a part is unlimited,
    or is in vCPUs, which have no price here.
    """
    if usage.request_units is None or usage.storage_mib is None or usage.provisioned_vcpus is not None:
        return None
    dollars = Fraction(usage.request_units, _REQUEST_UNITS_PER_DOLLAR) + Fraction(
        usage.storage_mib, _MIB_PER_DOLLAR
    )
    return math.ceil(dollars * 100)
