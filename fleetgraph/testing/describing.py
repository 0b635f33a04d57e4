"""The contract of a provider's description: in its record, in the schema, and in its kit."""

from typing import Any

import pytest

from fleet.model.capability import Capability
from fleet.ports.adapter import (
    PROTOCOL_OF,
    ChangesIntegrations,
    CreatesCluster,
    LimitsSpend,
    UpdatesCluster,
)
from fleetgraph.testing.kit import Kit
from fleetgraph.testing.rules import proves


@proves("data-sheet")
def test_the_data_sheet_says_what_the_adapter_can(kit: Kit) -> None:
    adapter, unsupported = kit.adapter, kit.provider.unsupported
    offered = {capability for capability, protocol in PROTOCOL_OF.items() if issubclass(adapter, protocol)}
    assert offered == PROTOCOL_OF.keys() - unsupported.keys()
    assert all(reason.endswith(".") for reason in unsupported.values())


@proves("data-sheet")
@pytest.mark.parametrize(
    ("part", "capability"),
    [("spec", Capability.CREATE_CLUSTER), ("patch", Capability.UPDATE_CLUSTER)],
)
def test_the_data_sheet_has_records_for_what_can_be_asked(
    kit: Kit, part: str, capability: Capability
) -> None:
    is_there, applies_to = getattr(kit.provider, part) is not None, capability not in kit.provider.unsupported
    assert is_there == applies_to, (
        f"{kit.provider.name} has a `{part}` exactly where {capability} is supported."
    )


@proves("schema")
def test_the_schema_shows_what_only_this_provider_knows(kit: Kit) -> None:
    hidden = kit.provider.details.model_fields.keys() - members(kit.types.details)
    assert not hidden, f"The schema does not show {', '.join(sorted(hidden))} of {kit.provider.name}."


@proves("schema")
@pytest.mark.parametrize("part", ["spec", "patch"])
def test_the_schema_takes_what_the_records_take(kit: Kit, part: str) -> None:
    record, given = getattr(kit.provider, part), getattr(kit.types, part)
    name = kit.provider.name
    assert (record is None) == (given is None), (
        f"{name} has a `{part}` in its data sheet and its types, or in neither."
    )
    if record is not None:
        unknown = members(given) - record.model_fields.keys()
        assert not unknown, (
            f"The schema takes {', '.join(sorted(unknown))} for {name}, which its {part} does not."
        )


def members(type_: Any) -> set[str]:
    return {field.python_name for field in type_.__strawberry_definition__.fields}


@proves("kit")
def test_the_kit_has_something_for_all_that_the_adapter_can(kit: Kit) -> None:
    """Crash tests use the specification too."""
    needed: dict[str, type] = {
        "spec": CreatesCluster,
        "patch": UpdatesCluster,
        "limit": LimitsSpend,
        "credentials": ChangesIntegrations,
    }
    missing = [
        f"Kit.{member}: {kit.provider.name} is {protocol.__name__}, and there is nothing to try it with."
        for member, protocol in needed.items()
        if issubclass(kit.adapter, protocol) and not getattr(kit, member)
    ]
    assert not missing, "\n".join(missing)
    given: list[tuple[object, Any]] = [(kit.spec, kit.provider.spec), (kit.patch, kit.provider.patch)]
    for wanted, record in given:
        assert wanted is None or isinstance(wanted, record), f"{wanted!r} is no {record.__name__}."
