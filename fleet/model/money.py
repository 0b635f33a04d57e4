"""Exact amounts, and what a cluster may spend."""

from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from typing import Self

from pydantic import model_validator

from fleet.model.record import Record

MINOR_DIGITS = {
    currency: digits
    for digits, currencies in {
        0: "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF",
        3: "BHD IQD JOD KWD LYD OMR TND",
        4: "CLF UYW",
    }.items()
    for currency in currencies.split()
}
"""ISO 4217 currencies whose minor unit is not a hundredth; every other one has two digits."""

_LISTED = """
AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BHD BIF BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF CLF CLP CNY
COP CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF GTQ GYD HKD HNL HTG HUF IDR ILS
INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL MGA MKD MMK MNT MOP
MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD RUB RWF SAR SBD SCR
SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TND TOP TRY TTD TWD TZS UAH UGX USD UYI UYU UYW UZS VED
VES VND VUV WST XAF XCD XCG XOF XPF YER ZAR ZMW ZWG
"""
CURRENCIES = frozenset(_LISTED.split())
"""What a person can name: the money that ISO 4217 lists in 2026, without metals, funds and codes for tests. What a
provider names is shown as it is.
"""

NO_CURRENCY = "XXX"
"""ISO 4217 has this code for what is in no currency."""


class Money(Record):
    """`minor_units` of an ISO 4217 `currency`: 1250 of USD are 12.50 dollars."""

    minor_units: int
    currency: str

    def __str__(self) -> str:
        return f"{self.decimal:f} {self.currency}"

    @classmethod
    def rounded(cls, amount: Decimal, currency: str) -> Self:
        """An amount in the main unit. A part of the smallest unit is rounded, half of it away from zero."""
        units = amount.scaleb(MINOR_DIGITS.get(currency, 2)).quantize(Decimal(1), ROUND_HALF_UP)
        return cls(minor_units=int(units), currency=currency)

    @property
    def decimal(self) -> Decimal:
        return Decimal(self.minor_units).scaleb(-MINOR_DIGITS.get(self.currency, 2))


class SpendPeriod(StrEnum):
    CALENDAR_MONTH = "CALENDAR_MONTH"


class SpendEnforcement(StrEnum):
    """What a provider does when a limit is reached."""

    STOP = "STOP"
    THROTTLE = "THROTTLE"
    NOTIFY = "NOTIFY"
    UNKNOWN = "UNKNOWN"


class SpendLimitBasis(StrEnum):
    """Which part of a limit the provider keeps. The other part is converted by Fleetgraph."""

    MONEY = "MONEY"
    USAGE = "USAGE"
    BOTH = "BOTH"


class UsageLimit(Record):
    """A limit of usage. Request units are a provider's measure of work; a MiB is 2^20 bytes."""

    request_units: int | None = None
    storage_mib: int | None = None
    provisioned_vcpus: int | None = None

    def __str__(self) -> str:
        parts = (
            _said(self.request_units, "request unit", "request units"),
            None if self.storage_mib is None else f"{_size(self.storage_mib)} storage",
            _said(self.provisioned_vcpus, "vCPU", "vCPUs"),
        )
        return ", ".join(part for part in parts if part is not None)


def _said(count: int | None, one: str, many: str) -> str | None:
    return None if count is None else f"{count:,} {one if count == 1 else many}"


def _size(mib: int) -> str:
    return f"{mib:,} MiB" if mib % 1024 else f"{mib // 1024:,} GiB"


class FreeAllowance(Record):
    """What a provider gives an organization for nothing, once per calendar month, for all its clusters together.

    `money` is what the use of `usage` would cost. `plans` are those whose clusters draw on it, in the provider's words.
    `condition` says who has it, where the provider does not tell.
    """

    money: Money
    usage: UsageLimit
    plans: frozenset[str]
    condition: str

    @property
    def request_units(self) -> int | None:
        return self.usage.request_units

    @property
    def storage_mib(self) -> int | None:
        return self.usage.storage_mib

    def holds(self, usage: UsageLimit) -> bool:
        """Whether this usage limit is within the free usage: then nothing is charged, if no other cluster uses any of
        it. False if a kind of use that is free up to an amount has no limit.
        """
        return all(
            (value := getattr(usage, name)) is not None and value <= free
            for name, free in self.usage
            if free is not None
        )


