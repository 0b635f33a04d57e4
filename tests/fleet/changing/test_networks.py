"""A change of who may connect is judged by the cluster's own list of networks, and by nothing older."""

from datetime import datetime

import pytest

from fleet.changing.postconditions.verdict import ObservedCollection
from fleet.changing.settling import ABSENT_OBSERVATIONS, GRACE, settle
from fleet.changing.verbs import observed_in
from fleet.model.account import Collection
from fleet.model.change import AllowNetwork, Change, DisallowNetwork, OperationKind
from fleet.model.cluster import Facts
from fleet.model.network import AllowedNetwork, Allowlist, NetworkToAllow
from fleet.model.operation import OperationState
from fleet.model.tracking import TrackedCluster
from tests.fleet.changing.test_settling import ANSWERED, LATER, SENT, lost, row, taken, view, web

OFFICE = NetworkToAllow(cidr="192.0.2.0/24", name="office")
ALLOW, DISALLOW = AllowNetwork(network=OFFICE), DisallowNetwork(cidr=OFFICE.cidr)
KEY = web().key


def shown(
    *networks: AllowedNetwork, began_at: datetime = LATER, is_propagating: bool | None = None
) -> ObservedCollection:
    allowlist = Allowlist(networks=networks, is_propagating=is_propagating)
    found = row(web(), facts=Facts(allowlist=allowlist))
    return ObservedCollection(
        collection=Collection.ALLOWLISTS, began_at=began_at, is_complete=True, clusters={KEY: found}
    )


def test_an_open_change_of_networks_has_the_lists_observed() -> None:
    for kind in (OperationKind.ALLOW_NETWORK, OperationKind.DISALLOW_NETWORK):
        assert observed_in(kind) is Collection.ALLOWLISTS


@pytest.mark.parametrize(
    ("change", "observed", "state"),
    [
        (ALLOW, shown(OFFICE), OperationState.SUCCEEDED),
        (ALLOW, shown(), OperationState.RUNNING),
        (ALLOW, shown(OFFICE.model_copy(update={"allows_sql": False})), OperationState.RUNNING),
        (ALLOW, shown(OFFICE, is_propagating=True), OperationState.RUNNING),
        (ALLOW, shown(OFFICE, began_at=SENT), OperationState.RUNNING),
        (DISALLOW, shown(), OperationState.SUCCEEDED),
        (DISALLOW, shown(OFFICE), OperationState.RUNNING),
    ],
)
def test_the_list_shows_the_end(change: Change, observed: ObservedCollection, state: OperationState) -> None:
    assert settle(taken(change), observed, LATER).state is state


def test_a_name_that_the_provider_changed_is_no_other_network() -> None:
    named = OFFICE.model_copy(update={"name": "office (made here)"})
    asked = taken(ALLOW)
    assert settle(asked, shown(named), LATER).state is OperationState.RUNNING
    after = settle(asked, shown(named, began_at=ANSWERED + GRACE), LATER)
    assert after.state is OperationState.SUCCEEDED


@pytest.mark.parametrize("change", [ALLOW, DISALLOW])
def test_a_list_of_clusters_proves_nothing_of_their_networks(change: Change) -> None:
    remembered: TrackedCluster = row(web(), facts=Facts(allowlist=Allowlist()))
    assert settle(taken(change), view(remembered), LATER).state is OperationState.RUNNING


def test_a_lost_answer_is_found_out_by_the_list() -> None:
    found = settle(lost(ALLOW, key=KEY), shown(OFFICE), LATER)
    assert found.state is OperationState.RUNNING
    missed = lost(ALLOW, key=KEY)
    for times in range(1, ABSENT_OBSERVATIONS + 1):
        assert missed.state is OperationState.UNCONFIRMED
        missed = settle(missed, shown(began_at=SENT + GRACE * times), LATER)
    assert missed.state is OperationState.FAILED
