"""Who calls, and what they may do."""

from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Annotated

from pydantic import AfterValidator

from fleet.model.record import Record


class Scope(StrEnum):
    """READ reads. WRITE changes clusters, limits and integrations. ADMIN connects accounts and makes keys."""

    READ = "read"
    WRITE = "write"
    ADMIN = "admin"


INCLUDES: Mapping[Scope, frozenset[Scope]] = {
    Scope.READ: frozenset({Scope.READ}),
    Scope.WRITE: frozenset({Scope.READ, Scope.WRITE}),
    Scope.ADMIN: frozenset(Scope),
}
"""Each scope includes those before it. WRITE includes READ, because a change answers with data. ADMIN includes both,
because a caller who can create a key can give it any scope.
"""


def widen(scopes: Iterable[Scope]) -> frozenset[Scope]:
    return frozenset().union(*(INCLUDES[scope] for scope in scopes))


Scopes = Annotated[frozenset[Scope], AfterValidator(widen)]
"""A set of scopes, extended by the scopes that each includes."""


class Caller(Record):
    """`name` is shown in operations as who asked for them; `id` is unique. A caller without scopes may do nothing.
    `account_ids` null means every account.
    """

    id: str
    name: str
    scopes: Scopes = frozenset()
    account_ids: frozenset[str] | None = None

    def may(self, scope: Scope) -> bool:
        return scope in self.scopes

    def sees(self, account_id: str) -> bool:
        return self.account_ids is None or account_id in self.account_ids


def trusted(name: str) -> Caller:
    """A caller with every scope."""
    return Caller(id=name, name=name, scopes=frozenset({Scope.ADMIN}))