class SpendLimit(Record):
    """The most that a cluster may spend or use per period. `money` is the most that it may cost by itself: a free
    allowance belongs to an organization, and is not taken off here."""

    money: Money | None = None
    usage: UsageLimit | None = None
    basis: SpendLimitBasis
    period: SpendPeriod = SpendPeriod.CALENDAR_MONTH
    enforcement: SpendEnforcement

    def __str__(self) -> str:
        """Money where there is some, as people set it."""
        return str(self.usage if self.money is None else self.money)

    @property
    def money_reason(self) -> str | None:
        """Why there is no money; null where there is."""
        if self.money is not None:
            return None
        if self.usage is not None and self.usage.provisioned_vcpus is not None:
            return (
                "A limit in vCPUs has no price here: what they cost depends on the region and the contract."
            )
        return "Only a part of the use is limited, so what the rest may cost is not known."


class LimitWanted(Record):
    """A limit that somebody asks for, in money or in usage. Zero money keeps a cluster inside the free allowance."""

    money: Money | None = None
    usage: UsageLimit | None = None

    @model_validator(mode="after")
    def _is_one(self) -> Self:
        if (self.money is None) == (self.usage is None):
            raise ValueError("Exactly one of money and usage is needed.")
        if self.money is not None and self.money.minor_units < 0:
            raise ValueError("A limit is not negative.")
        if self.usage is not None and any(value is not None and value <= 0 for _, value in self.usage):
            raise ValueError("A limit of use is above zero; leave out what is not to be limited.")
        if self.usage == UsageLimit():
            raise ValueError("A limit of use names at least one thing; to remove a limit, clear it.")
        return self

    def __str__(self) -> str:
        return str(self.usage if self.money is None else self.money)

    @property
    def is_free(self) -> bool:
        """Whether it asks for nothing beyond the free allowance."""
        return self.money is not None and self.money.minor_units == 0

    def matches(self, shown: "SpendLimitStatus") -> bool:
        """Whether an observed limit is this one, as given or as the provider converts it."""
        if shown.limit is None:
            return False
        if self.money is not None:
            return shown.limit.money == self.money
        usage = shown.limit.usage
        wanted = (
            [] if self.usage is None else [(name, value) for name, value in self.usage if value is not None]
        )
        return usage is not None and all(getattr(usage, name) == value for name, value in wanted)


class SpendLimitState(StrEnum):
    LIMITED = "LIMITED"
    UNLIMITED = "UNLIMITED"
    UNSUPPORTED = "UNSUPPORTED"
    UNKNOWN = "UNKNOWN"


class SpendLimitStatus(Record):
    """`limit` is set exactly when LIMITED; `reason` says why when UNSUPPORTED or UNKNOWN."""

    state: SpendLimitState
    limit: SpendLimit | None = None
    reason: str | None = None

    @model_validator(mode="after")
    def _holds_together(self) -> Self:
        if (self.limit is not None) != (self.state is SpendLimitState.LIMITED):
            raise ValueError("a limit is given exactly when the state is LIMITED")
        if (self.reason is None) and self.state in (
            SpendLimitState.UNSUPPORTED,
            SpendLimitState.UNKNOWN,
        ):
            raise ValueError(f"{self.state} needs a reason")
        return self


class CostEstimate(Record):
    """What a cluster is expected to cost per period, from `minimum` to `maximum`."""

    minimum: Money
    maximum: Money
    period: SpendPeriod = SpendPeriod.CALENDAR_MONTH
