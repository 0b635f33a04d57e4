"""What shows that a network may reach a cluster, or may not any more."""

from fleet.changing.postconditions.verdict import Verdict, verdict_of
from fleet.model.change import AllowNetwork, DisallowNetwork
from fleet.model.operation import Operation
from fleet.model.tracking import TrackedCluster


def network_allowed(operation: Operation, row: TrackedCluster) -> Verdict:
    change, allowlist = operation.change, row.facts.allowlist
    assert isinstance(change, AllowNetwork)
    if allowlist is None:
        return Verdict.NOT_SHOWN
    asked = change.network
    found = next((one for one in allowlist.networks if one.cidr == asked.cidr), None)
    if found is None or (found.allows_sql, found.allows_ui) != (asked.allows_sql, asked.allows_ui):
        return Verdict.NO
    return Verdict.YES if asked.name in (None, found.name) else Verdict.OTHERWISE


def network_in_force(operation: Operation, row: TrackedCluster) -> Verdict:
    is_on_its_way = row.facts.allowlist is not None and row.facts.allowlist.is_propagating
    return Verdict.NO if is_on_its_way else network_allowed(operation, row)


def network_disallowed(operation: Operation, row: TrackedCluster) -> Verdict:
    change, allowlist = operation.change, row.facts.allowlist
    assert isinstance(change, DisallowNetwork)
    if allowlist is None:
        return Verdict.NOT_SHOWN
    return verdict_of(all(one.cidr != change.cidr for one in allowlist.networks))
