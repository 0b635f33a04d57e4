"""The filters and the order of listings."""

from collections.abc import Hashable, Iterable
from datetime import datetime
from typing import TypeVar

import strawberry

from fleet.model.change import OperationKind
from fleet.model.cloud import Cloud
from fleet.model.cluster import Engine, Phase
from fleet.model.event import EventKind
from fleet.model.freshness import FreshnessState
from fleet.model.money import SpendLimitState
from fleet.model.operation import OperationState
from fleet.model.severity import Severity
from fleet.reading import account_pages, activity, operation_pages, pages
from fleet.reading.account_pages import AccountOrderField
from fleet.reading.facets import FacetBy
from fleet.reading.integration_pages import IntegrationOrderField
from fleet.reading.listing import Question
from fleet.reading.operation_pages import OperationOrderField
from fleet.reading.ordering import OrderField
from fleet.reading.search import InvalidSearch, Search, parse
from fleet.reading.sorting import Direction
from gateway.http.errors import ClientError
from gateway.relay.ids import account_id_of, ref_of
from gateway.types.enums import ProviderKind
from gateway.types.records import given, option

T = TypeVar("T", bound=Hashable)

PART_OF_A_NAME = "Part of the name. Upper and lower case are equal."


@strawberry.input(description="A label that a cluster has.")
class LabelFilter:
    key: str
    value: str | None = option("The value. Null matches any value.")


@strawberry.input(description="A field to sort by, and the direction. Unknown values come last.")
class ClusterOrder:
    by: OrderField = strawberry.field(name="field")
    direction: Direction = Direction.ASC


@strawberry.input(description="A criterion to count clusters by.")
class FacetInput:
    by: FacetBy
    label: str | None = option("The key of the label, where `by` is LABEL.")


@strawberry.input(description="Lists the clusters that match every given member.")
class ClusterFilter:
    providers: list[ProviderKind] | None = strawberry.UNSET
    account_ids: list[strawberry.ID] | None = strawberry.UNSET
    phases: list[Phase] | None = strawberry.field(
        description="Clusters in any of these phases. DELETED and FAILED are listed without `includeInactive` too.",
        default=strawberry.UNSET,
    )
    clouds: list[Cloud] | None = strawberry.UNSET
    regions: list[str] | None = strawberry.field(
        description="Clusters in any of these regions.", default=strawberry.UNSET
    )
    name_contains: str | None = strawberry.field(description=PART_OF_A_NAME, default=strawberry.UNSET)
    needs_attention: bool | None = strawberry.field(
        description="True: clusters that are not READY, STOPPED or DELETED. They have an index of their own, so "
        "the query is cheap. False: the others.",
        default=strawberry.UNSET,
    )
    include_inactive: bool = strawberry.field(
        description="Whether to list deleted clusters too, and clusters whose creation failed.",
        default=False,
    )

    versions: list[str] | None = option("Versions as the provider spells them.")
    plans: list[str] | None = option("Plans in the providers' words.")
    engines: list[Engine] | None = strawberry.UNSET
    labels: list[LabelFilter] | None = option("Clusters that have all of these labels.")
    limit_states: list[SpendLimitState] | None = strawberry.UNSET
    severities: list[Severity] | None = option(
        "Clusters of any of these severities. Examines every cluster of the accounts."
    )
    created_since: datetime | None = strawberry.UNSET
    changed_since: datetime | None = option("Clusters whose phase has changed since this time.")
    without: list["ClusterFilter"] | None = strawberry.field(
        description="Leaves out clusters that match any of these filters. Examines every cluster of the accounts.",
        default=strawberry.UNSET,
        name="not",
    )

    def to_question(self, search: str | None) -> Question:
        """Raises `ClientError` for a search that cannot be read."""
        severities = given(self.severities)
        return Question(
            where=self.to_where(),
            search=None if search is None else _parse(search),
            severities=_any_of(severities),
            without=[one.to_where() for one in given(self.without) or ()],
        )

    @property
    def examines_all(self) -> bool:
        """Whether rows in the default order cannot answer it page by page."""
        return given(self.severities) is not None or bool(given(self.without))

    def to_where(self) -> pages.ClusterFilter:
        labels = given(self.labels)
        return pages.ClusterFilter(
            versions=_any_of(given(self.versions)),
            plans=_any_of(given(self.plans)),
            engines=_any_of(given(self.engines)),
            labels=None if labels is None else {one.key: given(one.value) for one in labels},
            limit_states=_any_of(given(self.limit_states)),
            created_since=given(self.created_since),
            changed_since=given(self.changed_since),
            providers=_any_of(given(self.providers)),
            account_ids=_accounts(given(self.account_ids)),
            phases=_any_of(given(self.phases)),
            clouds=_any_of(given(self.clouds)),
            regions=_any_of(given(self.regions)),
            name_contains=given(self.name_contains),
            needs_attention=given(self.needs_attention),
            include_inactive=self.include_inactive,
        )


