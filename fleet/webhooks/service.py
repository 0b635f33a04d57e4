"""Creates, changes, pauses, tests and deletes webhooks, and replays messages that did not arrive. The caller needs the
scope ADMIN, because a webhook sends events of the whole fleet to an address that its creator chooses.
"""

import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, NamedTuple, TypedDict, TypeVar
from urllib.parse import urlsplit

from fleet.model.caller import Caller, Scope
from fleet.model.event import EventKind
from fleet.model.refusal import (
    Conflicting,
    InvalidInput,
    MissingScope,
    NoSuchThing,
    Refused,
    SeveralRefusals,
    Unsupported,
)
from fleet.model.severity import Severity
from fleet.model.stored import FROM_ANOTHER_VERSION
from fleet.model.webhook import KnownWebhook, Webhook, WebhookForm, WebhookState
from fleet.ports.clock import Clock
from fleet.ports.reader import Reader
from fleet.ports.vault import Vault
from fleet.ports.webhooks import NotDelivered, Sender, Webhooks
from fleet.webhooks.message import make_secret, new_test_id, write_headers, write_test
from fleet.webhooks.target import LOST, Target, read_kept, write_target

T = TypeVar("T")

LONGEST_NAME = 100
LONGEST_URL = 1000
MOST_WEBHOOKS = 20
"""Each costs a look into the feed every minute."""
MOST_REPLAYED = 500


class MadeWebhook(NamedTuple):
    """A webhook with the secret that it signs with, which is shown only once."""

    known: KnownWebhook
    secret: str


class ChangedWebhook(NamedTuple):
    known: KnownWebhook


class WebhookPatch(TypedDict, total=False):
    """What is to be changed. What is not in it stays; a filter that is null wants everything."""

    name: str
    url: str
    form: WebhookForm
    kinds: Iterable[EventKind] | None
    severities: Iterable[Severity] | None
    providers: Iterable[str] | None
    account_ids: frozenset[str] | None
    is_paused: bool


class TestedWebhook(NamedTuple):
    """`failure` is why the message did not arrive."""

    known: KnownWebhook
    failure: str | None


class DeletedWebhook(NamedTuple):
    webhook_id: str


