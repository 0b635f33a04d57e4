"""Inputs of clusters. Each provider requires different members, so each has its own input type."""

from typing import TypeVar

import strawberry

from fleet.model.capability import Capability
from fleet.model.provider import Provider
from fleet.model.refusal import InvalidInput, Refused, Unsupported
from fleet.model.spec import ClusterPatch, ClusterSpec
from gateway.inputs.conversion import chosen, make
from gateway.providers import TYPES
from gateway.relay import ids
from gateway.types.records import option

WantedT = TypeVar("WantedT", ClusterSpec, ClusterPatch)

_SPECS = {key: types.spec | None for key, types in TYPES.items() if types.spec is not None}
_PATCHES = {key: types.patch | None for key, types in TYPES.items() if types.patch is not None}


@strawberry.input(
    one_of=True,
    description="The specification of a new cluster: exactly one member, the one of the account's provider.",
)
class ClusterSpecInput:
    __annotations__ = _SPECS
    vars().update(dict.fromkeys(_SPECS, strawberry.UNSET))


@strawberry.input(
    one_of=True,
    description="The changes of a cluster: exactly one member, the one of the cluster's provider. Members that "
    "are left out stay as they are. An explicit null clears a value that can be cleared, and is refused for "
    "any other.",
)
class UpdateClusterInput:
    __annotations__ = _PATCHES
    vars().update(dict.fromkeys(_PATCHES, strawberry.UNSET))


@strawberry.input(description="A new cluster.")
class CreateClusterInput:
    account_id: strawberry.ID
    name: str
    spec: ClusterSpecInput
    idempotency_key: str | None = option(
        "A value that you choose. A request that repeats it within 24 hours with the same input gets the first "
        "operation, and no second cluster is created. With another input it is a ConflictError."
    )


def to_spec(wanted: ClusterSpecInput, provider: Provider, account_id: str) -> ClusterSpec:
    """Raises `Refused` with a path below "spec"."""
    if provider.spec is None:
        raise Unsupported(
            provider.unsupported[Capability.CREATE_CLUSTER], capability=Capability.CREATE_CLUSTER
        )
    return _to_record(provider.spec, wanted, "spec", provider, account_id)


def to_patch(wanted: UpdateClusterInput, provider: Provider, account_id: str) -> ClusterPatch:
    """Raises `Refused` with a path below "patch"."""
    if provider.patch is None:
        raise Unsupported(
            provider.unsupported[Capability.UPDATE_CLUSTER], capability=Capability.UPDATE_CLUSTER
        )
    return _to_record(provider.patch, wanted, "patch", provider, account_id)


def _to_record(
    record: type[WantedT],
    wanted: ClusterSpecInput | UpdateClusterInput,
    place: str,
    provider: Provider,
    account_id: str,
) -> WantedT:
    key, choice = chosen(wanted)
    if key != provider.key:
        raise InvalidInput(f"It is at {provider.name}: give `{provider.key}`, not `{key}`.", path=(place,))
    try:
        given = choice.to_members()
        if given.get("integration_external_id") is not None:
            given["integration_external_id"] = _integration(given["integration_external_id"], account_id)
    except Refused as refused:
        raise refused.below(place) from None
    return make(record, given, place)


def _integration(global_id: str, account_id: str) -> str:
    """The provider's identifier of the integration with a global ID."""
    ref = ids.ref_of("Integration", global_id)
    if ref is None or ref.account_id != account_id:
        raise InvalidInput(
            "It is not the ID of an integration of this account.", path=("integration_external_id",)
        )
    return ref.key
