"""Requests for spend limits, in the three generations of CockroachDB Cloud's API.

until 2022-03-31   `spendLimit`, in US cents; zero keeps a cluster inside its free allowance
until 2023-04-10   `spend_limit`, the same; in the last of these versions `usage_limits` of both kinds beside it
since 2024-09-16   `usage_limits`, each a 64-bit integer in a string, zero refused: Basic clusters are limited by
                   request units and storage, Standard ones by vCPUs
"""

from collections.abc import Mapping

from adapters.cockroachdb.spend import buy
from adapters.cockroachdb.versions import BOTH_LIMITS, OLDEST, USAGE_LIMITS
from fleet.model.money import LimitWanted, Money, UsageLimit
from fleet.model.refusal import InvalidInput, Path, Unsupported

Json = Mapping[str, object]

LIMITS_OF_BASIC: Mapping[str, str] = {
    "request_units": "request_unit_limit",
    "storage_mib": "storage_mib_limit",
}
LIMITS_OF_STANDARD: Mapping[str, str] = {"provisioned_vcpus": "provisioned_virtual_cpus"}

MONEY_FOR_STANDARD = (
    "A Standard cluster is limited by its vCPUs: send a limit of use, in provisioned vCPUs, instead."
)
USE_FOR_STANDARD = "A Standard cluster is limited by its vCPUs alone: send provisioned vCPUs instead."
USE_FOR_BASIC = "A Basic cluster has no vCPUs to limit: send request units and storage, or money, instead."
NOT_DOLLARS = "CockroachDB Cloud counts in US dollars: send an amount in USD instead."
TOO_MUCH = "CockroachDB Cloud cannot hold a limit as high as this; to have none, clear it."

_MOST_CENTS = 2**31 - 1
_MOST_USE = 2**63 - 1


def to_limit(limit: LimitWanted, plan: str, version: str, path: Path) -> Json:
    """The members of the request: in `serverless` or, in the oldest version, in a separate request.

    Raises `InvalidInput` if a cluster of this plan cannot have the limit. `path` is the path of the limit in the input.
    """
    if version >= USAGE_LIMITS:
        return {"usage_limits": _to_usage_limits(limit, plan, path)}
    if limit.money is not None:
        name = "spendLimit" if version == OLDEST else "spend_limit"
        return {name: _to_cents(limit.money, _MOST_CENTS, path)}
    if version < BOTH_LIMITS:
        raise InvalidInput(
            f"Version {version} of CockroachDB Cloud's API limits money, not use: send an amount in US cents "
            f"instead.",
            path=(*path, "usage"),
        )
    return {"usage_limits": _to_both_limits(limit, version, path)}


def _to_usage_limits(limit: LimitWanted, plan: str, path: Path) -> Json:
    if plan not in ("BASIC", "STANDARD"):
        raise Unsupported(
            f"How clusters of the plan {plan or 'that is not shown'} are limited is not known.", path=path
        )
    if limit.usage is not None:
        names, sentence = (
            (LIMITS_OF_BASIC, USE_FOR_BASIC) if plan == "BASIC" else (LIMITS_OF_STANDARD, USE_FOR_STANDARD)
        )
        return _written(limit.usage, names, sentence, (*path, "usage"))
    assert limit.money is not None
    if plan == "STANDARD":
        raise InvalidInput(MONEY_FOR_STANDARD, path=(*path, "money"))
    usage = buy(_to_cents(limit.money, _MOST_USE, path))
    assert usage is not None, "zero was worked out before"
    return _written(usage, LIMITS_OF_BASIC, USE_FOR_BASIC, (*path, "money"))


def _to_both_limits(limit: LimitWanted, version: str, path: Path) -> Json:
    assert limit.usage is not None
    written = _written(limit.usage, LIMITS_OF_BASIC, USE_FOR_BASIC, (*path, "usage"))
    if written.keys() != set(LIMITS_OF_BASIC.values()):
        raise InvalidInput(
            f"Version {version} of CockroachDB Cloud's API takes request units and storage together: send both.",
            path=(*path, "usage"),
        )
    return written


def _written(usage: UsageLimit, names: Mapping[str, str], otherwise: str, path: Path) -> Json:
    """Usage limits in the provider's format. `otherwise` is the message for a limit that this plan does not have."""
    written: dict[str, str] = {}
    for name, value in usage:
        if value is None:
            continue
        if name not in names:
            raise InvalidInput(otherwise, path=(*path, name))
        if value > _MOST_USE:
            raise InvalidInput(TOO_MUCH, path=path)
        written[names[name]] = str(value)
    return written


def _to_cents(money: Money, most: int, path: Path) -> int:
    if money.currency != "USD":
        raise InvalidInput(NOT_DOLLARS, path=(*path, "money", "currency"))
    if money.minor_units > most:
        raise InvalidInput(TOO_MUCH, path=(*path, "money"))
    return money.minor_units