@dataclass(frozen=True, kw_only=True)
class WebhookService:
    webhooks: Webhooks
    reader: Reader
    vault: Vault
    sender: Sender
    clock: Clock

    async def create(
        self,
        caller: Caller,
        *,
        name: str,
        url: str,
        form: WebhookForm,
        kinds: Iterable[EventKind] | None,
        severities: Iterable[Severity] | None,
        providers: Iterable[str] | None,
        account_ids: frozenset[str] | None,
    ) -> MadeWebhook:
        _require_admin(caller)
        name, url, now = name.strip(), url.strip(), self.clock.now()
        wrong = [*_faults_of_name(name), *self._faults_of_url(url), *_faults_of_form(form)]
        wrong += await self._faults_of_accounts(account_ids)
        existing = await self.webhooks.page(after=None, limit=MOST_WEBHOOKS)
        if len(existing) >= MOST_WEBHOOKS:
            wrong.append(InvalidInput(f"There are {MOST_WEBHOOKS} webhooks, which is the most."))
        wrong += _faults_of_taken(name, existing)
        if wrong:
            raise SeveralRefusals(wrong)
        webhook = Webhook(
            id=secrets.token_hex(8),
            name=name,
            form=form,
            origin=_origin(url),
            kinds=_some(kinds),
            severities=_some(severities),
            providers=_some(providers),
            account_ids=account_ids,
            created_at=now,
            created_by=caller.name,
        )
        state = WebhookState(cursor=self.webhooks.place(now))
        secret = make_secret()
        await self.vault.keep(webhook.vault_key, write_target(Target(url=url, secret=secret)))
        await self.webhooks.keep(webhook, state)
        return MadeWebhook(KnownWebhook(webhook=webhook, state=state), secret)

    async def update(self, caller: Caller, webhook_id: str, patch: WebhookPatch) -> ChangedWebhook:
        """It takes effect at once, for what is sent next."""
        _require_admin(caller)
        known = await self._need_understood(webhook_id)
        members = await self._members(known.webhook, patch)
        url = patch.get("url")
        before = None if url is None else await self._replace_url(known.webhook, url.strip())
        try:
            changed = await self.webhooks.change(
                webhook_id,
                lambda one: one.model_copy(update={"webhook": one.webhook.model_copy(update=members)}),
            )
        except BaseException:
            if before is not None:
                await self.vault.keep(known.webhook.vault_key, write_target(before))
            raise
        if changed is None:
            raise _gone()
        return ChangedWebhook(changed)

    async def test(self, caller: Caller, webhook_id: str) -> TestedWebhook:
        """Sends a message now, also while it is paused. It is tried once, and counts nowhere."""
        _require_admin(caller)
        known = await self._need_understood(webhook_id)
        now = self.clock.now()
        body = write_test(known.webhook, now)
        try:
            target = await read_kept(self.vault, known.webhook)
            await self.sender.post(target.url, body, write_headers(target.secret, new_test_id(), now, body))
        except KeyError:
            return TestedWebhook(known, LOST)
        except NotDelivered as failure:
            return TestedWebhook(known, str(failure))
        return TestedWebhook(known, None)

    async def delete(self, caller: Caller, webhook_id: str) -> DeletedWebhook:
        _require_admin(caller)
        known = await self._need(webhook_id)
        await self.webhooks.remove(webhook_id)
        await self.vault.forget(known.webhook.vault_key)
        return DeletedWebhook(webhook_id)

    async def replay(self, caller: Caller, webhook_id: str) -> ChangedWebhook:
        """Lets what was given up wait again, up to 500 deliveries, the oldest first."""
        _require_admin(caller)
        await self._need_understood(webhook_id)
        now = self.clock.now()
        dead = await self.webhooks.dead(webhook_id, after=None, limit=MOST_REPLAYED)
        for delivery in dead:
            fresh = delivery.model_copy(update={"attempts": 0, "since": now, "next_at": now})
            await self.webhooks.revive(webhook_id, fresh)
        changed = await self.webhooks.change(webhook_id, lambda one: _revived(one, len(dead)))
        if changed is None:
            raise _gone()
        return ChangedWebhook(changed)

    async def _need(self, webhook_id: str) -> KnownWebhook:
        known = await self.webhooks.find(webhook_id)
        if known is None:
            raise _gone()
        return known

    async def _need_understood(self, webhook_id: str) -> KnownWebhook:
        known = await self._need(webhook_id)
        if not known.webhook.is_understood:
            raise Unsupported(f"{FROM_ANOTHER_VERSION} Delete it, or use that version.")
        return known

    async def _members(self, webhook: Webhook, patch: WebhookPatch) -> dict[str, Any]:
        """Of the webhook, as they are to be. Raises `Refused`."""
        members: dict[str, Any] = {}
        wrong: list[Refused] = []
        if "name" in patch:
            members["name"] = name = patch["name"].strip()
            others = await self.webhooks.page(after=None, limit=MOST_WEBHOOKS)
            wrong += _faults_of_name(name)
            wrong += _faults_of_taken(name, [one for one in others if one.webhook.id != webhook.id])
        if "url" in patch:
            members |= {"origin": _origin(patch["url"].strip()), "url_changed_at": self.clock.now()}
            wrong += self._faults_of_url(patch["url"].strip())
        if "form" in patch:
            members["form"] = patch["form"]
            wrong += _faults_of_form(patch["form"])
        if "account_ids" in patch:
            members["account_ids"] = patch["account_ids"]
            wrong += await self._faults_of_accounts(patch["account_ids"])
        members |= {
            name: _some(wanted)
            for name, wanted in patch.items()
            if name in ("kinds", "severities", "providers")
            and (wanted is None or isinstance(wanted, Iterable))
        }
        if "is_paused" in patch and patch["is_paused"] != (webhook.paused_at is not None):
            members |= {"paused_at": self.clock.now() if patch["is_paused"] else None, "pause_reason": None}
        if wrong:
            raise SeveralRefusals(wrong)
        return members

    async def _replace_url(self, webhook: Webhook, url: str) -> Target:
        """The target as it was. Its secret stays."""
        try:
            before = await read_kept(self.vault, webhook)
        except KeyError:
            raise Unsupported(LOST) from None
        await self.vault.keep(webhook.vault_key, write_target(Target(url=url, secret=before.secret)))
        return before

    def _faults_of_url(self, url: str) -> list[Refused]:
        try:
            if not 1 <= len(url) <= LONGEST_URL:
                raise ValueError(f"An address has 1 to {LONGEST_URL} characters.")
            self.sender.check(url)
        except ValueError as error:
            return [InvalidInput(str(error), path=("url",))]
        return []

    async def _faults_of_accounts(self, account_ids: frozenset[str] | None) -> list[Refused]:
        if account_ids is None:
            return []
        if not account_ids or len(await self.reader.accounts_by_id(account_ids)) < len(account_ids):
            return [InvalidInput("One of these is not the ID of an account.", path=("account_ids",))]
        return []


def _revived(known: KnownWebhook, count: int) -> KnownWebhook:
    counts = {
        "dead_count": max(known.state.dead_count - count, 0),
        "waiting_count": known.state.waiting_count + count,
    }
    return known.model_copy(update={"state": known.state.model_copy(update=counts)})


def _faults_of_name(name: str) -> list[Refused]:
    if not 1 <= len(name) <= LONGEST_NAME:
        return [InvalidInput(f"A name has 1 to {LONGEST_NAME} characters.", path=("name",))]
    return []


def _faults_of_taken(name: str, others: Iterable[KnownWebhook]) -> list[Refused]:
    if any(one.webhook.name == name for one in others):
        return [Conflicting("Another webhook has this name.", path=("name",))]
    return []


def _gone() -> NoSuchThing:
    return NoSuchThing("The webhook was not found.", path=("id",))


def _faults_of_form(form: WebhookForm) -> list[Refused]:
    if form is WebhookForm.UNKNOWN:
        return [InvalidInput("A form is STANDARD or SLACK.", path=("form",))]
    return []


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"


def _some(wanted: Iterable[T] | None) -> frozenset[T] | None:
    """Nothing chosen wants everything."""
    return frozenset(wanted or ()) or None


def _require_admin(caller: Caller) -> None:
    if not caller.may(Scope.ADMIN):
        raise MissingScope(Scope.ADMIN)
