"""What every adapter shares: asking by the one HTTP policy, reading item by item, following pages."""

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Hashable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from itertools import islice
from typing import ClassVar, Protocol, TypeVar
from urllib.parse import quote

import httpx
from pydantic import SecretStr, ValidationError

from adapters.body import BadBody, parse
from adapters.http import ATTEMPTS, Answer, Complaint, Http
from adapters.wire import Wire, WireItem, explain
from fleet.model.account import Account
from fleet.model.cluster import Cluster
from fleet.model.failure import Conflict, Rejected, Unavailable, UnexpectedResponse
from fleet.model.identifier import fits_a_path
from fleet.model.provider import Provider
from fleet.model.refusal import Failing
from fleet.ports.adapter import Listing, Unreadable
from fleet.ports.clock import Clock
from fleet.ports.permits import Permits

MOST_PAGES = 500
"""A listing of more pages than this has no end."""
MOST_ITEMS = 5_000
"""No account has more of anything, nor a cluster of nodes. Each would be a row to read, to compare and to keep."""
LARGEST_LISTING_BYTES = 16 * 2**20
"""All pages of one listing, which are in memory together until the last has come."""
ITEMS_IN_A_TURN = 50
"""So many are read in a few milliseconds; then whoever else waits for the event loop has it."""
LONGEST_SHOWN = 40
"""So much of an identifier that is refused is repeated."""


class Keyed(Protocol):
    @property
    def key(self) -> str: ...


WireT = TypeVar("WireT", bound=Wire)
WireItemT = TypeVar("WireItemT", bound=WireItem)
ItemT = TypeVar("ItemT", bound=Keyed)
RawT = TypeVar("RawT")
TokenT = TypeVar("TokenT", bound=Hashable)


