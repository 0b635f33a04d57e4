"""`python -m bench.aws_cost`: a table of the monthly cost of observing on AWS, by the number of accounts.

Every account is quiet and is observed every five minutes, the default on AWS, day and night. The calls of one
observation are counted from the code (a test checks them). Prices are AWS's list prices in us-east-1, on demand,
without the free tier, as assumed in November 2026. Queries, changing clusters and taxes are extra.
"""

from collections.abc import Mapping

PLANS_PER_MONTH = 60 * 24 * 30
QUIET_SECONDS = 300
OBSERVATIONS_PER_MONTH = PLANS_PER_MONTH * 60 // QUIET_SECONDS
ACCOUNTS = (10, 100, 1_000, 10_000)

CALLS = {"GetItem": 1, "BatchGetItem": 1, "Query": 2, "UpdateItem": 2, "PutItem": 1}
"""The calls of a quiet observation to DynamoDB, at a provider with a known rate limit."""

# Rows of an account take 1 to 2 KB, its budget less than 1 KB; a row that moves within an index counts
# twice there.
WRITE_UNITS = {
    "claim: account and its place in the due index": 2 + 2,
    "begin: account, then its budget": 2 + 1,
    "end: account, listing index, its place in the due index": 2 + 2 + 2,
}
READ_UNITS = {
    "account, twice": 2,
    "budget": 1,
    "open changes": 1,
    "due index and its account": 1.5,
    "a dozen clusters": 5,
}

OBSERVATION_SECONDS = 0.5
"""The seconds of an observation, mostly waiting for the provider. It is not counted that observations share
invocations.
"""
FUNCTION_GB = 0.5
LOG_KB = 2.0
QUEUE_REQUESTS = 0.1 + 1 + 1
TOKEN_READS = 1.0
"""The reads of a token for an observation, each with a decryption. An instance keeps a token for ten minutes, but
another instance can make the next observation.
"""
STANDARD_READS_PER_SECOND = 40
"""The throughput of SSM that costs nothing. Above it, the higher throughput is needed, which costs by the read."""
METRICS = 4 * 2 * 2 + 7 + 7
"""The metrics: providers, outcomes that occur and two values each; those of alarms and plans; refusals by reason."""
ALARMS = 18

PRICES = {
    "million writes": 0.625,
    "million reads": 0.125,
    "GB second": 0.0000166667,
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


def monthly(accounts: int) -> Mapping[str, float]:
    """The cost in dollars, by item."""
    observations = accounts * OBSERVATIONS_PER_MONTH
    millions = observations / 1e6
    plans = PLANS_PER_MONTH
    token_reads = millions * TOKEN_READS
    is_fast = accounts * TOKEN_READS / QUIET_SECONDS > STANDARD_READS_PER_SECOND
    invocations = observations + plans
    return {
        "DynamoDB": millions
        * (
            sum(WRITE_UNITS.values()) * PRICES["million writes"]
            + sum(READ_UNITS.values()) * PRICES["million reads"]
        ),
        "Lambda": invocations * OBSERVATION_SECONDS * FUNCTION_GB * PRICES["GB second"]
        + invocations / 1e6 * PRICES["million invocations"],
        "SQS": millions * QUEUE_REQUESTS * PRICES["million queue requests"],
        "tokens": token_reads
        * (PRICES["million decryptions"] + is_fast * PRICES["million fast token reads"]),
        "logs": invocations * LOG_KB / 1e6 * PRICES["GB of logs"],
        "fixed": METRICS * PRICES["metric"] + ALARMS * PRICES["alarm"] + PRICES["secret"],
    }


def day() -> str:
    """The usage of one account in a day."""
    count = OBSERVATIONS_PER_MONTH // 30
    return (
        f"An account takes {count:,} observations a day: {count * sum(WRITE_UNITS.values()):,.0f} units written and"
        f" {count * sum(READ_UNITS.values()):,.0f} read,\n"
        f"{count * sum(CALLS.values()):,} requests to DynamoDB, {count * QUEUE_REQUESTS:,.0f} to SQS, and"
        f" {count:,} invocations of {OBSERVATION_SECONDS * FUNCTION_GB} GB seconds at the most."
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
