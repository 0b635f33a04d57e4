"""Making API keys, and revoking them."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from fleet.access.key_token import digest_token, id_of, make_token
from fleet.model.api_key import ApiKey
from fleet.model.caller import Caller, Scope
from fleet.model.refusal import InvalidInput, MissingScope, NoSuchThing, SeveralRefusals
from fleet.ports.keys import Keys
from fleet.ports.reader import Reader

LONGEST_NAME = 100  # characters
MOST_ACCOUNTS = 100


class MadeKey(NamedTuple):
    """A key with its token, which is shown only once."""

    key: ApiKey
    token: str


async def create_key(
    keys: Keys,
    reader: Reader,
    caller: Caller,
    *,
    name: str,
    scopes: Sequence[Scope],
    account_ids: frozenset[str] | None,
    expires_at: datetime | None,
    now: datetime,
) -> MadeKey:
    _require_admin(caller)
    wrong = []
    if not 1 <= len(name.strip()) <= LONGEST_NAME:
        wrong.append(InvalidInput(f"A name has 1 to {LONGEST_NAME} characters.", path=("name",)))
    if not scopes:
        wrong.append(InvalidInput("A key without a scope would open nothing.", path=("scopes",)))
    if expires_at is not None and expires_at <= now:
        wrong.append(InvalidInput("This is past already.", path=("expires_at",)))
    if account_ids is not None:
        wrong += await _faults_of_limit(reader, scopes, account_ids)
    if wrong:
        raise SeveralRefusals(wrong)
    token = make_token()
    digest = digest_token(token)
    key = ApiKey(
        id=id_of(digest),
        name=name.strip(),
        hint=token[-4:],
        scopes=frozenset(scopes),
        account_ids=account_ids,
        created_at=now,
        expires_at=expires_at,
    )
    await keys.keep(key, digest)
    return MadeKey(key, token)


async def revoke_key(keys: Keys, caller: Caller, key_id: str, now: datetime) -> ApiKey:
    _require_admin(caller)
    revoked = await keys.revoke(key_id, now)
    if revoked is None:
        raise NoSuchThing("The key was not found.", path=("id",))
    return revoked


def _require_admin(caller: Caller) -> None:
    if not caller.may(Scope.ADMIN):
        raise MissingScope(Scope.ADMIN)


async def _faults_of_limit(
    reader: Reader, scopes: Sequence[Scope], account_ids: frozenset[str]
) -> list[InvalidInput]:
    path = ("account_ids",)
    if Scope.ADMIN in scopes:
        sentence = "A key with the scope ADMIN can make any other key, so it cannot be limited to accounts."
        return [InvalidInput(sentence, path=path)]
    if not 1 <= len(account_ids) <= MOST_ACCOUNTS:
        return [InvalidInput(f"A key is limited to 1 to {MOST_ACCOUNTS} accounts, or not at all.", path=path)]
    if len(await reader.accounts_by_id(account_ids)) < len(account_ids):
        return [InvalidInput("One of these is not the ID of an account.", path=path)]
    return []
