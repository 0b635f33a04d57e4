"""What `make bench` measures: groups of subjects that are compared, their bars, and whom each comparison favours."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from statistics import median

from bench.performance.bars import Bar, Round, figure, ratio
from bench.performance.rounds import Subject
from bench.performance.subjects.fleet import Size

PAGE = Size(accounts=10, clusters=10, nodes=10)
GROWTH = tuple(Size(accounts=10, clusters=clusters, nodes=0) for clusters in (10, 100, 1000))
"""100, 1,000 and 10,000 clusters."""
GROWING = ("page", "search", "facets", "feed")
FLAT = 1.5
"""Times as much for a hundred times the clusters: what does not grow, on a machine that is not quiet."""
LINEAR = 130.0
"""Times as much for a hundred times the clusters."""


def nothing_is_missing() -> str | None:
    return None


@dataclass(frozen=True, kw_only=True)
class Measure:
    """`fleets` are what is written to tables first; a subject's environment names one of them. `missing` says what this
    machine lacks for it. `beside` runs meanwhile, and yields more of the environment. `plotted` are figures beside each
    other: a title and a unit, and for each name a subject and its figure.
    """

    name: str
    title: str
    subjects: Sequence[Subject]
    bars: Sequence[Bar]
    favours: str
    fleets: Sequence[Size] = ()
    missing: Callable[[], str | None] = nothing_is_missing
    beside: Callable[[], AbstractContextManager[Mapping[str, str]]] = lambda: nullcontext({})
    plotted: Mapping[tuple[str, str], Mapping[str, tuple[str, str]]] = field(default_factory=dict)

    def compared(self, rounds: Sequence[Round]) -> Iterator[tuple[str, str, Mapping[str, float]]]:
        for (title, unit), named in self.plotted.items():
            yield (
                title,
                unit,
                {
                    name: median(float(one[subject][of]) for one in rounds)
                    for name, (subject, of) in named.items()
                },
            )


def _of_table(subject: str, size: Size, name: str | None = None) -> Subject:
    module = f"bench.performance.subjects.{subject}"
    return Subject(name=name or subject, module=module, environment={"TABLE_NAME": size.table})


def _growth() -> Sequence[Bar]:
    few, many = (f"growth {size.accounts * size.clusters:,}" for size in (GROWTH[0], GROWTH[-1]))
    grown = [
        Bar(
            name=f"{name}: {what}, 10,000 clusters beside 100",
            most=FLAT if name in ("page", "feed") else LINEAR,
            of=ratio(many, few, f"{name} {what}"),
        )
        for name in GROWING
        for what in ("requests", "units", "cpu")
    ]
    cold = [
        Bar(name=f"{name}: CPU, cold, 10,000 clusters", most=1.0, of=figure(many, f"{name} cpu"), unit="s")
        for name in ("search", "facets")
    ]
    return [*grown, *cold]


PAGE_REQUESTS = """an account takes two: its clusters are read from an index in their order, its nodes from the table.
To read both at once they would have to lie side by side, and every row of version 0.1 would have to move"""

MEASURES: Sequence[Measure] = (
    Measure(
        name="page",
        title="A page of 100 clusters over 10 accounts, with their nodes, limits, freshness and integrations",
        fleets=[PAGE],
        subjects=[_of_table("page", PAGE), Subject(name="plain_strawberry")],
        bars=[
            Bar(
                name="requests to DynamoDB, cold",
                most=14,
                of=figure("page", "cold requests"),
                unit="",
                reason=" ".join(PAGE_REQUESTS.split()),
            ),
            Bar(
                name="requests to DynamoDB, warm and unchanged",
                most=3,
                of=figure("page", "warm requests"),
                unit="",
            ),
            Bar(
                name="CPU beside plain Strawberry, cold",
                most=1.2,
                of=ratio("page", "plain_strawberry", "cold"),
            ),
            Bar(
                name="CPU beside plain Strawberry, warm and unchanged",
                most=0.3,
                of=ratio("page", "plain_strawberry", "warm"),
            ),
        ],
        favours="Plain Strawberry has the same data in memory as ready objects: no store, no accounts, no limits, no "
        "freshness to compute. Both are asked without a server and a socket. Cold is the first request of a process, "
        "warm the median of the next seven. This favours plain Strawberry, the more so when cold.",
        plotted={
            ("CPU of the page", "seconds"): {
                "ours, cold": ("page", "cold"),
                "ours, unchanged": ("page", "warm"),
                "plain, first": ("plain_strawberry", "cold"),
                "plain, again": ("plain_strawberry", "warm"),
            }
        },
    ),
    Measure(
        name="small",
        title="Queries that need no table",
        subjects=[Subject(name="small"), Subject(name="graphql_core")],
        bars=[
            Bar(
                name="`{ __typename }`: CPU beside graphql-core on a parsed document",
                most=2.5,
                of=ratio("small", "graphql_core", "typename"),
            ),
            Bar(
                name="`{ providers { name } }`: CPU beside graphql-core on a parsed document",
                most=2.5,
                of=ratio("small", "graphql_core", "small"),
            ),
        ],
        favours="graphql-core gets a document that is parsed and validated, and returns what is in a dict. Of ours the "
        "text is looked up, its cost is computed and taken from the caller's credits, and a document that was asked "
        "before is not validated again: that is what is compared. HTTP and the write that counts the credits are left "
        "out on our side. A document that nobody asked before costs what graphql-core takes to validate it, and more.",
    ),
    Measure(
        name="growth",
        title="From 100 to 10,000 clusters in 10 accounts",
        fleets=GROWTH,
        subjects=[_of_table("growth", size, f"growth {size.accounts * size.clusters:,}") for size in GROWTH],
        bars=_growth(),
        favours="It is compared with itself. Requests and units are of the first time in a process.",
    ),
)
