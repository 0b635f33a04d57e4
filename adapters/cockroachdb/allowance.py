"""What is left of an organization's free allowance for one cluster.

Since version 2024-09-16 no limit of zero exists, so a cluster that is to cost nothing gets the limits of the allowance
less what the organization's other clusters may use of it. The allowance belongs to the organization (source: the
vendor's pages on planning a Basic cluster and on costs).
"""

from collections.abc import Iterable

from fleet.model.cluster import Cluster
from fleet.model.money import LimitWanted, SpendLimitState, UsageLimit
from fleet.model.refusal import InvalidInput, Path
from fleet.providers.cockroachdb import FREE_ALLOWANCE

OPEN = (
    "{name} is a Basic cluster without a limit and may use all of the organization's free allowance: "
    "limit it first, or give this cluster an amount."
)
NOT_KNOWN = (
    "What {name} may use of the organization's free allowance is not known, nor is then what is left of it: "
    "give this cluster an amount."
)
NOTHING_LEFT = (
    "The limits of {names} hold all of the organization's free allowance: "
    "lower them, or give this cluster an amount."
)


def left_of_allowance(others: Iterable[Cluster], path: Path) -> LimitWanted:
    """Raises `InvalidInput` with a sentence where nothing is left, or nobody can know. `others` are the organization's
    other clusters.
    """
    free = FREE_ALLOWANCE.usage
    assert free.request_units is not None
    assert free.storage_mib is not None
    units, storage = free.request_units, free.storage_mib
    holders: list[str] = []
    for cluster in others:
        if not cluster.is_active or cluster.plan not in FREE_ALLOWANCE.plans:
            continue
        status = cluster.spend_limit
        usage = status.limit.usage if status.limit is not None else None
        if status.state is SpendLimitState.UNLIMITED or (
            usage is not None and None in (usage.request_units, usage.storage_mib)
        ):
            raise InvalidInput(OPEN.format(name=cluster.name), path=path)
        if usage is None or usage.request_units is None or usage.storage_mib is None:
            raise InvalidInput(NOT_KNOWN.format(name=cluster.name), path=path)
        units, storage = units - usage.request_units, storage - usage.storage_mib
        holders.append(cluster.name)
    if units <= 0 or storage <= 0:
        raise InvalidInput(NOTHING_LEFT.format(names=_written(holders)), path=path)
    return LimitWanted(usage=UsageLimit(request_units=units, storage_mib=storage))


def _written(names: list[str]) -> str:
    shown = ", ".join(names[:3])
    return shown if len(names) <= 3 else f"{shown} and {len(names) - 3} more"
