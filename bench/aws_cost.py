"""`python -m bench.aws_cost`: a table of the monthly cost of observing on AWS, by the number of accounts.

Every account is quiet and is observed every five minutes, the default on AWS, day and night. Functions run on arm64,
the default too. What an observation asks for is counted from the code: tests fail where one costs more than stands here
(`tests/functions/test_cost.py`).
Prices are AWS's list prices in us-east-1, on demand, without the free tier, as assumed in November 2026. Queries,
changing clusters, storage and taxes are extra.
"""

import math
from collections.abc import Mapping

SECONDS_PER_MONTH = 30 * 24 * 3600
PLANS_PER_MONTH = SECONDS_PER_MONTH // 60
QUIET_SECONDS = 300
ACCOUNTS = (10, 100, 1_000, 10_000)

CALLS = {"GetItem": 1, "BatchGetItem": 1, "Query": 2, "UpdateItem": 2, "PutItem": 1}
"""The calls of a quiet observation to DynamoDB, at a provider with a known rate limit."""

# The mean of the sandbox's accounts. A row of an account is 1.0 to 1.5 KB, its budget less than 1 KB. A row that moves
# within an index is written twice there.
WRITE_UNITS = {"begin: account, then its budget": 2.7, "end: account, then its place in the due index": 4}
READ_UNITS = {"account, twice": 2, "budget": 1, "open changes": 1, "six clusters": 3.9}
MORE_DUE_SECONDS = 900
"""An account has more due than its clusters about so often, but with every third observation at most."""
MORE_WRITE_UNITS, MORE_READ_UNITS = 2.3, 2.8
"""Of an observation with more due than clusters, beyond the others: more of the budget; what is known of the rest."""
PLAN_UNITS = {"read": 1 + 9 * 0.5 + 0.5, "written": 1}
"""Of a plan: how far the one before came, nine shards of the due index, the webhooks, and how far this one came. A page
of the index has some hundred accounts for one unit."""
PLANNED_FOR_A_READ = 50

ACCOUNTS_PER_MESSAGE = 5
SHARED_WITHIN_SECONDS = 5
"""So many accounts that are due within so many seconds share a message and an invocation."""
WAITING_SECONDS, PROCESSOR_SECONDS = 0.4, 0.15
"""An invocation waits for its providers, for all of its accounts at once; each account takes 45 ms of a whole
processor, of which 512 MB is 0.29. Measured with an emulator and five accounts of the sandbox: 21 ms, without TLS and
on a faster processor."""
FUNCTION_GB = 0.5
LOG_KB = 1.0
"""Of an invocation: a line of metrics, and what Lambda writes."""
QUEUE_REQUESTS = 0.1 + 1 + 1
"""Of a message: sent with nine others, received, deleted."""
IDLE_QUEUE_REQUESTS = 5 * 3 * PLANS_PER_MONTH
"""Five pollers of Lambda ask three times a minute when there is nothing."""
TOKEN_HOURS = 2
"""An instance keeps a token for six hours, and is assumed to live for two. Each has its own."""
STANDARD_READS_PER_SECOND = 40
"""The throughput of SSM that costs nothing. Above it, the higher throughput is needed, which costs by the read."""
METRICS = 4 * 2 * 2 + 8 + 7
"""The metrics: providers, outcomes that occur and two values each; those of alarms and plans; refusals by reason."""
ALARMS = 19

PRICES = {
    "million writes": 0.625,
    "million reads": 0.125,
    "GB second": 0.0000133334,
    "GB second on x86_64": 0.0000166667,
    "million invocations": 0.20,
    "million queue requests": 0.40,
    "GB of logs": 0.50,
    "million decryptions": 3.00,
    "million fast token reads": 5.00,
    "metric": 0.30,
    "alarm": 0.10,
    "secret": 0.40,
}
"""The prices in dollars."""


def write_units(quiet_seconds: int = QUIET_SECONDS) -> float:
    """Of an observation, on average."""
    return sum(WRITE_UNITS.values()) + _more_due(quiet_seconds) * MORE_WRITE_UNITS


def read_units(quiet_seconds: int = QUIET_SECONDS) -> float:
    """Of an observation, on average."""
    return sum(READ_UNITS.values()) + _more_due(quiet_seconds) * MORE_READ_UNITS


def _more_due(quiet_seconds: int) -> float:
    return min(1 / 3, quiet_seconds / MORE_DUE_SECONDS)


