"""The search text of people and programs: words and qualifiers, as code hosts have them.

    cloud:aws phase:degraded,failed region:eu-* label.env=prod created:>2026-01-01 -plan:basic nightly

A word is looked for in the name, display name, external id, account, regions, plan, version and labels of a cluster;
upper and lower case and accents make no difference, and the last word may be a beginning. A qualifier narrows one
member to one of its values, where `*` stands for anything; `-` before a word or a qualifier excludes what matches.
Quotation marks hold a value together.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from fnmatch import fnmatchcase

from fleet.model.cluster import Engine
from fleet.model.money import SpendLimitState
from fleet.model.severity import Severity
from fleet.reading.ordering import Listed

MOST_TERMS = 20
LONGEST_TEXT = 500

Test = Callable[[Listed], bool]

_TERM = re.compile(
    r"""\s*(?P<minus>-)?(?:(?P<name>label\.[^\s:="]+|[a-z]+)(?P<sign>:[<>]=?|:|=))?(?P<value>"[^"]*"|[^\s"]+)"""
)

_BARE = re.compile(r"(?P<name>label\.[^\s:=]+|[a-z]+)(?::[<>]?=?|=)")


class InvalidSearch(ValueError):
    """`at` is the position of the term in the text, from 0."""

    def __init__(self, message: str, at: int) -> None:
        super().__init__(f"At character {at + 1} of the search: {message}")
        self.at = at


@dataclass(frozen=True, kw_only=True)
class Search:
    """Matches a cluster that passes every test."""

    tests: tuple[Test, ...]

    def matches(self, listed: Listed) -> bool:
        return all(test(listed) for test in self.tests)


def parse(text: str) -> Search:
    """Raises `InvalidSearch`."""
    if len(text) > LONGEST_TEXT:
        raise InvalidSearch(f"A search has up to {LONGEST_TEXT} characters.", LONGEST_TEXT)
    tests: list[Test] = []
    at, end = 0, len(text.rstrip())
    while at < end:
        found = _TERM.match(text, at)
        if found is None:
            raise InvalidSearch("A quotation mark has no partner.", at)
        if len(tests) == MOST_TERMS:
            raise InvalidSearch(f"A search has up to {MOST_TERMS} terms.", found.start("value"))
        tests.append(_read(found, is_last=found.end() >= end and not text[:end].endswith('"')))
        at = found.end()
    return Search(tests=tuple(tests))


def fold(text: str) -> str:
    """Without case and accents."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(character for character in decomposed if not unicodedata.combining(character))


def _read(found: re.Match[str], *, is_last: bool) -> Test:
    name, sign, value = found["name"], found["sign"], found["value"].strip('"')
    start = found.start("name") if name else found.start("value")
    if name is None:
        if (bare := _find_bare(found)) is not None:
            raise InvalidSearch(f"{bare} has no value.", start)
        test = _word(fold(value), is_last=is_last)
    elif name.startswith("label."):
        if sign not in (":", "="):
            raise InvalidSearch("A label is compared with = alone.", start)
        test = _label(name.removeprefix("label."), value)
    elif name == "label":
        test = _has_label(value)
    elif name in _INSTANTS:
        test = _instant(_INSTANTS[name], sign, value, found.start("value"))
    elif name in _TEXTS:
        if sign != ":":
            raise InvalidSearch(f"{name} takes a value after a colon, as in {name}:value.", start)
        test = _one_of(_TEXTS[name], _patterns(name, value, found.start("value")))
    else:
        known = ", ".join(sorted((*_KNOWN, "label.KEY")))
        raise InvalidSearch(f"{name!r} is not a qualifier; the qualifiers are {known}.", start)
    return (lambda listed: not test(listed)) if found["minus"] else test


def _find_bare(found: re.Match[str]) -> str | None:
    """The qualifier of which a word is all that there is. A quotation mark behind it has no partner."""
    match = _BARE.fullmatch(found["value"])
    if match is None or found.string[found.end() :].startswith('"'):
        return None
    name: str = match["name"]
    return name if name in _KNOWN or name.startswith("label.") else None


def _word(word: str, *, is_last: bool) -> Test:
    def test(listed: Listed) -> bool:
        texts = [fold(text) for text in _searched(listed)]
        if is_last:
            return any(word in text for text in texts)
        return any(word in re.split(r"[^\w.]+", text) or word in text for text in texts)

    return test


def _searched(listed: Listed) -> Iterable[str]:
    item = listed.row.item
    yield from (item.name, item.display_name, item.external_id, listed.account.account.name)
    yield from item.regions
    yield from (text for text in (item.plan, item.version) if text)
    for key, value in (item.labels or {}).items():
        yield f"{key}={value}"


def _patterns(name: str, wanted: str, at: int) -> list[str]:
    """What a member may be like. Of one that has words of ours alone, another word is refused: nothing would match."""
    patterns = [fold(one) for one in wanted.split(",") if one]
    if not patterns:
        raise InvalidSearch(f"{name} has no value.", at)
    words = [str(word).lower() for word in _OURS.get(name, ())]
    for pattern in patterns:
        if words and not any(fnmatchcase(word, pattern) for word in words):
            raise InvalidSearch(f"{pattern!r} is no {name}; there are {', '.join(words)}.", at)
    return patterns


def _one_of(values_of: Callable[[Listed], Iterable[str]], patterns: Sequence[str]) -> Test:
    def test(listed: Listed) -> bool:
        values = [fold(value) for value in values_of(listed)]
        return any(fnmatchcase(value, pattern) for value in values for pattern in patterns)

    return test


def _label(key: str, wanted: str) -> Test:
    pattern = fold(wanted)

    def test(listed: Listed) -> bool:
        value = (listed.row.item.labels or {}).get(key)
        return value is not None and fnmatchcase(fold(value), pattern)

    return test


def _has_label(key: str) -> Test:
    return lambda listed: key in (listed.row.item.labels or {})


def _instant(of: Callable[[Listed], datetime | None], sign: str, value: str, at: int) -> Test:
    try:
        wanted = datetime.fromisoformat(value)
    except ValueError:
        raise InvalidSearch(f"{value!r} is not a date or time, such as 2026-01-31.", at) from None
    wanted = wanted.replace(tzinfo=UTC) if wanted.tzinfo is None else wanted

    def test(listed: Listed) -> bool:
        instant = of(listed)
        if instant is None:
            return False
        match sign:
            case ":>":
                return instant > wanted
            case ":>=":
                return instant >= wanted
            case ":<":
                return instant < wanted
            case ":<=":
                return instant <= wanted
            case _:
                return instant.date() == wanted.date()

    return test


def _texts(*values: str | None) -> list[str]:
    return [value for value in values if value]


_TEXTS: Mapping[str, Callable[[Listed], Iterable[str]]] = {
    "account": lambda listed: [listed.account.account.name],
    "cloud": lambda listed: _texts(listed.row.item.cloud, listed.row.item.provider_cloud),
    "engine": lambda listed: [listed.row.item.engine],
    "id": lambda listed: [listed.row.item.external_id],
    "limit": lambda listed: [listed.row.item.spend_limit.state],
    "name": lambda listed: [listed.row.item.name, listed.row.item.display_name],
    "phase": lambda listed: [listed.row.item.phase, listed.row.item.provider_phase],
    "plan": lambda listed: _texts(listed.row.item.plan),
    "provider": lambda listed: [listed.row.item.provider],
    "region": lambda listed: listed.row.item.regions,
    "severity": lambda listed: [listed.severity],
    "version": lambda listed: _texts(listed.row.item.version),
}
_INSTANTS: Mapping[str, Callable[[Listed], datetime | None]] = {
    "changed": lambda listed: listed.row.since,
    "created": lambda listed: listed.row.item.created_at,
}
_KNOWN = frozenset({*_TEXTS, *_INSTANTS, "label"})
_OURS: Mapping[str, Iterable[str]] = {"engine": Engine, "limit": SpendLimitState, "severity": Severity}
"""Members with words of ours alone. Phases and clouds have the provider's own word, too; packages add providers."""
