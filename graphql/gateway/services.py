"""What the gateway works with: the store, and the services that change it."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from fleet.ports.audit import AuditLog
from fleet.ports.clock import Clock
from fleet.ports.credits import Credits
from fleet.ports.envelopes import Envelopes
from fleet.ports.keys import Keys
from fleet.ports.reader import Reader
from fleet.reading.kept_answers import KeptAnswers
from fleet.reading.snapshot import Snapshots

if TYPE_CHECKING:
    from fleet.accounts.service import AccountService
    from fleet.changing.changer import Changer
    from fleet.webhooks.service import WebhookService


@dataclass(frozen=True, kw_only=True)
class Services:
    """Lives as long as the process. The context of a request limits what its caller can read. What changes the fleet is
    opened with the first change.
    """

    reader: Reader
    open_changer: "Callable[[], Changer]"
    open_account_service: "Callable[[], AccountService]"
    open_webhook_service: "Callable[[], WebhookService]"
    keys: Keys
    envelopes: Envelopes
    credits: Credits
    audit: AuditLog
    clock: Clock

    @cached_property
    def changer(self) -> "Changer":
        return self.open_changer()

    @cached_property
    def account_service(self) -> "AccountService":
        return self.open_account_service()

    @cached_property
    def webhooks(self) -> "WebhookService":
        return self.open_webhook_service()

    @cached_property
    def snapshots(self) -> Snapshots:
        """What was read of accounts and has not changed since, shared by requests."""
        return Snapshots(self.reader, self.clock)

    @cached_property
    def answers(self) -> KeptAnswers:
        """What was answered and may still be true."""
        return KeptAnswers()


@dataclass(frozen=True, kw_only=True)
class Policy:
    """`shows_schema`: introspection is answered, and errors name types and fields. `only_trusted`: only the documents
    of `manifests` are run, by default those of every manifest beside `gateway.limits.known_documents`.
    """

    shows_schema: bool = True
    only_trusted: bool = False
    manifests: tuple[Path, ...] = ()