def accounts_per_message(accounts: int, quiet_seconds: int = QUIET_SECONDS) -> float:
    return min(ACCOUNTS_PER_MESSAGE, 1 + accounts / quiet_seconds * SHARED_WITHIN_SECONDS)


def invocation_seconds(accounts: int, quiet_seconds: int = QUIET_SECONDS) -> float:
    return WAITING_SECONDS + PROCESSOR_SECONDS * accounts_per_message(accounts, quiet_seconds)


def monthly(
    accounts: int, quiet_seconds: int = QUIET_SECONDS, processor: str = "GB second"
) -> Mapping[str, float]:
    """The cost in dollars, by item."""
    observations = accounts * SECONDS_PER_MONTH // quiet_seconds
    messages = observations / accounts_per_message(accounts, quiet_seconds)
    seconds = invocation_seconds(accounts, quiet_seconds)
    instances = max(2, math.ceil(1.5 * seconds * messages / SECONDS_PER_MONTH))
    token_reads = min(observations, instances * accounts * SECONDS_PER_MONTH / 3600 / TOKEN_HOURS)
    is_fast = token_reads / SECONDS_PER_MONTH > STANDARD_READS_PER_SECOND
    invocations = messages + PLANS_PER_MONTH
    written = observations * write_units(quiet_seconds) + PLANS_PER_MONTH * PLAN_UNITS["written"]
    read = (
        observations * (read_units(quiet_seconds) + 1 / PLANNED_FOR_A_READ)
        + PLANS_PER_MONTH * PLAN_UNITS["read"]
    )
    return {
        "DynamoDB": (written * PRICES["million writes"] + read * PRICES["million reads"]) / 1e6,
        "Lambda": invocations * seconds * FUNCTION_GB * PRICES[processor]
        + invocations / 1e6 * PRICES["million invocations"],
        "SQS": (messages * QUEUE_REQUESTS + IDLE_QUEUE_REQUESTS) / 1e6 * PRICES["million queue requests"],
        "tokens": token_reads
        / 1e6
        * (PRICES["million decryptions"] + is_fast * PRICES["million fast token reads"]),
        "logs": invocations * LOG_KB / 1e6 * PRICES["GB of logs"],
        "fixed": METRICS * PRICES["metric"] + ALARMS * PRICES["alarm"] + PRICES["secret"],
    }


def an_account(accounts: int, quiet_seconds: int = QUIET_SECONDS, processor: str = "GB second") -> float:
    """Dollars a month."""
    return sum(monthly(accounts, quiet_seconds, processor).values()) / accounts


def day() -> str:
    """The usage of one of 1,000 accounts in a day, and what another pace costs."""
    count = 24 * 3600 // QUIET_SECONDS
    messages = count / accounts_per_message(1_000)
    seconds = invocation_seconds(1_000) * FUNCTION_GB
    return (
        f"One of 1,000 accounts takes {count:,} observations a day: {count * write_units():,.0f} units"
        f" written and {count * read_units():,.0f} read,\n"
        f"{count * sum(CALLS.values()):,} requests to DynamoDB, {messages * QUEUE_REQUESTS:,.0f} to SQS, and its part"
        f" of {messages:,.0f} invocations of {seconds:.2f} GB seconds.\n"
        f"Observed every minute (`QuietPace=60`), it costs {an_account(1_000, 60):.2f} dollars a month instead of"
        f" {an_account(1_000):.2f}; on x86_64 {an_account(1_000, 60, 'GB second on x86_64'):.2f}."
    )


def prices() -> str:
    units, each = list(PRICES), [f"{price:.10f}".rstrip("0").rstrip(".") for price in PRICES.values()]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in (units, ["---:"] * len(units), each))


def table() -> str:
    columns = [*monthly(1), "a month", "an account"]
    lines = ["| accounts | " + " | ".join(columns) + " |", "| ---: " * (len(columns) + 1) + "|"]
    for accounts in ACCOUNTS:
        costs = monthly(accounts)
        total = sum(costs.values())
        cells = [f"{cost:,.0f}" for cost in (*costs.values(), total)]
        lines.append(f"| {accounts:,} | " + " | ".join(cells) + f" | {total / accounts:,.2f} |")
    return "\n".join(lines)


if __name__ == "__main__":
    print(table(), prices(), day(), sep="\n\n")
