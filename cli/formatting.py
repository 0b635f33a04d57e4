"""Formatting durations, amounts and texts of others for a terminal. Pure functions."""

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

_SPAN = re.compile(r"(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s?)?", re.ASCII)

LONGEST_SPAN_SECONDS = 100 * 366 * 86400
"""Beyond it, a date before or after now is none that Python knows, sooner or later."""
LONGEST_SPAN_TEXT = 40
"""Python reads no number of thousands of digits."""


def read_span(text: str) -> int:
    """The seconds of `90`, `90s`, `15m` or `1h30m`. Raises ValueError for anything else, and beyond any date."""
    match = _SPAN.fullmatch(text)
    if not text or match is None:
        raise ValueError(f"{text!r} is not a duration such as 90s, 15m or 1h30m")
    if len(text) <= LONGEST_SPAN_TEXT:
        days, hours, minutes, seconds = map(int, match.groups(default="0"))
        if (span := ((days * 24 + hours) * 60 + minutes) * 60 + seconds) <= LONGEST_SPAN_SECONDS:
            return span
    raise ValueError(f"{text!r} is longer than 100 years")


def span(seconds: float) -> str:
    """A duration in its two largest units: 12s, 2m 05s, 3h 07m, 4d 2h. Never negative, even if a clock is late."""
    whole = max(0, int(seconds))
    if whole < 60:
        return f"{whole}s"
    if whole < 3600:
        return f"{whole // 60}m {whole % 60:02}s"
    if whole < 86400:
        return f"{whole // 3600}h {whole % 3600 // 60:02}m"
    return f"{whole // 86400}d {whole % 86400 // 3600}h"


def read_moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


def instant(text: str) -> str:
    """A time in UTC, to the second."""
    return read_moment(text).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def since(moment: str | None, now: datetime) -> str:
    return "" if moment is None else span((now - read_moment(moment)).total_seconds())


def moment(text: str | None, now: datetime) -> str:
    """A time, and how far it is from now. Within a second it is not to come: no two clocks are alike."""
    if text is None:
        return ""
    seconds, stamp = (now - read_moment(text)).total_seconds(), instant(text)
    return f"{stamp}, {span(seconds)} ago" if seconds > -1 else f"{stamp}, in {span(-seconds)}"


def accounts(ids: Sequence[str]) -> str:
    return "1 account" if len(ids) == 1 else f"{len(ids)} accounts"


def plain(text: str) -> str:
    """The text on one line, without control characters, because a name must not control the terminal."""
    return "".join(letter if letter.isprintable() else " " for letter in text)


def number_aware(text: str) -> tuple[tuple[bool, int, str], ...]:
    """A key to sort by, in which numbers count as numbers: v25.10 comes after v25.9."""
    parts = re.findall(r"[0-9]+|[^0-9]+", text)
    return tuple((part.isdigit(), int(part) if part.isdigit() else 0, part) for part in parts)


def mebibytes(amount: str | int | None) -> str:
    if amount is None:
        return ""
    whole = int(amount)
    for unit, size in (("TiB", 2**20), ("GiB", 2**10)):
        if whole >= size:
            return f"{whole / size:.1f}".removesuffix(".0") + f" {unit}"
    return f"{whole} MiB"


def gigabytes(amount: str | int | None) -> str:
    """Of a size that is no whole number of MiB: powers of ten, as whoever asked for it wrote it."""
    return "" if amount is None else f"{int(amount) / 10**9:g} GB"


def cores(millicores: str | int | None) -> str:
    return "" if millicores is None else f"{int(millicores) / 1000:g}"


def money_order(amount: dict[str, Any] | None) -> str | None:
    """What amounts are sorted by: their currency first, because amounts of two cannot be compared."""
    return None if amount is None else f"{amount['currency']} {amount['minorUnits']}"


def resources(held: dict[str, Any]) -> str:
    parts = {
        "cores": cores(held["cpuMillicores"]),
        "memory": mebibytes(held["memoryMiB"]) or gigabytes(held.get("memoryBytes")),
        "storage": mebibytes(held["storageMiB"]) or gigabytes(held.get("storageBytes")),
    }
    return ", ".join(f"{amount} {of}" for of, amount in parts.items() if amount)


def money(amount: dict[str, Any]) -> str:
    return f"{amount['decimal']} {amount['currency']}"


def limit(status: dict[str, Any]) -> str:
    """A spend limit for a table. `~` marks money that was converted from use."""
    match status["state"]:
        case "LIMITED":
            held = status["limit"]
            if held["money"] is None:
                return usage(held["usage"] or {})
            return ("~" if held["basis"] == "USAGE" else "") + money(held["money"])
        case "UNLIMITED":
            return "none"
        case "UNKNOWN":
            return "?"
        case _:
            return ""


def usage(held: dict[str, Any]) -> str:
    parts = [
        f"{int(held['requestUnits']):,} RU" if held.get("requestUnits") else "",
        mebibytes(held.get("storageMiB")),
        f"{held['provisionedVcpus']} vCPU" if held.get("provisionedVcpus") else "",
    ]
    return ", ".join(filter(None, parts))


def freshness(state: dict[str, Any]) -> str:
    """The age of the data, and its freshness unless it is current."""
    age = "never" if state["ageSeconds"] is None else span(state["ageSeconds"])
    return age if state["state"] in ("CURRENT", "NEVER_OBSERVED") else f"{age} ({state['state']})"


def observed_ago(state: dict[str, Any]) -> str:
    """The same for a sentence: `3s ago`, `1m 30s ago (STALE)`, `never`."""
    if state["ageSeconds"] is None:
        return "never"
    age = f"{span(state['ageSeconds'])} ago"
    return age if state["state"] == "CURRENT" else f"{age} ({state['state']})"
