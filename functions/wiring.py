"""The composition root: the store, vault, adapters and clock of the domain. Only this module knows all of them."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property, partial
from types import MappingProxyType
from typing import TYPE_CHECKING

from pydantic import SecretStr

from fleet.model.account import Account
from fleet.observing.schedule import Pace
from fleet.ports.clock import Clock
from functions.api_settings import ApiSettings
from functions.settings import SettingsError
from infra.store.api_keys import TableKeys
from infra.store.audit import TableAudit
from infra.store.credits import TableCredits
from infra.store.envelopes import TableEnvelopes
from infra.store.store import TableStore
from infra.store.table import Table
from infra.store.webhooks import TableWebhooks

if TYPE_CHECKING:
    from fleet.accounts.service import AccountService
    from fleet.changing.changer import Changer
    from fleet.observing.observer import Observer
    from fleet.ports.adapter import Adapter, OpenAdapter
    from fleet.ports.permits import Permits
    from fleet.ports.vault import Vault
    from fleet.ports.webhooks import Sender, Webhooks
    from fleet.webhooks.deliver import Deliverer
    from fleet.webhooks.service import WebhookService
    from gateway.services import Policy, Services


SendObservationRequest = Callable[[str, datetime], Awaitable[None]]


@dataclass(frozen=True, kw_only=True)
class Parts:
    """What observes and what changes is imported and opened when it is first asked for: a query needs neither, and they
    were a twelfth of what the API imported. `base_urls`, `shares_address` and `send_observation_request` are as in
    `wire`.
    """

    store: TableStore
    vault: "Vault"
    keys: TableKeys
    webhooks: "Webhooks"
    sender: "Sender"
    rows: Table
    clock: Clock
    pace: Pace
    open_adapter: "OpenAdapter"
    base_urls: Mapping[str, str]
    shares_address: bool
    send_observation_request: SendObservationRequest | None

    @cached_property
    def observer(self) -> "Observer":
        from fleet.observing.observer import Observer

        return Observer(
            store=self.store,
            vault=self.vault,
            open_adapter=self.open_adapter,
            clock=self.clock,
            pace=self.pace,
            shares_address=self.shares_address,
        )

    @cached_property
    def changer(self) -> "Changer":
        from fleet.changing.changer import Changer

        return Changer(
            store=self.store,
            vault=self.vault,
            open_adapter=self.open_adapter,
            clock=self.clock,
            request_observation=self._request_observation,
            shares_address=self.shares_address,
        )

    @cached_property
    def account_service(self) -> "AccountService":
        from fleet.accounts.service import AccountService

        return AccountService(
            store=self.store,
            vault=self.vault,
            open_adapter=self.open_adapter,
            clock=self.clock,
            request_observation=self._request_observation,
            base_urls=self.base_urls,
            shares_address=self.shares_address,
        )

    @cached_property
    def webhook_service(self) -> "WebhookService":
        from fleet.webhooks.service import WebhookService

        return WebhookService(
            webhooks=self.webhooks,
            reader=self.store,
            vault=self.vault,
            sender=self.sender,
            clock=self.clock,
        )

    @cached_property
    def deliverer(self) -> "Deliverer":
        from fleet.webhooks.deliver import Deliverer

        return Deliverer(
            webhooks=self.webhooks,
            reader=self.store,
            vault=self.vault,
            sender=self.sender,
            clock=self.clock,
        )

    def open_changing(self) -> None:
        """Opens what the API may be asked to change things with, ahead of that."""
        _ = self.changer, self.account_service, self.webhook_service

    async def _request_observation(self, account_id: str, at: datetime) -> None:
        await self.store.request_observation(account_id, at)
        if self.send_observation_request is not None:
            await self.send_observation_request(account_id, at)


class Adapters:
    """The adapters. All of them share one HTTP client, with its connections and its TLS context.

    They are imported and the client is opened with the first adapter, because a query needs none: it is a tenth of what
    the API would import. `urls` are addresses besides the providers' own.
    """

    def __init__(self, urls: Iterable[str], clock: Clock) -> None:
        self._urls = list(urls)
        self._clock = clock
        self._to_close = AsyncExitStack()

    def open(self, account: Account, token: SecretStr, permits: "Permits") -> "Adapter":
        """Is a `fleet.ports.adapter.OpenAdapter`."""
        return self._open(account, token, permits)

    @cached_property
    def _open(self) -> "OpenAdapter":
        from adapters import open_adapter, open_client

        client = open_client(self._urls)
        self._to_close.push_async_callback(client.aclose)
        return partial(open_adapter, client=client, clock=self._clock)

    async def close(self) -> None:
        await self._to_close.aclose()


class Sending:
    """Is a `fleet.ports.webhooks.Sender`, whose client is imported and opened with the first message."""

    def __init__(self, allows_private: bool) -> None:
        self._allows_private = allows_private
        self._to_close = AsyncExitStack()

    def check(self, url: str) -> None:
        self._sender.check(url)

    async def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> None:
        await self._sender.post(url, body, headers)

    @cached_property
    def _sender(self) -> "Sender":
        from adapters.webhook_sender import WebhookSender, open_client

        client = open_client()
        self._to_close.push_async_callback(client.aclose)
        return WebhookSender(client=client, allows_private=self._allows_private)

    async def close(self) -> None:
        await self._to_close.aclose()


@asynccontextmanager
async def wire(
    *,
    rows: Table,
    vault: "Vault",
    pace: Pace,
    clock: Clock,
    base_urls: Mapping[str, str] = MappingProxyType({}),
    given_urls: Iterable[str] = (),
    send_observation_request: SendObservationRequest | None = None,
    shares_address: bool = True,
    allows_private_webhooks: bool = False,
) -> AsyncIterator[Parts]:
    """`rows` are closed at the end. `base_urls` are the addresses of providers for new accounts, instead of their own.
    Requests go only to the providers, to those, and to `given_urls`. `send_observation_request` is called for an
    account that must be observed before the schedule would. `shares_address`: all of our processes ask from one
    address, as functions on AWS do not. `allows_private_webhooks`: webhooks may send to addresses inside our network.
    """
    store = TableStore(rows, clock)
    adapters = Adapters([*base_urls.values(), *given_urls], clock)
    sender = Sending(allows_private_webhooks)
    try:
        yield Parts(
            store=store,
            vault=vault,
            keys=TableKeys(rows, clock),
            webhooks=TableWebhooks(rows, clock),
            sender=sender,
            rows=rows,
            clock=clock,
            pace=pace,
            open_adapter=adapters.open,
            base_urls=base_urls,
            shares_address=shares_address,
            send_observation_request=send_observation_request,
        )
    finally:
        await adapters.close()
        await sender.close()
        rows.close()


def services_of(parts: Parts, settings: ApiSettings) -> "Services":
    """The gateway's services. They are imported here, because the functions in the background do not need GraphQL."""
    from gateway.services import Services

    return Services(
        reader=parts.store,
        open_changer=lambda: parts.changer,
        open_account_service=lambda: parts.account_service,
        open_webhook_service=lambda: parts.webhook_service,
        keys=parts.keys,
        envelopes=TableEnvelopes(parts.rows, parts.clock),
        credits=TableCredits(parts.rows, settings.credits_per_minute),
        audit=TableAudit(parts.rows, parts.clock),
        clock=parts.clock,
    )


def policy_of(settings: ApiSettings) -> "Policy":
    from gateway.limits.known_documents import ManifestError, known_documents, manifest_path
    from gateway.services import Policy

    policy = Policy(
        shows_schema=settings.shows_schema,
        only_trusted=settings.only_trusted,
        manifests=tuple(map(manifest_path, settings.manifests)),
    )
    try:
        known_documents(policy.manifests)
    except ManifestError as error:
        raise SettingsError(f"MANIFESTS: {error}") from error
    return policy
