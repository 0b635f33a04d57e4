"""Reading rate limits from the headers of an answer, in the formats of the providers.

`Retry-After` is seconds or an HTTP date. `X-RateLimit-Reset` is a Unix time at one provider, a duration at another,
documented as both at a third, and a date elsewhere. A number above 10^9 is a Unix time.
"""

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from fleet.model.rate_limit import RateFacts

LONGEST_BELIEVED_SECONDS = 86_400
"""The longest wait that is believed."""
_LONGEST_DATE = 64
_UNIX_TIME_FROM = 10**9
_NUMBER = re.compile(r"\s*(\d{1,15})(\.\d*)?\s*", re.ASCII)


def is_rate_limit(status: int, headers: Mapping[str, str]) -> bool:
    """A 429, or another refusal that says when to come back: some providers promise that and name no status."""
    return status == 429 or (status in (400, 403) and "retry-after" in headers)


def read_rate(headers: Mapping[str, str], status: int, now: datetime) -> RateFacts:
    """`headers` ignore case. A rate limit or a 5xx can have `retry_at`; for a 429 it can come from the reset alone."""
    resets_at = _resets_at(headers.get("x-ratelimit-reset"), now)
    retry_at = None
    if is_rate_limit(status, headers) or status >= 500:
        retry_at = _retry_at(headers.get("retry-after"), now) or (resets_at if status == 429 else None)
    return RateFacts(
        limit=_whole_number(headers.get("x-ratelimit-limit")),
        remaining=_whole_number(headers.get("x-ratelimit-remaining")),
        resets_at=resets_at,
        retry_at=retry_at,
    )


def _resets_at(header: str | None, now: datetime) -> datetime | None:
    number = _whole_number(header)
    if number is None:
        return _at(header, now)
    return _after(number - now.timestamp() if number > _UNIX_TIME_FROM else number, now)


def _retry_at(header: str | None, now: datetime) -> datetime | None:
    if header is None:
        return None
    if _NUMBER.fullmatch(header):
        return _after(float(header), now)
    return _at(header, now)


def _at(header: str | None, now: datetime) -> datetime | None:
    """An HTTP date."""
    if header is None or len(header) > _LONGEST_DATE:
        return None
    try:
        date = parsedate_to_datetime(header)
    except (ValueError, OverflowError):
        return None
    aware = date if date.tzinfo is not None else date.replace(tzinfo=UTC)
    return _after((aware - now).total_seconds(), now)


def _after(seconds: float, now: datetime) -> datetime:
    return now + timedelta(seconds=min(max(seconds, 0), LONGEST_BELIEVED_SECONDS))


def _whole_number(header: str | None) -> int | None:
    match = _NUMBER.fullmatch(header) if header is not None else None
    return int(match[1]) if match else None
