"""What a stranger would put into the arguments: values that an answer gave, such values bent, and plain garbage."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from itertools import chain
from typing import Any

from graphql import GraphQLField, NameNode, ObjectFieldNode, ValueNode
from hypothesis import strategies as st
from hypothesis_graphql import nodes

from fleet.model import opaque

PLANTED = "planted-" + "secret-of-a-test"
"""No answer may repeat it."""

NASTY = (
    "",
    " ",
    "\x00",
    "\n\r\x1b[31m",
    "../../admin",
    "a/b?c=d#e%00",
    "${jndi:x}{{7*7}}",
    "' OR 1=1 --",
    "\u202e\ufeff\u0130\U0010ffff",
    "n" * 250,
    "n" * 3000,
)
INSTANTS = (
    "2026-04-06T12:00:00Z",
    "2026-05-06T12:00:00+02:00",
    "2099-01-01T00:00:00Z",
    "0001-01-01T00:00:00Z",
    "0001-01-01T00:00:00+14:00",
    "9999-12-31T23:59:59.999999Z",
    "9999-12-31T23:59:59.999999-14:00",
    "2026-02-30T00:00:00Z",
    "2026-W15-1T00:00:00Z",
    "1970-01-01",
)
AMOUNTS = ("0", "1", "500", "1250", "-1", str(2**63 - 1), str(2**63), "1e9", "1_000", "\u0663", "9" * 5000)


class Known:
    """What answers have shown: IDs by their kind, revisions, cursors, and every other word."""

    def __init__(self) -> None:
        self.ids: dict[str, list[str]] = defaultdict(list)
        self.cursors: list[str] = []
        self.revisions: list[str] = ["none-yet"]
        self.words: list[str] = ["none-yet"]

    def learn(self, answer: Any, name: str = "") -> None:
        for member, value in _leaves(answer, name):
            if member in ("id", "deletedId"):
                kind = (opaque.read(value) or ("",))[0]
                _add(self.ids[kind], value, most=50)
            elif member == "revision":
                _add(self.revisions, value, most=50)
            elif member in ("cursor", "startCursor", "endCursor"):
                _add(self.cursors, value, most=100)
            elif member != "token":
                _add(self.words, value, most=400)


def scalars(known: Known, kind: str | None, tokens: list[str]) -> Mapping[str, st.SearchStrategy[ValueNode]]:
    """By the name of the scalar. IDs are mostly of the kind, where one is given."""
    text = _any_of(known.words) | _any_of(known.words) | st.sampled_from(NASTY) | st.text(max_size=20)
    anything = st.recursive(
        text.map(nodes.String) | st.integers(-(2**70), 2**70).map(nodes.Int) | st.just(nodes.Null),
        lambda inner: st.lists(inner, max_size=3).map(nodes.List) | st.lists(inner, max_size=3).map(_object),
        max_leaves=6,
    )
    small = st.integers(1, 5)
    return {
        "ID": _global_ids(known, kind),
        "String": text.map(nodes.String),
        "Int": st.sampled_from((1, 1, 2, 2, 3, 3, 4, 5, 5, 20, 100, 0, -1, 101, 2**31 - 1)).map(nodes.Int),
        "BigInt": (small.map(str) | st.sampled_from(AMOUNTS)).map(nodes.String),
        "CurrencyCode": st.sampled_from(("USD", "USD", "EUR", "XXX", "usd", "")).map(nodes.String),
        "DateTime": (st.sampled_from(INSTANTS) | st.datetimes().map(lambda at: f"{at.isoformat()}Z")).map(
            nodes.String
        ),
        "JSON": anything,
        "Revision": (_any_of(known.revisions) | text).map(nodes.String),
        "Secret": (st.sampled_from(tokens) | st.just(PLANTED) | st.sampled_from(NASTY).map(_planted)).map(
            nodes.String
        ),
    }


def kind_of(name: str, field: GraphQLField) -> str | None:
    """What IDs in the arguments of a root field are mostly to name, as far as its name tells."""
    if name.startswith("create") or "accountId" in field.args:
        return "Account"
    named = name.lower()
    kinds = {"account": "Account", "integration": "Integration", "apikey": "ApiKey", "spendlimit": "Cluster"}
    kinds |= {"cluster": "Cluster", "cordonnode": "ClusterNode", "drainnode": "ClusterNode"}
    return next((kind for part, kind in kinds.items() if part in named), None)


def _global_ids(known: Known, kind: str | None) -> st.SearchStrategy[ValueNode]:
    def draw_known(number: int) -> str:
        kinds = [kind] if kind is not None and known.ids[kind] else sorted(known.ids)
        ids = [one for each in kinds for one in known.ids[each]] or [""]
        return ids[number % len(ids)]

    of_kind = st.integers(0, 10_000).map(draw_known)
    every = st.integers(0, 10_000).map(
        lambda number: _pick(list(chain.from_iterable(known.ids.values())), number)
    )
    cut = st.builds(lambda one, most: one[:most], of_kind, st.integers(0, 40))
    forged = st.builds(
        lambda kind, parts: opaque.write([kind, *parts]),
        st.sampled_from(
            ("Account", "ApiKey", "Cluster", "ClusterNode", "Integration", "Operation", "Provider")
        ),
        st.lists(st.sampled_from(NASTY) | _any_of(known.words), min_size=1, max_size=3),
    )
    text = of_kind | of_kind | of_kind | every | cut | forged | st.sampled_from(NASTY) | st.text(max_size=20)
    return text.map(nodes.String) | st.integers().map(nodes.Int)


def _any_of(pool: list[str]) -> st.SearchStrategy[str]:
    """Of what the pool holds by then: it grows from answer to answer."""
    return st.integers(0, 10_000).map(lambda number: _pick(pool, number))


def _pick(pool: list[str], number: int) -> str:
    return pool[number % len(pool)] if pool else ""


def _planted(text: str) -> str:
    return PLANTED + text


def _object(values: list[ValueNode]) -> ValueNode:
    return nodes.Object(
        [
            ObjectFieldNode(name=NameNode(value=f"member{number}"), value=value)
            for number, value in enumerate(values)
        ]
    )


def _add(pool: list[str], value: str, *, most: int) -> None:
    if value not in pool and len(pool) < most:
        pool.append(value)


def _leaves(answer: Any, name: str) -> Iterator[tuple[str, str]]:
    if isinstance(answer, dict):
        for member, value in answer.items():
            yield from _leaves(value, member)
    elif isinstance(answer, list):
        for value in answer:
            yield from _leaves(value, name)
    elif isinstance(answer, str):
        yield name, answer