class BaseAdapter(ABC):
    """One account at one provider. A subclass is the provider's data sheet: constants, fetching verbs, `to_*` functions
    beside it.
    """

    provider: Provider
    base_url: ClassVar[str]
    scheme: ClassVar[str] = "Bearer"
    """The word before the token in the Authorization header."""

    def __init__(
        self,
        account: Account,
        token: SecretStr,
        permits: Permits,
        *,
        client: httpx.AsyncClient,
        clock: Clock,
    ) -> None:
        self.account = account
        self._bytes_read = 0
        self._http = Http(
            client=client,
            clock=clock,
            permits=permits,
            provider_name=self.provider.name,
            base_url=account.base_url or self.base_url,
            scheme=self.scheme,
            token=token,
            headers=self.headers(),
            complaint=self.complaint,
        )

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.account.name!r})"

    @property
    def scope(self) -> str:
        """The organization, tenant or team, at a provider whose accounts must name one."""
        if self.account.external_id is None:
            raise ValueError(f"an account at {self.provider.name} needs an external id")
        return self.account.external_id

    @abstractmethod
    async def clusters(self) -> Listing[Cluster]: ...

    def headers(self) -> Mapping[str, str]:
        """What goes with every request besides the token."""
        return {}

    @staticmethod
    @abstractmethod
    def complaint(body: Mapping[str, object]) -> Complaint:
        """The provider's own words in the body of a refusal. Any member may be missing or of another type."""

    async def ask(
        self, path: str, *, params: Mapping[str, str] | None = None, attempts: int = ATTEMPTS
    ) -> Answer:
        return await self._http.send("GET", path, params=params, attempts=attempts)

    async def get(
        self,
        path: str,
        wire: type[WireT],
        *,
        params: Mapping[str, str] | None = None,
        attempts: int = ATTEMPTS,
    ) -> WireT:
        """Asks for something and reads it. `path` begins with a slash; what is put into it goes through `segment`."""
        return await self.read(await self.ask(path, params=params, attempts=attempts), wire)

    async def change(
        self,
        method: str,
        path: str,
        body: object = None,
        *,
        params: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        secrets: tuple[str, ...] = (),
    ) -> Answer:
        """Sends what changes something, once: whether it took effect cannot be known from an error. `body` goes out as
        JSON, nothing where it is null; no error repeats any of the `secrets` in it.
        """
        http = replace(self._http, secrets=secrets)
        return await http.send(method, path, params=params, headers=headers, body=body)

    @contextmanager
    def looking(self) -> Iterator[None]:
        """Around what is read before a change goes out: an error that leaves open whether it did becomes `Failing`."""
        try:
            yield
        except (Unavailable, UnexpectedResponse) as error:
            raise Failing(error.to_failure(self._http.clock.now())) from error

    def discreet(self, cluster: Cluster) -> Cluster:
        """The same, without what of the token its provider may repeat in what it says about it."""
        said = {"message": cluster.message, "unread_members": cluster.unread_members}
        kept = {
            "message": None if cluster.message is None else self._http.clean(cluster.message),
            "unread_members": tuple(map(self._http.clean, cluster.unread_members)),
        }
        return cluster if kept == said else cluster.model_copy(update=kept)

    def expect(self, before: Cluster, now: Cluster) -> None:
        """For a provider without revisions of its own: `Conflict` where a cluster is not what it was."""
        if now.revision != before.revision:
            conflict = Conflict(f"Its settings were changed at {self.provider.name} since they were read.")
            conflict.revision = now.revision
            raise conflict

    async def read(self, answer: Answer, wire: type[WireT]) -> WireT:
        self._bytes_read += len(answer.body)
        try:
            return await parse(answer.body, wire.from_json)
        except ValidationError as error:
            why = f"does not read as documented: {self._http.redact(explain(error))}"
        except BadBody as error:
            why = f"is not read: {error}."
        # Not chained: the cause would hold the body.
        raise UnexpectedResponse(
            f"{self.provider.name} gave an answer that {why}",
            http_status=answer.status,
            provider_request_id=answer.request_id,
        )

    async def confirm(self, answer: Answer) -> None:
        """That a success is the provider's: it says nothing at all, or an object. Any other may come from something in
        between, and the change have been done or not.
        """
        if answer.body.strip():
            await self.read(answer, Wire)

    async def listing(
        self, raw: Iterable[object], wire: type[WireItemT], to_item: Callable[[WireItemT], ItemT]
    ) -> Listing[ItemT]:
        """Reads item by item, so that a malformed one costs itself, and the event loop gets its turn in between. Of two
        of one key, which a list that changes while it is paged through can bring, the later counts.
        """
        items: dict[str, ItemT] = {}
        unreadable: dict[str, Unreadable] = {}
        incomplete: str | None = None
        here = tuple(islice(raw, MOST_ITEMS + 1))
        self._refuse_too_many(len(here))
        for number, one in enumerate(here, start=1):
            if number % ITEMS_IN_A_TURN == 0:
                await asyncio.sleep(0)
            try:
                item = to_item(wire.model_validate(one))
            except ValidationError as error:
                identity = wire.identify(one)
                if identity is None:
                    incomplete = f"{self.provider.name} listed something without a readable identity."
                else:
                    unreadable[identity] = Unreadable(
                        external_id=identity,
                        reason=self._http.redact(f"It does not read as documented: {explain(error)}"),
                    )
            else:
                items[item.key] = item
        return Listing(
            items=tuple(items.values()), unreadable=tuple(unreadable.values()), incomplete=incomplete
        )

    async def follow(
        self, fetch: Callable[[TokenT | None], Awaitable[tuple[Iterable[RawT], TokenT | None]]]
    ) -> list[RawT]:
        """All items of a paged list. `fetch` takes the token of a page, null for the first one, and answers its items
        and the next page's token. A token that comes again would go round for ever: the listing fails.
        """
        found: list[RawT] = []
        seen: set[TokenT] = set()
        token: TokenT | None = None
        read_before = self._bytes_read
        while True:
            items, token = await fetch(token)
            found.extend(items)
            self._refuse_too_many(len(found))
            if self._bytes_read - read_before > LARGEST_LISTING_BYTES:
                raise UnexpectedResponse(
                    f"{self.provider.name} lists more than {LARGEST_LISTING_BYTES} bytes of one thing."
                )
            if token is None:
                return found
            if token in seen or len(seen) >= MOST_PAGES:
                raise UnexpectedResponse(f"{self.provider.name} repeats a page or lists without end.")
            seen.add(token)

    def _refuse_too_many(self, count: int) -> None:
        if count > MOST_ITEMS:
            raise UnexpectedResponse(f"{self.provider.name} lists more than {MOST_ITEMS} of one thing.")


def segment(identifier: str) -> str:
    """An identifier as one segment of a path. `Rejected`, before anything is sent, where it would be another path."""
    if not fits_a_path(identifier):
        shown = identifier if len(identifier) <= LONGEST_SHOWN else f"{identifier[:LONGEST_SHOWN]}…"
        raise Rejected(f"The identifier {shown!r} cannot be part of a path, so nothing was asked about it.")
    return quote(identifier, safe="")


def first_text(*values: object) -> str | None:
    """The first of these that is a sentence at all."""
    return next((value for value in values if isinstance(value, str) and value.strip()), None)
