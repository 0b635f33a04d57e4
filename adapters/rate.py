"""What an answer's headers tell of the provider's limit, in the forms that the providers use.

`Retry-After` is seconds or an HTTP date. `X-RateLimit-Reset` is a moment in Unix time at one provider and a duration
at another, and documented as both at a third; a value above 10^9 can only be the former.
"""

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from fleet.model.rate_limit import RateFacts

LONGEST_BELIEVED_SECONDS = 86_400
"""A provider that asks for more patience than a day is asked again after one."""
_UNIX_TIME_FROM = 10**9
_NUMBER = re.compile(r"\s*(\d{1,15})(\.\d*)?\s*", re.ASCII)


def read_rate(headers: Mapping[str, str], status: int, now: datetime) -> RateFacts:
    """`headers` ignore case. `retry_at` is told by a 429 or a 5xx; a 429 may tell it by its reset alone."""
    resets_at = _resets_at(headers.get("x-ratelimit-reset"), now)
    retry_at = None
    if status == 429 or status >= 500:
        retry_at = _retry_at(headers.get("retry-after"), now) or (resets_at if status == 429 else None)
    return RateFacts(
        limit=_whole_number(headers.get("x-ratelimit-limit")),
        remaining=_whole_number(headers.get("x-ratelimit-remaining")),
        resets_at=resets_at,
        retry_at=retry_at,
    )


def _resets_at(header: str | None, now: datetime) -> datetime | None:
    told = _whole_number(header)
    if told is None:
        return None
    return _after(told - now.timestamp() if told > _UNIX_TIME_FROM else told, now)


def _retry_at(header: str | None, now: datetime) -> datetime | None:
    if header is None:
        return None
    if _NUMBER.fullmatch(header):
        return _after(float(header), now)
    try:
        date = parsedate_to_datetime(header)
    except ValueError:
        return None
    aware = date if date.tzinfo is not None else date.replace(tzinfo=UTC)
    return _after((aware - now).total_seconds(), now)


def _after(seconds: float, now: datetime) -> datetime:
    return now + timedelta(seconds=min(max(seconds, 0), LONGEST_BELIEVED_SECONDS))


def _whole_number(header: str | None) -> int | None:
    match = _NUMBER.fullmatch(header) if header is not None else None
    return int(match[1]) if match else None
