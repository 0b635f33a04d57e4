"""The command from its flags to a provider and back: clusters are created, watched, limited, stopped and deleted."""

import json
import shlex
from collections.abc import Iterator

import pytest

from cli.errors import Exit
from tests.cli.command import Command, Ended
from tests.cli.whole import Whole, whole

pytestmark = pytest.mark.xdist_group("whole")  # in one worker, so that one Fleetgraph serves them


@pytest.fixture(scope="module")
def everything() -> Iterator[Whole]:
    with whole(
        kupe="Acme Tools",
        cockroachdb="Meridian Freight",
        qovery=("Orchard Grocers", "Fjordline Media"),
        northflank="Tidewater Studio",
    ) as one:
        yield one


@pytest.fixture
def fleetgraph(everything: Whole) -> Command:
    return everything.command()


def run(fleetgraph: Command, line: str) -> Ended:
    ended = fleetgraph(*shlex.split(line))
    assert ended.status == Exit.OK, ended
    return ended


def phase(fleetgraph: Command, reference: str) -> str:
    return str(json.loads(run(fleetgraph, f"cluster {reference!r} --json").out)["status"]["phase"])


def test_a_kupe_cluster_is_created_waited_for_and_deleted(fleetgraph: Command) -> None:
    run(
        fleetgraph,
        "create kupe --account 'Acme Tools' --name ci --type shared --cpu 2 --memory 4Gi --storage 20Gi",
    )
    ended = run(fleetgraph, "wait 'Acme Tools/ci' --for ready --timeout 15m")
    assert "PROVISIONING" in ended.out
    run(fleetgraph, "delete 'Acme Tools/ci' --confirm-name ci --wait")
    run(fleetgraph, "wait 'Acme Tools/ci' --for deleted")
    ended = run(fleetgraph, "operations --limit 2")
    assert ended.out.count("SUCCEEDED") == 2


def test_the_nodes_of_a_qovery_cluster_are_listed(fleetgraph: Command) -> None:
    shown = json.loads(run(fleetgraph, "nodes list 'Orchard Grocers/supplier-portal' --json").out)["nodes"]
    assert sorted(one["providerPhase"] for one in shown) == ["NotReady,SchedulingDisabled", "Ready", "Ready"]
    assert {(one["zone"], one["instanceType"]) for one in shown} == {("us-east-2a", "m6a.2xlarge")}


def test_nodes_that_a_token_does_not_get_are_refused_with_the_reason(fleetgraph: Command) -> None:
    ended = fleetgraph("nodes", "list", "Fjordline Media/newsroom")
    assert (ended.status == Exit.OK, ended.out) == (False, "")
    assert "The nodes of Fjordline Media/newsroom cannot be listed." in ended.err
    assert "Qovery shows machines over its WebSocket gateway only" in ended.err


def test_a_database_is_created_within_a_limit_that_is_raised_and_cleared(fleetgraph: Command) -> None:
    place = "--account 'Meridian Freight' --cloud gcp --region europe-west1"
    run(fleetgraph, f"create cockroachdb {place} --name notorious-moose --plan basic --limit-usd 1 --wait")
    run(fleetgraph, "spend-limit set notorious-moose --usd 5 --wait")
    assert "5.00 USD" in run(fleetgraph, "spend-limit show notorious-moose").out
    run(fleetgraph, "spend-limit clear notorious-moose --wait")
    assert "UNLIMITED" in run(fleetgraph, "spend-limit show notorious-moose").out


def test_a_qovery_cluster_is_created_stopped_and_deployed_again(fleetgraph: Command) -> None:
    place = "--account 'Orchard Grocers' --cloud aws --region eu-west-3 --integration orchard-aws-main"
    run(fleetgraph, f"create qovery {place} --name lab --instance-type t3.large --max-nodes 3 --wait")
    run(fleetgraph, "stop lab --wait")
    assert phase(fleetgraph, "lab") == "STOPPED"
    run(fleetgraph, "deploy lab --wait")
    assert phase(fleetgraph, "lab") == "READY"


def test_a_northflank_cluster_is_created_through_an_integration(fleetgraph: Command) -> None:
    place = "--account 'Tidewater Studio' --cloud aws --region eu-west-1 --integration 'Staging AWS'"
    run(
        fleetgraph,
        f"create northflank {place} --name Lab --node-pool type=m6i.xlarge,count=2,disk=100 --wait",
    )
    assert phase(fleetgraph, "Tidewater Studio/Lab") == "READY"


def test_what_a_provider_lacks_is_said_in_its_sentence(fleetgraph: Command) -> None:
    ended = fleetgraph("stop", "Acme Tools/reporting")
    assert ended.status == Exit.FAILED
    assert "A Kupe cluster runs until it is deleted." in ended.err


def test_a_wrong_name_deletes_nothing(fleetgraph: Command) -> None:
    ended = fleetgraph("delete", "Acme Tools/reporting", "--confirm-name", "staging")
    assert ended.status == Exit.USAGE
    assert "--confirm-name: It is not the cluster's name." in ended.err
    assert phase(fleetgraph, "Acme Tools/reporting") != "DELETING"


def test_an_account_is_observed_now_and_then_forgotten() -> None:
    with whole(northflank="Kestrel (personal)") as everything:
        fleetgraph = everything.command()
        run(fleetgraph, "refresh 'Kestrel (personal)' --wait --timeout 1m")
        run(fleetgraph, "disconnect 'Kestrel (personal)' --wait")
        assert "Kestrel" not in run(fleetgraph, "accounts").out