@strawberry.input(description="Lists the integrations that match every given member.")
class IntegrationFilter:
    account_ids: list[strawberry.ID] | None = strawberry.UNSET
    providers: list[ProviderKind] | None = strawberry.UNSET
    clouds: list[Cloud] | None = strawberry.UNSET
    name_contains: str | None = option(PART_OF_A_NAME)

    def to_where(self) -> pages.IntegrationFilter:
        return pages.IntegrationFilter(
            account_ids=_accounts(given(self.account_ids)),
            providers=_any_of(given(self.providers)),
            clouds=_any_of(given(self.clouds)),
            name_contains=given(self.name_contains),
        )


@strawberry.input(description="A field to sort integrations by, and the direction. Unknown values come last.")
class IntegrationOrder:
    by: IntegrationOrderField = strawberry.field(name="field")
    direction: Direction = Direction.ASC


@strawberry.input(description="Lists the accounts that match every given member.")
class AccountFilter:
    providers: list[ProviderKind] | None = strawberry.UNSET
    name_contains: str | None = option(PART_OF_A_NAME)
    freshness: list[FreshnessState] | None = option("Accounts whose clusters are in any of these states.")

    def to_where(self) -> account_pages.AccountFilter:
        return account_pages.AccountFilter(
            providers=_any_of(given(self.providers)),
            name_contains=given(self.name_contains),
            freshness=_any_of(given(self.freshness)),
        )


@strawberry.input(description="A field to sort accounts by, and the direction. Unknown values come last.")
class AccountOrder:
    by: AccountOrderField = strawberry.field(name="field")
    direction: Direction = Direction.ASC


@strawberry.input(description="Lists the operations that match every given member.")
class OperationFilter:
    states: list[OperationState] | None = strawberry.UNSET
    kinds: list[OperationKind] | None = strawberry.UNSET
    account_ids: list[strawberry.ID] | None = strawberry.UNSET
    cluster_id: strawberry.ID | None = option(
        "Operations on this cluster. The ID of anything else matches nothing."
    )
    name_contains: str | None = option("Part of the name of what is changed. Upper and lower case are equal.")
    requested_by: str | None = option("The name of the key that asked for it.")
    since: datetime | None = option("Only what was asked for from this time on.")

    def to_where(self) -> operation_pages.OperationFilter:
        wanted = given(self.cluster_id)
        return operation_pages.OperationFilter(
            states=_any_of(given(self.states)),
            kinds=_any_of(given(self.kinds)),
            account_ids=_accounts(given(self.account_ids)),
            cluster=None if wanted is None else ref_of("Cluster", wanted) or operation_pages.NOTHING,
            name_contains=given(self.name_contains),
            requested_by=given(self.requested_by),
            since=given(self.since),
        )


@strawberry.input(description="A field to sort operations by, and the direction. Unknown values come last.")
class OperationOrder:
    by: OperationOrderField = strawberry.field(name="field")
    direction: Direction = Direction.ASC


@strawberry.input(description="Lists the events that match every given member.")
class EventFilter:
    kinds: list[EventKind] | None = strawberry.UNSET
    providers: list[ProviderKind] | None = strawberry.UNSET
    account_ids: list[strawberry.ID] | None = strawberry.UNSET
    cluster_id: strawberry.ID | None = option(
        "Events of this cluster, also of a deleted one. The ID of anything else matches nothing."
    )
    severities: list[Severity] | None = strawberry.UNSET

    def to_where(self) -> activity.EventFilter:
        cluster = given(self.cluster_id)
        return activity.EventFilter(
            severities=_any_of(given(self.severities)),
            kinds=_any_of(given(self.kinds)),
            providers=_any_of(given(self.providers)),
            account_ids=_accounts(given(self.account_ids)),
            cluster=None if cluster is None else ref_of("Cluster", cluster) or activity.NOTHING,
        )


def _parse(text: str) -> Search:
    try:
        return parse(text)
    except InvalidSearch as error:
        raise ClientError(f"Argument `search`: {error}") from None


def _any_of(wanted: Iterable[T] | None) -> frozenset[T] | None:
    return None if wanted is None else frozenset(wanted)


def _accounts(global_ids: Iterable[str] | None) -> frozenset[str] | None:
    """The account ids. The ID of anything else matches nothing, like the ID of a forgotten account."""
    if global_ids is None:
        return None
    return frozenset(found for one in global_ids if (found := account_id_of(one)) is not None)
