"""How much of the clusters' limits the free allowances of organizations cover. Each allowance is counted once."""

from collections import Counter
from collections.abc import Iterable, Mapping

from fleet.model.account import TrackedAccount


def covered(accounts: Iterable[TrackedAccount]) -> Mapping[str, int]:
    """In minor units by currency. Two accounts of one organization share its allowance: the larger part counts."""
    parts: dict[tuple[tuple[str, str, str], str], int] = {}
    for tracked in accounts:
        for currency, units in tracked.state.summary.free_allowance.items():
            key = (tracked.account.organization, currency)
            parts[key] = max(units, parts.get(key, 0))
    sums: Counter[str] = Counter()
    for (_, currency), units in parts.items():
        sums[currency] += units
    return dict(sorted(sums.items()))
