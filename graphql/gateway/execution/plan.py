"""A query compiled to functions: what the stock executor finds out anew for every object is found out once.

A plan answers what is usual. Where anything is not (an error, a null in the place of a value, a directive of which it
knows nothing), it raises `Unusual`, and the whole query is executed by graphql-core's own executor. A query changes
nothing, so it can be executed twice; mutations are never compiled. So errors, and how far they make the answer null,
are the stock executor's alone. `tests/gateway/execution` compares the two over generated queries.

Resolvers are called as Strawberry calls them. Of what they may be given, `Info` has the context alone. `compiler` makes
plans, of the functions of `completion`.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from types import CoroutineType
from typing import Any, NamedTuple

from graphql.execution.values import VariableValues

from gateway.context import Context


class Unusual(Exception):
    """The stock executor has to answer."""


class Info:
    """What resolvers of queries get in place of Strawberry's own: `context`, and nothing else."""

    __slots__ = ("context",)

    def __init__(self, context: Context) -> None:
        self.context = context


class Waiting(NamedTuple):
    """A field whose resolver did not answer at once: where its value goes, and how it becomes one."""

    value: "Awaitable[Any]"
    complete: "Complete"
    into: dict[str, Any]
    key: str


class Run:
    """One execution. `arguments` are converted at their first use: they are the same for every object. `latest` has,
    for each place in the document, the latest object there and its JSON: neighbours often share one, such as a
    freshness. `is_again`: the document has been asked before.
    """

    __slots__ = ("arguments", "info", "is_again", "latest", "variables", "waiting")

    def __init__(self, context: Context, variables: VariableValues, *, is_again: bool) -> None:
        self.is_again = is_again
        self.info = Info(context)
        self.variables = variables
        self.waiting: list[Waiting] = []
        self.arguments: dict[int, Mapping[str, Any]] = {}
        self.latest: dict[int, tuple[Any, Any]] = {}

    def give_up(self) -> None:
        """Closes what will not be awaited, so that nothing is left to complain."""
        for one in self.waiting:
            if isinstance(one.value, CoroutineType):
                one.value.close()
            elif isinstance(one.value, asyncio.Future):
                one.value.cancel()


Complete = Callable[[Any, Run], Any]
"""A value as JSON."""


class Plan:
    """Of one operation, with given values of the variables that directives use. `lasting_fields` are the fields of its
    root, if the JSON of each is the same for the same value; else null.
    """

    def __init__(self, root: Complete, lasting_fields: int | None) -> None:
        self._root = root
        self.lasting_fields = lasting_fields
        self._is_again = False

    async def run(self, context: Context, variables: VariableValues) -> dict[str, Any]:
        """The data of the answer. Raises `Unusual`."""
        run = Run(context, variables, is_again=self._is_again)
        self._is_again = True
        try:
            data: dict[str, Any] = self._root(None, run)
            while run.waiting:
                waiting, run.waiting = run.waiting, []
                for one, value in zip(waiting, await _values(waiting), strict=True):
                    one.into[one.key] = one.complete(value, run)
        except Exception as error:
            run.give_up()
            raise Unusual from error
        return data


async def _values(waiting: Sequence[Waiting]) -> Sequence[Any]:
    """All of them together, so that what they load is loaded at once. Every one has ended when this raises."""
    if len(waiting) == 1:
        return [await waiting[0].value]
    values = await asyncio.gather(*(one.value for one in waiting), return_exceptions=True)
    for value in values:
        if isinstance(value, BaseException):
            raise value
    return values
