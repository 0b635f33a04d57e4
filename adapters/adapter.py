"""The base of every adapter: requests by the HTTP policy, reading item by item, following pages."""

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
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
from fleet.model.spend import MOST_STATEMENTS, Statement, newest_first
from fleet.ports.adapter import Listing, Unreadable
from fleet.ports.clock import Clock
from fleet.ports.permits import Permits

MOST_PAGES = 100
"""The most pages of a listing: twice what `MOST_ITEMS` needs. One with more is treated as endless."""
MOST_EMPTY_PAGES = 3
"""The most empty pages in a row. Some providers filter after they have cut their pages."""
MOST_ITEMS = 5_000
"""The most items of a listing: more than any real account or cluster has. Each item is a row to read, compare and
store.
"""
LARGEST_LISTING_BYTES = 16 * 2**20
"""The most bytes of all pages of a listing, because they are in memory together."""
ITEMS_IN_A_TURN = 50
"""The number of items that are read before the event loop gets its turn. They take a few milliseconds."""
LONGEST_SHOWN = 40
"""The number of characters that a message shows of a refused identifier."""


class Keyed(Protocol):
    @property
    def key(self) -> str: ...


WireT = TypeVar("WireT", bound=Wire)
WireItemT = TypeVar("WireItemT", bound=WireItem)
ItemT = TypeVar("ItemT", bound=Keyed)
RawT = TypeVar("RawT")
TokenT = TypeVar("TokenT", bound=Hashable)


@dataclass(frozen=True)
class _Invoice:
    """What one invoice became."""

    statements: Sequence[Statement]

    @property
    def key(self) -> str:
        return "" if not self.statements else self.statements[0].external_id


