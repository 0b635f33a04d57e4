"""Making an account from the input of a person or a file."""

import hashlib
from datetime import datetime
from urllib.parse import urlsplit

from pydantic import SecretStr

from fleet.model.account import Account, new_account_id
from fleet.model.identifier import fits_a_path
from fleet.model.jwt import expires_at
from fleet.model.provider import Provider
from fleet.model.rate_limit import RateScope
from fleet.providers import PROVIDERS

LONGEST_NAME = 100
"""In characters. It stands in every event and change of the account."""
LONGEST_TOKEN = 4096
"""As much as a parameter of SSM holds. The longest tokens are JWTs, of some 2,000 characters."""

_LOOPBACK = {"127.0.0.1", "::1", "localhost"}


class InvalidAccount(ValueError):
    """`field` is invalid. The message says why, and what would be valid."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


def make_account(
    *,
    provider: str,
    name: str,
    token: SecretStr,
    now: datetime,
    external_id: str | None = None,
    api_version: str | None = None,
    base_url: str | None = None,
    account_id: str | None = None,
) -> Account:
    """Checks what can be checked without asking the provider. Raises `InvalidAccount`. `account_id` is that of an
    account which is connected already.
    """
    if provider not in PROVIDERS:
        raise InvalidAccount("provider", f"{provider!r} is none of {', '.join(sorted(PROVIDERS))}.")
    known = PROVIDERS[provider]
    _check_name(name, is_new=account_id is None)
    if external_id is not None and not external_id.strip():
        raise InvalidAccount("external_id", "It is empty; name one or leave it out.")
    if external_id is not None and not fits_a_path(external_id):
        raise InvalidAccount("external_id", "It holds what no identifier has; copy it from the provider.")
    if external_id is None and known.needs_external_id:
        raise InvalidAccount(
            "external_id", f"{known.name} cannot tell from the token whose account it is; name it."
        )
    if api_version is not None and api_version not in known.api_versions:
        versions = ", ".join(known.api_versions) or "none: leave it out"
        raise InvalidAccount(
            "api_version", f"{known.name} has no version {api_version!r} to pin, but {versions}."
        )
    if base_url is not None:
        _check_base_url(base_url)
    secret = token.get_secret_value()
    _check_token(secret)
    return Account(
        id=account_id or new_account_id(),
        provider=provider,
        name=name,
        external_id=external_id,
        api_version=api_version,
        base_url=base_url,
        token_hint=secret[-4:] if len(secret) >= 12 else "",
        token_replaced_at=now,
        token_expires_at=expires_at(secret),
        budget_key=_budget_key(known, secret),
    )


def _budget_key(provider: Provider, secret: str) -> str:
    if provider.rate_limit.scope is RateScope.ADDRESS:
        return provider.key
    return f"{provider.key}:{hashlib.sha256(secret.encode()).hexdigest()[:32]}"


def _check_name(name: str, *, is_new: bool) -> None:
    if not name.strip():
        raise InvalidAccount("name", "An account needs a name.")
    if is_new and (len(name) > LONGEST_NAME or not name.isprintable()):
        raise InvalidAccount("name", f"A name has up to {LONGEST_NAME} characters, all of which can be seen.")


def _check_token(secret: str) -> None:
    if not secret:
        raise InvalidAccount("token", "The token is empty.")
    if len(secret) > LONGEST_TOKEN:
        raise InvalidAccount(
            "token", f"The token is longer than {LONGEST_TOKEN} characters, and no token is."
        )
    if not secret.isascii() or not secret.isprintable() or " " in secret:
        raise InvalidAccount(
            "token",
            "The token holds a space, a line break or another character that no token has; copy it again.",
        )


def _check_base_url(base_url: str) -> None:
    no_url = InvalidAccount("base_url", f"{base_url!r} is no http or https URL.")
    try:
        parts = urlsplit(base_url)
        port = parts.port
    except ValueError:  # brackets that hold no address, a port that is no number
        raise no_url from None
    if parts.scheme not in ("http", "https") or not parts.hostname or port == 0:
        raise no_url
    if parts.username is not None or parts.query or parts.fragment:
        raise InvalidAccount("base_url", "It may hold scheme, host, port and path, and nothing else.")
    if parts.scheme == "http" and parts.hostname not in _LOOPBACK:
        raise InvalidAccount("base_url", f"{base_url!r} would send the token in clear; use https.")
