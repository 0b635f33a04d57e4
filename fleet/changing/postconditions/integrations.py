"""What shows that an integration was created, changed or deleted."""

from fleet.changing.comparison import agrees, has_moved
from fleet.changing.postconditions.verdict import ObservedCollection, Verdict, verdict_of
from fleet.model.change import Change, CreateIntegration, UpdateIntegration
from fleet.model.integration import Integration
from fleet.model.operation import Operation


def is_proven_by_its_answer(change: Change) -> bool:
    """Of an integration: whether nothing that the provider shows was asked for."""
    return isinstance(change, UpdateIntegration) and all(
        one is None
        for one in (change.description, change.features, change.allowed_teams, change.permission_check)
    )


def integration_created(operation: Operation, integration: Integration) -> Verdict:
    """The provider answered with its identity; what differs from the wish is said and proves nothing."""
    return Verdict.YES


def integration_updated(operation: Operation, integration: Integration) -> Verdict:
    if agrees(operation, integration):
        return Verdict.YES
    return Verdict.OTHERWISE if has_moved(operation, integration) else Verdict.NO


def identifies(change: CreateIntegration, integration: Integration) -> bool:
    """Whether an integration of the name can be the one that was asked for: what a provider converts or adds is not
    compared.
    """
    return change.cloud in (None, integration.cloud)


def integration_gone(operation: Operation, observed: ObservedCollection) -> Verdict:
    assert operation.target is not None
    if observed.integrations is None:
        return Verdict.NO
    return verdict_of(observed.is_complete and operation.target.key not in observed.integrations)
