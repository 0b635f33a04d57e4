"""`make status`: says whether a deployment works. The exit code is 1 if something does not."""

import asyncio
import sys
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta

from fleet.model.account import Collection, TrackedAccount
from fleet.ports.clock import SystemClock
from infra.dynamodb.table import DynamoTable, open_client
from infra.stack import Alarm, AwsUnavailable, Stack, StackUnavailable, alarms, asking, find_stack, waiting
from infra.store.store import TableStore
from local.region import settle_region

LATE = timedelta(minutes=2)
"""How long an account can be overdue, whatever its pace is. See the objectives in docs/operate.md."""

PAGE = 100
NAMED = 5
"""The most accounts that are named. Others are counted."""


def sentences(
    stack: Stack, accounts: Sequence[TrackedAccount], alarmed: Sequence[Alarm], queued: int, now: datetime
) -> Iterator[tuple[bool, str]]:
    """The facts: whether each is fine, and a sentence."""
    is_settled = stack.state.endswith("_COMPLETE") and "ROLLBACK" not in stack.state
    version = stack.outputs.get("Version", "unknown")
    yield (
        is_settled,
        f"Version {version} was deployed at {stack.changed_at:%Y-%m-%d %H:%M} UTC; the stack is {stack.state}.",
    )
    if not accounts:
        yield False, "No account is connected: `make connect` connects those of accounts.toml."
        return
    refused = [one for one in accounts if one.state.is_token_accepted is False]
    observations = {one.account.id: one.state.of(Collection.CLUSTERS).observed_at for one in accounts}
    never = [one for one in accounts if observations[one.account.id] is None and one not in refused]
    ages = [now - at for at in observations.values() if at is not None]
    known = [one for one in accounts if one not in refused and one not in never]
    failing = [one for one in known if one.state.of(Collection.CLUSTERS).failure is not None]
    late = [one for one in known if one.due_at and now - one.due_at > LATE and one not in failing]
    oldest = f"; the oldest data is {_age(max(ages))} old" if ages else ""
    yield not (refused or never or failing or late), f"{_count(len(accounts), 'account')} connected{oldest}."
    for listed, what in (
        (refused, "must get a new token, which its provider refuses"),
        (never, "was never observed"),
        (failing, "could not be observed the last time"),
        (late, f"should have been observed more than {_age(LATE)} ago"),
    ):
        for one in listed[:NAMED]:
            failure = one.state.of(Collection.CLUSTERS).failure
            why = "" if failure is None else f": {failure.message}"
            yield False, f"{one.account.provider} account {one.account.name!r} {what}{why}"
        if len(listed) > NAMED:
            yield False, f"... and {len(listed) - NAMED} more."
    yield True, f"{_count(queued, 'message')} in the queue."
    loud = [one for one in alarmed if one.state == "ALARM"]
    yield not loud, f"{len(loud)} of {_count(len(alarmed), 'alarm')} ringing."
    for alarm in loud:
        yield False, f"{alarm.name}: {alarm.description}"


def _age(span: timedelta) -> str:
    seconds = int(span.total_seconds())
    if seconds < 120:
        return f"{seconds} seconds"
    return f"{seconds // 60} minutes" if seconds < 7200 else f"{seconds // 3600} hours"


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


async def read_accounts(table: str) -> list[TrackedAccount]:
    clock = SystemClock()
    rows = DynamoTable(open_client(), table, clock)
    store, found = TableStore(rows, clock), list[TrackedAccount]()
    try:
        after: tuple[str, str] | None = None
        while page := await store.accounts(after=after, limit=PAGE):
            found += page
            after = page[-1].account.order
            if len(page) < PAGE:
                break
    finally:
        rows.close()
    return found


def main(name: str) -> int:
    settle_region()
    try:
        stack = find_stack(name)
        if stack is None:
            raise StackUnavailable(f"There is no stack {name} in this region; AWS_REGION names another.")
        if "TableName" not in stack.outputs:
            raise StackUnavailable(f"{name} is {stack.state}, and nothing works yet.")
        with asking():
            accounts = asyncio.run(read_accounts(stack.outputs["TableName"]))
        queued = waiting(stack.outputs["ObservationsUrl"])
        said = list(sentences(stack, accounts, alarms(name), queued, datetime.now(UTC)))
    except AwsUnavailable as error:
        print(f"fleetgraph: {error}", file=sys.stderr)
        return 2
    for is_well, sentence in said:
        print(f"{'  ' if is_well else '! '}{sentence}")
    is_well = all(one for one, _ in said)
    print(
        "It works."
        if is_well
        else "Something is not as it should be: docs/operate.md has a runbook for each alarm."
    )
    return 0 if is_well else 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
