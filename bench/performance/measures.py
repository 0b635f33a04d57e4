"""What `make bench` measures: groups of subjects that are compared, their bars, and whom each comparison favours."""

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

from bench.performance.bars import Bar, Round, figure, ratio
from bench.performance.gateways import servers
from bench.performance.gateways.beside import four_apis
from bench.performance.rounds import ROOT, Subject
from bench.performance.subjects.fleet import Size
from local.deployment import deployed

RUNTIME = os.environ.get("RUNTIME", "")
"""A Python as Lambda has it."""
ARTEFACT = ROOT / ".bench" / "api"
CORE = ROOT / ".bench" / "core"
"""graphql-core alone, compiled as the artefact's packages are."""

PAGE = Size(accounts=10, clusters=10, nodes=10)
GROWTH = tuple(Size(accounts=10, clusters=clusters, nodes=0) for clusters in (10, 100, 1000))
"""100, 1,000 and 10,000 clusters."""
GROWING = ("page", "search", "facets", "feed")
FLAT = 1.5
"""Times as much for a hundred times the clusters: what does not grow, on a machine that is not quiet."""
LINEAR = 130.0
"""Times as much for a hundred times the clusters."""


def _runtime() -> str | None:
    return None if RUNTIME else "this machine has no Python 3.13, as Lambda has it"


@contextmanager
def _deployed() -> Iterator[Mapping[str, str]]:
    """What the function reads at its start: a table, a queue and the admin key, in an emulator, as Lambda has them."""
    with deployed() as environment:
        yield {
            **environment,
            "AWS_LAMBDA_FUNCTION_NAME": "api",
            "AWS_LAMBDA_RUNTIME_API": "127.0.0.1:1",
            "EVENT": str(ROOT / "local" / "events" / "api.json"),
            "SDL": str(ROOT / "graphql" / "schema.graphql"),
            "PYTHONDONTWRITEBYTECODE": "1",
        }


def _cold(
    program: str, python: Path | str, path: str, *, name: str = "", document: str = "{ __typename }"
) -> Subject:
    """Without the folder of the program on its path, and without this user's packages."""
    file = ROOT / "bench" / "performance" / "subjects" / f"{program}.py"
    return Subject(
        name=name or program,
        command=[str(python), "-P", "-s", str(file)],
        environment={"PYTHONPATH": path, "DOCUMENT": document},
    )


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


A_PAGE = "{ clusters { nodes { name status { phase } account { name } details { consoleUrl } } } }"
A_CHANGE = 'mutation { cancelOperation(id: "none") { userErrors { message } } }'
"""What the first answer has to make more of the schema for."""


def _reading(server: str, at_once: str = "1 16") -> Subject:
    module = "bench.performance.subjects.fleet_query"
    return Subject(name=server, module=module, environment={"SERVER": server, "AT_ONCE": at_once})


def _beside(peer: str, called: str, most: float, reasons: Mapping[str, str]) -> Iterator[Bar]:
    """`reasons` are by figure."""
    for at_once in (1, 16):
        for figure_, word in (("a second", "times a second"), ("p50", "p50"), ("p99", "p99"), ("cpu", "CPU")):
            of = f"{figure_} at {at_once}"
            pair = (peer, "ours") if figure_ == "a second" else ("ours", peer)
            beside = "theirs beside ours" if figure_ == "a second" else "ours beside theirs"
            yield Bar(
                name=f"{called}, {at_once} at once: {word}, {beside}",
                most=most,
                of=ratio(*pair, of),
                reason=reasons.get(figure_),
            )
    yield Bar(
        name=f"{called}: memory, ours beside theirs",
        most=most,
        of=ratio("ours", peer, "memory"),
        reason=reasons.get("memory"),
    )


ALIKE = """\
Ours reads the fleet with one request, four pages of 250 clusters, which is the most that a page has; a gateway with
one, for which it asks four lists. The four APIs are one small server that has its answers ready, 250 clusters each
as the sandbox shows them: the sandbox itself makes every answer anew and keeps the limits, of CockroachDB Cloud 10
requests a second. Real ones take tenths of a second and fail at times, which a gateway waits for at every request
and ours at none: that they answer at once favours the gateways, and that Qovery's list of states is left out for
them does. Ours answers what was observed last, in one vocabulary. It counts credits, and looks whether an account
has changed, in SQLite; if none has, it answers again what it answered before. Here none does, which favours ours: the
first answer after an observation that changed a cluster takes five times the CPU. Each is
one process, and is asked over connections that stay open by one process that does nothing else."""
ALIKE = " ".join(ALIKE.split())

