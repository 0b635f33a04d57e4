"""Reading `accounts.toml`: the accounts to observe, and the environment variables with their tokens."""

import re
import tomllib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from pydantic import BaseModel, ConfigDict, SecretStr, ValidationError

from fleet.accounts.new_account import InvalidAccount, make_account
from fleet.model.account import Account


class AccountsError(Exception):
    """The file cannot be used. The message names the place and the remedy, never a token."""


@dataclass(frozen=True, kw_only=True)
class GivenAccount:
    account: Account
    token: SecretStr


class _Entry(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, hide_input_in_errors=True)

    provider: str
    name: str
    external_id: str | None = None
    token_env: str
    base_url: str | None = None
    api_version: str | None = None


_FAULTS = {
    "missing": "is missing; give it as text",
    "extra_forbidden": f"is unknown; an account has {', '.join(_Entry.model_fields)}",
    "string_type": "is no text; put it in quotes",
}
_VARIABLE = re.compile(r"[A-Z_][A-Z0-9_]{0,63}")


def read_accounts(path: Path, environment: Mapping[str, str], now: datetime) -> list[GivenAccount]:
    """The accounts of a file. Raises `AccountsError` for the first invalid entry."""
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise AccountsError(f"{path}: cannot be read: {error.strerror}.") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise AccountsError(f"{path}: is no TOML: {error}.") from error
    entries = document.pop("accounts", None)
    if document:
        raise AccountsError(
            f"{path}: {next(iter(document))!r} is unknown; accounts are tables named [[accounts]]."
        )
    if not isinstance(entries, list) or not entries:
        raise AccountsError(f"{path}: holds no account; begin each with [[accounts]].")
    given = [
        _read_entry(f"{path}: account {number}", entry, environment, now)
        for number, entry in enumerate(entries, 1)
    ]
    _refuse_twins(path, [one.account for one in given])
    return given


def _read_entry(place: str, raw: object, environment: Mapping[str, str], now: datetime) -> GivenAccount:
    try:
        entry = _Entry.model_validate(raw)
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        what = ".".join(str(part) for part in first["loc"]) or "entry"
        raise AccountsError(f"{place}: {what}: {_FAULTS.get(first['type'], first['msg'])}.") from error
    place = f"{place} ({entry.name!r})"
    token = environment.get(entry.token_env, "")
    if not token:
        if not _VARIABLE.fullmatch(entry.token_env):  # it can be the token itself
            raise AccountsError(
                f"{place}: token_env: names no variable that is set; give a name, such as ACME_TOKEN, not the token."
            )
        remedy = f"set it: export {entry.token_env}=..."
        raise AccountsError(f"{place}: token_env: the variable {entry.token_env} is not set; {remedy}")
    try:
        account = make_account(
            provider=entry.provider,
            name=entry.name,
            external_id=entry.external_id,
            api_version=entry.api_version,
            base_url=entry.base_url,
            token=SecretStr(token),
            now=now,
        )
    except InvalidAccount as error:
        raise AccountsError(f"{place}: {error.field}: {error}") from error
    return GivenAccount(account=account, token=SecretStr(token))


def as_known(account: Account, known: Account | None, *, otherwise: str) -> Account:
    """The account with the id of the one that is known, and with what the provider told of that one.

    Raises `AccountsError` where the two are different organizations: the clusters of the one would be marked as
    deleted, and its keys would open the other. `otherwise` is what to do then, besides giving another name.
    """
    if known is None:
        return account
    if None not in (account.external_id, known.external_id) and account.external_id != known.external_id:
        name = "/".join(known.order)
        raise AccountsError(
            f"{name!r} is remembered here as {known.external_id}, and not as {account.external_id}."
            f" Another organization needs another name; or {otherwise}."
        )
    return account.model_copy(update={"id": known.id, "organization_id": known.organization_id})


def _refuse_twins(path: Path, accounts: Sequence[Account]) -> None:
    for (provider, name), count in Counter(account.order for account in accounts).items():
        if count > 1:
            raise AccountsError(
                f"{path}: {count} accounts of {provider} are named {name!r}; give each its own name."
            )
    named = [
        (account.provider, account.external_id) for account in accounts if account.external_id is not None
    ]
    for (provider, external_id), count in Counter(named).items():
        if count > 1:
            raise AccountsError(
                f"{path}: {external_id!r} of {provider} is listed {count} times; once is enough."
            )
    tokens: dict[tuple[str, ...], str] = {}
    for account in accounts:
        first = tokens.setdefault(account.organization, account.name)
        if first != account.name:
            raise AccountsError(
                f"{path}: {first!r} and {account.name!r} of {account.provider} have one token, and are one account:"
                " list it once."
            )
