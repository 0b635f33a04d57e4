"""What a listing can be narrowed to."""

from collections.abc import Hashable, Iterable
from typing import TypeVar

import strawberry

from fleet.model.cloud import Cloud
from fleet.model.cluster import Phase
from fleet.model.operation import OperationState
from fleet.reading import operation_pages, pages
from gateway.relay.ids import account_id_of, ref_of
from gateway.types.enums import ProviderKind
from gateway.types.records import given, option

T = TypeVar("T", bound=Hashable)


@strawberry.input(description="A cluster is listed when it matches every member that is given.")
class ClusterFilter:
    providers: list[ProviderKind] | None = strawberry.UNSET
    account_ids: list[strawberry.ID] | None = strawberry.UNSET
    phases: list[Phase] | None = strawberry.field(
        description="Naming DELETED or FAILED lists such clusters without `includeInactive`.",
        default=strawberry.UNSET,
    )
    clouds: list[Cloud] | None = strawberry.UNSET
    regions: list[str] | None = strawberry.field(
        description="Clusters in any of these regions.", default=strawberry.UNSET
    )
    name_contains: str | None = strawberry.field(
        description="Upper and lower case are the same.", default=strawberry.UNSET
    )
    needs_attention: bool | None = strawberry.field(
        description="True: those that are neither READY nor STOPPED nor DELETED, from an index of their own. "
        "False: the others.",
        default=strawberry.UNSET,
    )
    include_inactive: bool = strawberry.field(
        description="Whether to list deleted clusters, and such as failed before they ever served.",
        default=False,
    )

    def to_where(self) -> pages.ClusterFilter:
        return pages.ClusterFilter(
            providers=_any_of(given(self.providers)),
            account_ids=_accounts(given(self.account_ids)),
            phases=_any_of(given(self.phases)),
            clouds=_any_of(given(self.clouds)),
            regions=_any_of(given(self.regions)),
            name_contains=given(self.name_contains),
            needs_attention=given(self.needs_attention),
            include_inactive=self.include_inactive,
        )


@strawberry.input(description="An integration is listed when it matches every member that is given.")
class IntegrationFilter:
    account_ids: list[strawberry.ID] | None = strawberry.UNSET
    clouds: list[Cloud] | None = strawberry.UNSET

    def to_where(self) -> pages.IntegrationFilter:
        return pages.IntegrationFilter(
            account_ids=_accounts(given(self.account_ids)), clouds=_any_of(given(self.clouds))
        )


@strawberry.input(description="A change is listed when it matches every member that is given.")
class OperationFilter:
    states: list[OperationState] | None = strawberry.UNSET
    cluster_id: strawberry.ID | None = option(
        "Changes of this cluster. An ID that names no cluster matches nothing."
    )

    def to_where(self) -> operation_pages.OperationFilter:
        wanted = given(self.cluster_id)
        return operation_pages.OperationFilter(
            states=_any_of(given(self.states)),
            cluster=None if wanted is None else ref_of("Cluster", wanted) or operation_pages.NOTHING,
        )


def _any_of(wanted: Iterable[T] | None) -> frozenset[T] | None:
    return None if wanted is None else frozenset(wanted)


def _accounts(global_ids: Iterable[str] | None) -> frozenset[str] | None:
    """An ID that names no account matches nothing, as the ID of a forgotten account does."""
    if global_ids is None:
        return None
    return frozenset(found for one in global_ids if (found := account_id_of(one)) is not None)