FEW = "these are 2 of 200 readings, which whatever else the machine does may delay"
CACHED_REASONS: Mapping[str, str] = dict.fromkeys(
    ("a second", "p50", "p99", "cpu"),
    "within a tenth of it: the gateway sends what it has, and looks at nothing for an hour; ours counts credits, and "
    "looks whether an account has changed",
) | {"p99": FEW}

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
                reason="within a tenth of it: a quarter of ours are the 6 requests through botocore, and a seventh are "
                "the validators of what not every answer reads, which a process makes once",
            ),
            Bar(
                name="CPU beside plain Strawberry, warm and unchanged",
                most=0.3,
                of=ratio("page", "plain_strawberry", "warm"),
                reason="within a tenth of it: a fifth are the 3 requests through botocore",
            ),
        ],
        favours="Plain Strawberry has the same data in memory as ready objects: no store, no accounts, no limits, no "
        "freshness to compute. Both are asked without a server and a socket. Cold is the first request after the "
        "imports and, of ours, after what a function makes while it starts, which counts in the cold start below; warm "
        "is the median of the next seven. Another process has asked since the accounts changed: the "
        "first that does takes 28 requests. Plain Strawberry is favoured, the more so when cold.",
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
        name="cold",
        title="A cold start, from nothing to the first answer",
        missing=_runtime,
        beside=_deployed,
        subjects=[
            _cold("cold_ours", RUNTIME, str(ARTEFACT)),
            _cold("cold_ours", RUNTIME, str(ARTEFACT), name="cold_page", document=A_PAGE),
            _cold("cold_ours", RUNTIME, str(ARTEFACT), name="cold_change", document=A_CHANGE),
            _cold(
                "cold_plain",
                ROOT / ".venv-bench" / "bin" / "python",
                os.pathsep.join([str(ROOT), str(ROOT / "graphql")]),
            ),
            _cold("cold_core", RUNTIME, str(CORE)),
        ],
        bars=[
            Bar(
                name="CPU beside the same schema on FastAPI",
                most=0.35,
                of=ratio("cold_ours", "cold_plain", "cpu"),
                reason="a third of ours are packages that both import: Strawberry, pydantic, graphql-core, Starlette "
                "and botocore; a quarter are the types of queries. SnapStart (a parameter of the template) takes it "
                "all off a start",
            ),
            Bar(
                name="CPU beside graphql-core alone with the same SDL",
                most=1.8,
                of=ratio("cold_ours", "cold_core", "cpu"),
                reason="what has no counterpart there, of ours: the types of queries as classes of Strawberry 23 %, "
                "the records of the domain 13 %, Strawberry and pydantic 10 %, botocore with urllib3 and email 8 %, "
                "asyncio, Starlette and Powertools 5 %",
            ),
        ],
        favours="Ours is the built artefact on the runtime's own Python; it checks the admin key in Secrets Manager "
        "and counts the credits in DynamoDB, both in an emulator, before it answers `{ __typename }`. FastAPI answers "
        "the same schema and checks and reads nothing; its packages are whole and compiled. graphql-core "
        "reads the SDL and answers from nothing. Both comparisons favour the peers. What an answer does not need is "
        "made with the first that does: the plot has a first answer with the details of clusters and a first mutation.",
        plotted={
            ("CPU of a cold start", "seconds"): {
                "ours": ("cold_ours", "cpu"),
                "ours, first a page with details": ("cold_page", "cpu"),
                "ours, first a change": ("cold_change", "cpu"),
                "plain FastAPI": ("cold_plain", "cpu"),
                "graphql-core alone": ("cold_core", "cpu"),
            }
        },
    ),
    Measure(
        name="growth",
        title="From 100 to 10,000 clusters in 10 accounts",
        fleets=GROWTH,
        subjects=[_of_table("growth", size, f"growth {size.accounts * size.clusters:,}") for size in GROWTH],
        bars=_growth(),
        favours="It is compared with itself. Requests and units are of the first time in a process, after another has "
        "asked the same.",
    ),
    Measure(
        name="gateways",
        title="The whole fleet, 4 providers with 250 clusters each, beside Hive Gateway",
        missing=servers.missing_for_hive,
        beside=four_apis,
        subjects=[_reading("ours"), _reading("hive"), _reading("hive_cached")],
        bars=[
            *_beside("hive", "Hive Gateway with JIT", 1 / 3, {"p99": FEW}),
            *_beside("hive_cached", "with its response cache", 1.0, CACHED_REASONS),
        ],
        favours=ALIKE
        + " Hive Gateway 2.15 runs on Node 24, with its answers compiled; with its cache it answers again "
        "what it answered before, and asks nobody until an hour has passed, while ours looks each time, which "
        "favours the gateway. Its memory is that of a process that compiles and keeps.",
        plotted={
            (f"Reading the fleet, {at_once} at once: {word}", unit): {
                name: (subject, f"{of} at {at_once}")
                for name, subject in (
                    ("ours", "ours"),
                    ("Hive Gateway", "hive"),
                    ("Hive Gateway, cached", "hive_cached"),
                )
            }
            for at_once in (1, 16)
            for word, of, unit in (("median", "p50", "seconds"), ("CPU", "cpu", "seconds"))
        },
    ),
    Measure(
        name="tailcall",
        title="The same beside Tailcall",
        missing=servers.missing_for_tailcall,
        beside=four_apis,
        subjects=[_reading("ours", "1"), _reading("tailcall", "1")],
        bars=[
            Bar(
                name="Tailcall, 1 at once: p50",
                most=0.7,
                of=ratio("ours", "tailcall", "p50 at 1"),
            ),
            Bar(
                name="Tailcall, 1 at once: p99",
                most=1.0,
                of=ratio("ours", "tailcall", "p99 at 1"),
                reason=FEW,
            ),
        ],
        favours=ALIKE
        + " Tailcall 1.6 is a program of Rust on as many processors as there are; it keeps nothing.",
        plotted={
            ("Reading the fleet: median", "seconds"): {
                "ours": ("ours", "p50 at 1"),
                "Tailcall": ("tailcall", "p50 at 1"),
            }
        },
    ),
)
