"""`make simulate`: what a fleet costs its provider and how old its data gets, in virtual time, as a table."""

import logging
from functools import partial

from fleet.providers import PROVIDERS
from tests.simulation.fleet import Report, Scenario, simulate
from tests.simulation.virtual import run

SCENARIOS = (
    Scenario(accounts=1, hours=1),
    Scenario(accounts=20, hours=1),
    Scenario(accounts=20, hours=1, quiet_seconds=300),
    Scenario(accounts=200, hours=0.5, quiet_seconds=300),
    Scenario(accounts=20, hours=1, per_token=20, pages=2),
    Scenario(accounts=5, hours=1, others=500, pages=5),
    Scenario(accounts=20, hours=1, lag_seconds=0.7, doubled=0.2, late=0.2, skew_seconds=2),
)
COLUMNS = (
    "accounts",
    "on a token",
    "requests a list",
    "quiet pace",
    "others an hour",
    "most in a window",
    "of the limit",
    "p50 age",
    "p99 age",
    "p50 to our row",
    "writes an observation",
)


def cells(scenario: Scenario, report: Report) -> list[str]:
    rate = PROVIDERS[scenario.provider].rate_limit
    assert rate.requests is not None
    most = report.most_in_a_window(rate.window_seconds)
    return [
        f"{scenario.accounts:,}",
        str(scenario.per_token),
        str(scenario.pages),
        f"{scenario.quiet_seconds} s",
        str(scenario.others),
        str(most),
        f"{most / rate.requests:.0%}",
        f"{part(report.ages, 0.5):.0f} s",
        f"{part(report.ages, 0.99):.0f} s",
        f"{part(report.reaction, 0.5):.0f} s",
        f"{report.writes / max(1, sum(report.observations.values())):.1f}",
    ]


def part(values: list[float], share: float) -> float:
    ordered = sorted(values)
    return ordered[int((len(ordered) - 1) * share)] if ordered else 0.0


def table() -> str:
    lines = [" | ".join(COLUMNS), " | ".join(["---:"] * len(COLUMNS))]
    lines += [" | ".join(cells(one, run(partial(simulate, one)))) for one in SCENARIOS]
    return "\n".join(f"| {line} |" for line in lines)


if __name__ == "__main__":
    logging.disable(logging.CRITICAL)
    print(table())  # noqa: T201
