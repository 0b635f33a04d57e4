"""What a person reads while the first observation goes on."""

import pytest

from local.progress import say_observed


class Observing:
    """A clock, each of whose sleeps is long enough for the next accounts to be observed."""

    def __init__(self, not_yet_observed: set[str], *batches: set[str]) -> None:
        self._left, self._batches = not_yet_observed, list(batches)

    async def sleep(self, seconds: float) -> None:
        self._left -= self._batches.pop(0)


async def test_each_step_is_said_once_and_the_last_ends_it(capsys: pytest.CaptureFixture[str]) -> None:
    accounts = {"a", "b", "c"}
    await say_observed(accounts, Observing(accounts, {"a"}, set(), {"b", "c"}))
    first, *steps = capsys.readouterr().out.strip().splitlines()
    assert "3 accounts" in first
    assert [line.partition(": ")[2] for line in steps] == [
        "1 of 3 accounts are done.",
        "3 of 3 accounts are done.",
    ]
