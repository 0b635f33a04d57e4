"""Money and spend limits."""

from decimal import Decimal as Number

import strawberry

from fleet.model.money import SpendEnforcement, SpendLimitBasis, SpendLimitState, SpendPeriod
from gateway.types.records import field, option
from gateway.types.scalars import BigInt, CurrencyCode


@strawberry.type(
    description='An exact amount: 1250 minor units of USD are 12.50 dollars, and `decimal` is "12.50".'
)
class Money:
    minor_units: BigInt = field("In the smallest unit of the currency, e.g. cents.")
    currency: CurrencyCode
    decimal: Number = field("The same amount in the currency's main unit.")


@strawberry.type(description="A limit in use. Null where that use is unlimited.")
class UsageLimit:
    request_units: BigInt | None = field("The provider's own unit of work.")
    storage_mib: BigInt | None = field("In MiB (2^20 bytes).", name="storageMiB")
    provisioned_vcpus: BigInt | None


@strawberry.type(
    description="The most that a cluster may spend or use per period: money, use, or both. `basis` says which of "
    "the two the provider keeps. The other one, if given, is converted by the rates of the provider's own "
    "Terraform provider. The arithmetic is exact; the real price may differ."
)
class SpendLimit:
    money: Money | None = field(
        "The most that the cluster may cost by itself. A free allowance belongs to the organization and is not taken "
        "off."
    )
    money_reason: str | None = field("Why there is no money. Null where there is.")
    usage: UsageLimit | None
    basis: SpendLimitBasis
    period: SpendPeriod
    enforcement: SpendEnforcement = field("What the provider does when the limit is reached.")


@strawberry.type(
    description="What a provider gives an organization for nothing in a calendar month, for all its clusters together."
)
class FreeAllowance:
    money: Money = field("What that use would cost.")
    request_units: BigInt | None = field("The provider's own unit of work.")
    storage_mib: BigInt | None = field("In MiB (2^20 bytes).", name="storageMiB")
    condition: str = field("Who has it, and what draws on it.")


@strawberry.type(description="Whether a cluster has a limit. If that is unknown, `reason` says why.")
class SpendLimitStatus:
    state: SpendLimitState
    limit: SpendLimit | None = field("Given if the state is LIMITED, else null.")
    reason: str | None = field("A sentence, if the state is UNSUPPORTED or UNKNOWN.")


@strawberry.type(description="The expected cost of a cluster per period, as the provider estimates it.")
class CostEstimate:
    minimum: Money
    maximum: Money
    period: SpendPeriod


@strawberry.input(description="An exact amount: 1250 minor units of USD are 12.50 dollars.")
class MoneyInput:
    minor_units: BigInt = field("In the smallest unit of the currency, e.g. cents.")
    currency: CurrencyCode


@strawberry.input(description="A limit in use. Members that are left out are unlimited.")
class UsageLimitInput:
    request_units: BigInt | None = option("The provider's own unit of work.")
    storage_mib: BigInt | None = option("In MiB (2^20 bytes).", name="storageMiB")
    provisioned_vcpus: BigInt | None = strawberry.UNSET


@strawberry.input(
    one_of=True,
    description="The most that a cluster may spend or use per calendar month. Zero money keeps it "
    "inside the free allowance. Where a provider holds limits in use, that is the use which the limits of the "
    "organization's other clusters leave of the allowance; it is refused where they leave none.",
)
class SpendLimitInput:
    money: MoneyInput | None = strawberry.UNSET
    usage: UsageLimitInput | None = strawberry.UNSET
