import pytest

from fleet.model.cluster import Cluster, Phase, digest_revision
from fleet.model.tracking import TrackedCluster
from fleet.providers import PROVIDERS
from tests.fleet.things import account, cluster, row


@pytest.mark.parametrize("provider", PROVIDERS)
def test_a_cluster_reads_back_from_its_own_json_with_its_providers_details(provider: str) -> None:
    details = PROVIDERS[provider].details(console_url="https://console.invalid")
    before = row(of=account(provider), details=details)
    after = TrackedCluster.model_validate_json(before.model_dump_json(), context=PROVIDERS)
    assert after == before
    assert type(after.item.details) is type(details)


def test_the_providers_own_revision_is_never_stored() -> None:
    assert "provider_revision" not in cluster(provider_revision='"7"').model_dump()


def test_a_row_written_by_a_later_version_still_reads() -> None:
    later = cluster().model_dump_json().replace('"plan":null', '"plan":null,"of_tomorrow":1')
    assert "of_tomorrow" in later
    assert Cluster.model_validate_json(later, context=PROVIDERS) == cluster()


def test_an_incarnation_tells_two_of_one_name_apart() -> None:
    assert (cluster().key, cluster(incarnation="2026").key) == ("c1", "c1@2026")


@pytest.mark.parametrize("phase", Phase)
def test_every_phase_but_deleted_is_active_and_some_move(phase: Phase) -> None:
    shown = cluster(phase=phase)
    assert shown.is_active is (phase is not Phase.DELETED)
    assert shown.is_moving is (phase in {"PENDING", "PROVISIONING", "UPDATING", "STOPPING", "DELETING"})


def test_what_never_started_is_not_active_and_what_has_not_converged_moves() -> None:
    assert not cluster(phase=Phase.FAILED, has_failed_to_start=True).is_active
    assert cluster(is_converged=False).is_moving
    assert not cluster(is_converged=True).is_moving
    assert not cluster(phase=Phase.STOPPED, is_converged=False).is_moving


def test_a_revision_knows_content_and_no_order() -> None:
    assert digest_revision({"a": 1, "b": 2}) == digest_revision({"b": 2, "a": 1})
    assert digest_revision({"a": 1}) != digest_revision({"a": "1"})
