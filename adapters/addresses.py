"""Allowed addresses: requests go only to the providers, and to addresses that the operator has given.

A row of the store holds the address of its account. Without this check, anybody who can write to the store could have
the account's token sent to another address.
"""

from collections.abc import Iterable

import httpx

from fleet.model.failure import Rejected

Origin = tuple[str, str, int | None]


class Addresses:
    """A hook of the HTTP client that checks every request before it is sent."""

    def __init__(self, urls: Iterable[str]) -> None:
        self._known = frozenset(_origin(httpx.URL(url)) for url in urls)

    async def __call__(self, request: httpx.Request) -> None:
        if _origin(request.url) not in self._known:
            raise Rejected(
                f"The account is stored with the address {request.url.host}, which nobody gave to this deployment:"
                " nothing was sent there."
            )


def _origin(url: httpx.URL) -> Origin:
    return url.scheme, url.host, url.port
