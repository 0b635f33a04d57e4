"""Pages for a browser. They hold nothing of a fleet, so anybody gets them."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Protocol

VIEWS = (
    "accounts",
    "activity",
    "audit",
    "clusters",
    "create",
    "integrations",
    "keys",
    "operations",
    "spend",
    "webhooks",
)
"""First parts of the addresses that the page itself shows. It has the same list."""

_IN_A_QUERY = {"query", "documentId", "extensions"}


@dataclass(frozen=True, kw_only=True)
class Page:
    """A page, or a file that one loads, as it goes out."""

    headers: Mapping[str, str]
    body: bytes
    status: HTTPStatus = HTTPStatus.OK


class Pages(Protocol):
    @property
    def has_explorer(self) -> bool: ...

    def find(
        self, method: str, path: str, headers: Mapping[str, str], parameters: Collection[str] = ()
    ) -> Page | None:
        """Names of `headers` are in lower case, `parameters` are those of the address. None: somebody else answers."""


def wants_page(method: str, accept: str, parameters: Collection[str]) -> bool:
    """A browser that goes to an address. A query in the address is executed."""
    return method in ("GET", "HEAD") and "text/html" in accept and not _IN_A_QUERY & set(parameters)
