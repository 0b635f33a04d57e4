"""Money, and what a cluster may spend."""

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


@strawberry.type(description="A ceiling in use. Null where that use is not limited.")
class UsageLimit:
    request_units: BigInt | None = field("The provider's own measure of work done.")
    storage_mib: BigInt | None = field("In MiB, 2^20 bytes.", name="storageMiB")
    provisioned_vcpus: BigInt | None


@strawberry.type(
    description="The most that a cluster may spend or use per period: money, use, or both. `basis` says which of the "
    "two the provider holds. The other one, when given, is our conversion by the rates of the provider's own Terraform "
    "provider: exact as arithmetic, approximate as a promise."
)
class SpendLimit:
    money: Money | None
    usage: UsageLimit | None
    basis: SpendLimitBasis
    period: SpendPeriod
    enforcement: SpendEnforcement = field("What the provider does when the limit is reached.")


@strawberry.type(description="Whether a cluster has a limit, and why we cannot say where we cannot.")
class SpendLimitStatus:
    state: SpendLimitState
    limit: SpendLimit | None = field("Given exactly when LIMITED.")
    reason: str | None = field("A sentence, when UNSUPPORTED or UNKNOWN.")


@strawberry.type(description="What a cluster is expected to cost per period, as the provider puts it.")
class CostEstimate:
    minimum: Money
    maximum: Money
    period: SpendPeriod


@strawberry.input(description="An exact amount: 1250 minor units of USD are 12.50 dollars.")
class MoneyInput:
    minor_units: BigInt = field("In the smallest unit of the currency, e.g. cents.")
    currency: CurrencyCode


@strawberry.input(description="A ceiling in use. What is left out is not limited.")
class UsageLimitInput:
    request_units: BigInt | None = option("The provider's own measure of work done.")
    storage_mib: BigInt | None = option("In MiB, 2^20 bytes.", name="storageMiB")
    provisioned_vcpus: BigInt | None = strawberry.UNSET


@strawberry.input(
    one_of=True,
    description="The most that a cluster may spend or use per calendar month. Zero money keeps it inside its free "
    "allowance.",
)
class SpendLimitInput:
    money: MoneyInput | None = strawberry.UNSET
    usage: UsageLimitInput | None = strawberry.UNSET
