"""What goes out in a request and is nobody's business, and how a provider's words are kept from repeating it."""

from collections.abc import Iterable

from pydantic import SecretStr

from fleet.model.record import Record

TELLING = 12
"""A run of so many characters of a secret gives it away."""


def secrets_of(record: Record | None) -> tuple[str, ...]:
    """The secrets that a record holds itself."""
    return tuple(value.get_secret_value() for _, value in record or () if isinstance(value, SecretStr))


def repeats(text: str, secrets: Iterable[str]) -> bool:
    """Whether a text holds any of the secrets, or a part of one that tells."""
    return any(_repeats(text, secret) for secret in secrets)


def _repeats(text: str, secret: str) -> bool:
    if len(secret) <= TELLING:
        return bool(secret.strip()) and secret in text
    return any(text[start : start + TELLING] in secret for start in range(max(0, len(text) - TELLING + 1)))
