"""A provider of a package that is installed, through a whole gateway. `tests/contract/test_outside.py` installs it."""

import shlex

import pytest

from fleet.providers import PROVIDERS
from tests.cli.whole import whole
from tests.gateway.conftest import begin  # noqa: F401 - a fixture
from tests.gateway.journey import Begin

DETAILS = """
query Details($id: ID!) {
  node(id: $id) { ... on Cluster { name details { ... on BeaconClusterDetails { size } } } }
}
"""
UPDATE = """
mutation Update($id: ID!) {
  updateCluster(id: $id, input: {kupe: {version: "1.33"}}) { userErrors { __typename message } }
}
"""


async def test_it_is_one_of_the_providers(begin: Begin) -> None:  # noqa: F811
    journey = begin("beacon")
    payload = await journey.client.query("{ providers { kind name capabilities { capability reason } } }")
    (beacon,) = (one for one in payload["providers"] if one["kind"] == "BEACON")
    reasons = {one["capability"]: one["reason"] for one in beacon["capabilities"]}
    assert (beacon["name"], reasons["CREATE_CLUSTER"]) == ("Beacon", None)
    assert reasons["UPDATE_CLUSTER"] == "A Beacon cluster stays as it was created."
    assert "beacon" in PROVIDERS


async def test_a_cluster_of_it_is_made_shown_and_deleted(begin: Begin) -> None:  # noqa: F811
    journey = begin("beacon")
    account_id = await journey.connect("Lighthouse")
    wanted = {"accountId": account_id, "name": "pier", "spec": {"beacon": {"size": "large"}}}
    made = await journey.follow(await journey.run("create-kupe-cluster", input=wanted), minutes=15)
    assert (made["state"], made["target"]["status"]) == ("SUCCEEDED", {"phase": "READY"})
    cluster_id = made["target"]["id"]
    shown = await journey.client.query(DETAILS, id=cluster_id)
    assert shown["node"] == {"name": "pier", "details": {"size": "large"}}
    gone = await journey.run("delete-cluster", id=cluster_id, confirmName="pier")
    assert (await journey.follow(gone, minutes=15))["state"] == "SUCCEEDED"


async def test_an_update_that_it_does_not_know_is_refused_with_its_message(begin: Begin) -> None:  # noqa: F811
    journey = begin("beacon")
    await journey.connect("Lighthouse")
    listed = await journey.client.query("{ clusters(first: 1) { nodes { id } } }")
    payload = await journey.client.query(UPDATE, id=listed["clusters"]["nodes"][0]["id"])
    (error,) = payload["updateCluster"]["userErrors"]
    assert (error["__typename"], error["message"]) == (
        "UnsupportedError",
        "A Beacon cluster stays as it was created.",
    )


@pytest.mark.parametrize("member", ["UpdateClusterInput", "ClusterSpecInput"])
async def test_it_takes_part_in_the_inputs_that_it_has_something_for(begin: Begin, member: str) -> None:  # noqa: F811
    document = f'{{ __type(name: "{member}") {{ inputFields {{ name }} }} }}'
    payload = await begin("beacon").client.query(document)
    names = {field["name"] for field in payload["__type"]["inputFields"]}
    assert ("beacon" in names) == (member == "ClusterSpecInput")


def test_the_command_connects_it_and_makes_and_deletes_a_cluster() -> None:
    with whole(beacon="Lighthouse") as everything:
        fleetgraph = everything.command()

        def run(line: str, stdin: str = "") -> str:
            ended = fleetgraph(*shlex.split(line), stdin=stdin)
            assert ended.status == 0, ended
            return ended.out

        create = "clusters create beacon --account Lighthouse --name quay --spec - --wait"
        run(create, stdin='{"size": "large"}')
        assert "quay" in run("clusters list --provider beacon")
        update = ("clusters", "update", "Lighthouse/quay", "--spec", "-")
        assert fleetgraph(*update, stdin='{"size": "small"}').status != 0
        run("clusters delete Lighthouse/quay --confirm-name quay --wait")
        run("accounts disconnect Lighthouse --wait")
        run("accounts connect beacon --name Again", stdin=everything.tokens[0])
