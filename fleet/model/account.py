"""An account at a provider, and what observing it has shown."""

import secrets
from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated

from pydantic import Field

from fleet.model.asked import Part
from fleet.model.failure import Failure
from fleet.model.record import Instant, Record, made_once
from fleet.model.spend import PeriodTotal
from fleet.model.subscription import Subscription
from fleet.model.summary import Summary


class Account(Record):
    """An organization, a tenant or a team at a provider, as somebody connected it.

    `external_id` is the provider's own name for it, null where the token implies it. `organization_id` is
    the token's organization by the provider's answer, where it names one. `base_url` replaces the provider's
    own scheme and host. `token_hint` is the last four characters of the token. `token_expires_at` is when
    it says that it expires, null where it does not say. `budget_key` names what the provider counts requests by; it
    does not contain the token.
    """

    id: str
    provider: str
    name: str
    external_id: str | None = None
    organization_id: str | None = None
    api_version: str | None = None
    base_url: str | None = None
    token_hint: str
    token_replaced_at: Instant
    token_expires_at: Annotated[Instant | None, Field(exclude_if=lambda value: value is None)] = None
    budget_key: str

    @property
    def order(self) -> tuple[str, str]:
        """Accounts are listed by provider, then by name."""
        return (self.provider, self.name)

    @property
    def organization(self) -> tuple[str, str, str]:
        """The organization that the account belongs to. Where only the token identifies it, each token is one
        organization.
        """
        return (
            self.provider,
            self.base_url or "",
            self.external_id or self.organization_id or self.budget_key,
        )


def new_account_id() -> str:
    """A random id. An account that is connected again under an earlier name gets another id, so that a key which was
    limited to the earlier account does not see the new one.
    """
    return secrets.token_hex(8)


class Collection(StrEnum):
    """What is observed of an account, each at its own pace."""

    CLUSTERS = "clusters"
    NODES = "nodes"
    CONNECTIONS = "connections"
    COSTS = "costs"
    SPEND = "spend"
    UPGRADES = "upgrades"
    ALLOWLISTS = "allowlists"
    UPKEEP = "upkeep"
    INTEGRATIONS = "integrations"
    REGIONS = "regions"
    INSTANCE_TYPES = "instance_types"
    VERSIONS = "versions"


class CollectionState(Record):
    """When a collection was observed, and what went wrong since.

    `observed_at` is when the provider last answered for it; `failure` is why the latest attempt failed, null when it
    succeeded; `failing_since` and `failed_attempts` count the attempts that failed in a row. `requests` is how many
    requests its latest complete observation took. `resume_after` is the key of the cluster that was asked for last,
    where an observation ended before it had asked for all. `budget_until` is set where the request budget holds the
    pace down: until when. `expected_age_seconds` is the age that it does not pass while all goes as planned.
    `parts` are what the latest observations asked for, where each asked a part of the clusters (`fleet.model.asked`).
    `whole_at` is when all were asked before that.
    """

    observed_at: Instant | None = None
    next_attempt_at: Instant | None = None
    failure: Failure | None = None
    failing_since: Instant | None = None
    failed_attempts: int = 0
    requests: int = 1
    resume_after: str | None = None
    budget_until: Instant | None = None
    expected_age_seconds: int | None = None
    parts: Annotated[tuple[Part, ...], Field(exclude_if=lambda parts: not parts)] = ()
    whole_at: Annotated[Instant | None, Field(exclude_if=lambda at: at is None)] = None

    @property
    def is_lacking(self) -> bool:
        """Whether the failure is about a part of what was asked for, and the rest was answered."""
        failed_at = None if self.failure is None else self.failure.occurred_at
        return failed_at is not None and self.observed_at is not None and self.observed_at >= failed_at

    def asked_at(self, cluster_key: str) -> Instant | None:
        """When what belongs to the cluster was asked for last, or somewhat earlier."""
        if not self.parts:
            return self.observed_at
        before = self.whole_at or self.parts[-1].at
        return next((part.at for part in self.parts if cluster_key in part), before)


NEVER_OBSERVED = CollectionState.model_construct()


class DeletionGuard(Record):
    """Set while many clusters of an account are missing at once. They are not marked deleted for an hour."""

    since: Instant
    reason: str


class AccountState(Record):
    """What observation knows of an account. `spend` is what it costs in the running period, by currency;
    `subscription` is null where its provider tells nothing of it.

    `durations` are as in `fleet.model.durations`. `changes` grows with each observation that changed a row. `fence` is
    that of the observation which left this: where the next one has another than the next number, one was lost in
    between, and may have changed rows. `quiet` counts the latest observations that changed and failed nothing.
    """

    collections: Mapping[Collection, CollectionState] = {}
    is_token_accepted: bool | None = None
    deletion_guard: DeletionGuard | None = None
    summary: Summary = made_once(Summary)
    spend: tuple[PeriodTotal, ...] = ()
    subscription: Annotated[Subscription | None, Field(exclude_if=lambda value: value is None)] = None
    durations: Mapping[str, tuple[int, ...]] = {}
    changes: int = 0
    fence: int | None = None
    quiet: int = 0

    def of(self, collection: Collection) -> CollectionState:
        return self.collections.get(collection, NEVER_OBSERVED)


class TrackedAccount(Record):
    """An account with its state. `due_at` is when it will be observed next. `is_understood` is false where another
    version stored the account in a form that this one cannot read whole: it is shown, and neither observed nor changed.
    `is_counted` is false where its numbers (`state.summary`) were stored in such a form, and are too low here.
    """

    account: Account
    state: AccountState = made_once(AccountState)
    due_at: Instant | None = None
    is_understood: bool = True
    is_counted: bool = True
