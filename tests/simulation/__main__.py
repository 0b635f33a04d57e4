"""`make simulate`: what a fleet costs its provider and how old its data gets, in virtual time, as a table; then HOURS
(four) of the sandbox's own fleet, which fail where an account is not current. With fewer HOURS, the table ends before
its largest fleet, which takes minutes.
"""

import logging
import os
import sys
from concurrent.futures import ProcessPoolExecutor
from functools import partial

from fleet.providers import PROVIDERS
from tests.simulation.demo import Findings, demo
from tests.simulation.fleet import Report, Scenario, simulate
from tests.simulation.virtual import run

SCENARIOS = (
    Scenario(accounts=1, hours=1),
    Scenario(accounts=20, hours=1),
    Scenario(accounts=20, hours=1, quiet_seconds=300),
    Scenario(accounts=1_000, hours=0.5, quiet_seconds=300),
    Scenario(accounts=20, hours=1, per_token=20, pages=2),
    Scenario(accounts=5, hours=1, others=500, pages=5),
    Scenario(accounts=200, hours=0.5, lag_seconds=0.7, doubled=0.2, late=0.2, skew_seconds=2),
)
LARGEST = Scenario(accounts=10_000, hours=0.5, quiet_seconds=300)
WHOLE_HOURS = 4.0
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
    "units written an observation",
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


def line(scenario: Scenario) -> str:
    logging.disable(logging.CRITICAL)
    return " | ".join(cells(scenario, run(partial(simulate, scenario))))


def hours_of_the_demo(hours: float) -> Findings:
    logging.disable(logging.CRITICAL)
    return run(partial(demo, hours))


def main() -> int:
    hours = float(os.environ.get("HOURS") or WHOLE_HOURS)
    scenarios = [*SCENARIOS, LARGEST] if hours >= WHOLE_HOURS else SCENARIOS
    with ProcessPoolExecutor(max_workers=os.cpu_count()) as processes:
        four_hours = processes.submit(hours_of_the_demo, hours)
        lines = [" | ".join(COLUMNS), " | ".join(["---:"] * len(COLUMNS)), *processes.map(line, scenarios)]
        print("\n".join(f"| {one} |" for one in lines), flush=True)  # noqa: T201
        findings = four_hours.result()
    oldest = ", ".join(f"{provider} {max(ages)} s" for provider, ages in findings.ages.items())
    faults = findings.faults()
    print(  # noqa: T201
        f"\nThe sandbox for {hours:g} hours at each provider's limit: {sum(findings.requests.values()):,} requests,"
        f" the oldest data: {oldest}. {'; '.join(faults) or 'No account was ever blind.'}"
    )
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