class BaseAdapter(ABC):
    """An adapter for one account at one provider. A subclass has the provider's constants and the methods that send
    requests; `to_*` functions beside it convert.
    """

    provider: Provider
    base_url: ClassVar[str]
    other_urls: ClassVar[tuple[str, ...]] = ()
    """Addresses of the provider besides `base_url`."""
    scheme: ClassVar[str] = "Bearer"
    """The scheme before the token in the Authorization header."""

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
            scheme=self.scheme_of(token),
            token=token,
            headers=self.headers(),
            complaint=self.complaint,
        )

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.account.name!r})"

    @property
    def clock(self) -> Clock:
        return self._http.clock

    @property
    def scope(self) -> str:
        """The organization, tenant or team. Raises where the provider's accounts must name one and this does not."""
        if self.account.external_id is None:
            raise ValueError(f"an account at {self.provider.name} needs an external id")
        return self.account.external_id

    @abstractmethod
    async def clusters(self) -> Listing[Cluster]: ...

    def scheme_of(self, token: SecretStr) -> str:
        """The scheme before this token."""
        return self.scheme

    def headers(self) -> Mapping[str, str]:
        """The headers of every request besides the token."""
        return {}

    @staticmethod
    @abstractmethod
    def complaint(body: Mapping[str, object]) -> Complaint:
        """The provider's message in the body of a refusal. Any member can be missing or of another type."""

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
        """Sends a GET and reads the answer. `path` begins with a slash; its variable parts go through `segment`."""
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
        """Sends a change once. It is not repeated, because an error does not tell whether it took effect. `body` is
        sent as JSON, nothing if it is null. No error repeats any of the `secrets` in it.
        """
        http = replace(self._http, secrets=secrets)
        return await http.send(method, path, params=params, headers=headers, body=body)

    @contextmanager
    def before_sending(self) -> Iterator[None]:
        """A context for reads before a change is sent: an error that would make the outcome ambiguous becomes
        `Failing`.
        """
        try:
            yield
        except (Unavailable, UnexpectedResponse) as error:
            raise Failing(error.to_failure(self._http.clock.now())) from error

    def discreet(self, cluster: Cluster) -> Cluster:
        """The text without parts of the token, which a provider can repeat in its messages."""
        said = {
            "message": cluster.message,
            "warnings": cluster.warnings,
            "unread_members": cluster.unread_members,
        }
        kept = {
            "message": None if cluster.message is None else self._http.clean(cluster.message),
            "warnings": tuple(
                one.model_copy(update={"message": self._http.clean(one.message)}) for one in cluster.warnings
            ),
            "unread_members": tuple(map(self._http.clean, cluster.unread_members)),
        }
        return cluster if kept == said else cluster.model_copy(update=kept)

    def expect(self, before: Cluster, now: Cluster) -> None:
        """For a provider without revisions. Raises `Conflict` if the cluster has changed."""
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
        # Not chained, because the cause holds the body.
        raise UnexpectedResponse(
            f"{self.provider.name} gave an answer that {why}",
            http_status=answer.status,
            provider_request_id=answer.request_id,
        )

    async def confirm(self, answer: Answer) -> None:
        """Checks that a success comes from the provider: its body is empty or an object. Any other answer can come from
        a proxy, and the outcome of the change is then ambiguous.
        """
        if answer.body.strip():
            await self.read(answer, Wire)

    async def listing(
        self, raw: Iterable[object], wire: type[WireItemT], to_item: Callable[[WireItemT], ItemT]
    ) -> Listing[ItemT]:
        """Reads item by item. A malformed item does not affect the others, and the event loop gets its turn in between.
        Of two items with one key the later counts; a list that changes while it is paged can contain both.
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

    async def statements(
        self,
        raw: Iterable[object],
        wire: type[WireItemT],
        to_statements: Callable[[WireItemT, str], Iterable[Statement]],
    ) -> Listing[Statement]:
        """Reads invoices, of which each is a statement for each of its currencies. The newest are kept."""
        read = await self.listing(raw, wire, lambda one: _Invoice(list(to_statements(one, self.account.id))))
        found = [statement for invoice in read.items for statement in invoice.statements]
        newest = {one.external_id: None for one in newest_first(found)}
        kept = set(islice(newest, MOST_STATEMENTS))
        return Listing(
            items=tuple({one.key: one for one in found if one.external_id in kept}.values()),
            unreadable=read.unreadable,
            incomplete=read.incomplete,
        )

    async def follow(
        self, fetch: Callable[[TokenT | None], Awaitable[tuple[Iterable[RawT], TokenT | None]]]
    ) -> list[RawT]:
        """All items of a paged list. `fetch` takes the token of a page, null for the first, and returns its items and
        the next token. A token that repeats fails the listing, which would otherwise be endless.
        """
        found: list[RawT] = []
        fetched: set[TokenT] = set()
        token: TokenT | None = None
        before: list[RawT] = []
        empty = 0
        read_before = self._bytes_read
        while True:
            page, token = await fetch(token)
            items = list(page)
            found.extend(items)
            empty = 0 if items else empty + 1
            if token is not None and (empty > MOST_EMPTY_PAGES or (items and items == before)):
                raise UnexpectedResponse(f"{self.provider.name} repeats a page or lists without end.")
            before = items
            self._refuse_too_many(len(found))
            if self._bytes_read - read_before > LARGEST_LISTING_BYTES:
                raise UnexpectedResponse(
                    f"{self.provider.name} lists more than {LARGEST_LISTING_BYTES} bytes of one thing."
                )
            if token is None:
                return found
            if token in fetched or len(fetched) >= MOST_PAGES:
                raise UnexpectedResponse(f"{self.provider.name} repeats a page or lists without end.")
            fetched.add(token)

    def _refuse_too_many(self, count: int) -> None:
        if count > MOST_ITEMS:
            raise UnexpectedResponse(f"{self.provider.name} lists more than {MOST_ITEMS} of one thing.")


def segment(identifier: str) -> str:
    """An identifier as one segment of a path. Raises `Rejected`, before anything is sent, if it would make another
    path.
    """
    if not fits_a_path(identifier):
        shown = identifier if len(identifier) <= LONGEST_SHOWN else f"{identifier[:LONGEST_SHOWN]}…"
        raise Rejected(f"The identifier {shown!r} cannot be part of a path, so nothing was asked about it.")
    return quote(identifier, safe="")


def with_running(running: Iterable[Statement], invoices: Listing[Statement]) -> Listing[Statement]:
    """The running period before the invoices. An invoice of the same period says more."""
    periods = {(one.period, one.total.currency) for one in invoices.items}
    now = tuple(one for one in running if (one.period, one.total.currency) not in periods)
    return replace(invoices, items=(*now, *invoices.items))


def first_text(*values: object) -> str | None:
    """The first of these that is a text and not empty."""
    return next((value for value in values if isinstance(value, str) and value.strip()), None)
