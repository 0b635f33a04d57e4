"""Who asks, and what they may."""

from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Annotated

from pydantic import AfterValidator

from fleet.model.record import Record


class Scope(StrEnum):
    """READ sees; WRITE changes clusters, limits and integrations; ADMIN connects accounts and makes keys."""

    READ = "read"
    WRITE = "write"
    ADMIN = "admin"


INCLUDES: Mapping[Scope, frozenset[Scope]] = {
    Scope.READ: frozenset({Scope.READ}),
    Scope.WRITE: frozenset({Scope.READ, Scope.WRITE}),
    Scope.ADMIN: frozenset(Scope),
}
"""Each includes those before: a change answers with what it changed, and whoever makes keys can make any key."""


def widen(scopes: Iterable[Scope]) -> frozenset[Scope]:
    return frozenset().union(*(INCLUDES[scope] for scope in scopes))


Scopes = Annotated[frozenset[Scope], AfterValidator(widen)]
"""Always with all that they include."""


class Caller(Record):
    """`name` stands in operations as who asked for them; `id` tells two callers of one name apart. Without scopes a
    caller may nothing; `account_ids` null sees every account.
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
    """Somebody who may everything."""
    return Caller(id=name, name=name, scopes=frozenset({Scope.ADMIN}))
