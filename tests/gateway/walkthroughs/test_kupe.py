"""The documents that change something at Kupe, walked through from beginning to end."""

from tests.gateway.journey import Begin


async def test_a_kupe_cluster_is_made_changed_and_deleted(begin: Begin) -> None:
    journey = begin("kupe")
    account_id = await journey.connect("Acme Tools")
    assert journey.input_of("create-kupe-cluster")["accountId"] == account_id

    made = await journey.run("create-kupe-cluster")
    again = await journey.run("create-kupe-cluster")
    assert again["operation"]["id"] == made["operation"]["id"]
    assert len(journey.asked("POST")) == 1
    done = await journey.follow(made, minutes=15)
    assert (done["kind"], done["state"], done["requestedBy"]) == ("CREATE_CLUSTER", "SUCCEEDED", "admin")
    assert (done["target"]["name"], done["target"]["status"]) == ("staging-eu", {"phase": "READY"})

    cluster = await journey.run("cluster", id=done["target"]["id"])
    assert (cluster["displayName"], cluster["capacity"]["total"]["cpuMillicores"]) == ("Staging EU", "4000")
    change = await journey.run("update-kupe-cluster", id=cluster["id"], expectedRevision=cluster["revision"])
    assert (await journey.follow(change, minutes=15))["state"] == "SUCCEEDED"
    grown = await journey.run("cluster", id=cluster["id"])
    assert grown["capacity"]["total"]["cpuMillicores"] == "8000"

    late = await journey.run("update-kupe-cluster", id=cluster["id"], expectedRevision=cluster["revision"])
    (error,) = late["userErrors"]
    assert (error["__typename"], error["path"]) == ("ConflictError", ["expectedRevision"])
    assert error["currentRevision"] == grown["revision"]

    gone = await journey.run("delete-cluster", id=cluster["id"], confirmName="staging-eu")
    assert (await journey.follow(gone, minutes=15))["state"] == "SUCCEEDED"
    listed = await journey.run("operations")
    assert [one["kind"] for one in listed["nodes"]] == ["DELETE_CLUSTER", "UPDATE_CLUSTER", "CREATE_CLUSTER"]
    assert {one["state"] for one in listed["nodes"]} == {"SUCCEEDED"}


async def test_what_kupe_warns_of_and_what_its_plans_hold_is_shown(begin: Begin) -> None:
    """Its newest servers warn of a version that they retire, and create the cluster all the same."""
    journey = begin("kupe")
    account_id = await journey.connect("Lumen Robotics")
    asked = journey.input_of("create-kupe-cluster", accountId=account_id, name="old-and-available")
    asked["spec"] = {"kupe": asked["spec"]["kupe"] | {"version": "1.29", "isHighlyAvailable": True}}
    done = await journey.follow(await journey.run("create-kupe-cluster", input=asked), minutes=15)
    assert done["state"] == "SUCCEEDED"
    (told,) = done["warnings"]
    assert (told["code"], told["field"]) == ("HA_K8S_VERSION_RETIRING", "version")
    assert "1.29" in told["message"]
    assert "HA_K8S_VERSION_RETIRING" not in str(await journey.run("cluster", id=done["target"]["id"]))

    document = """query ($id: ID!) { node(id: $id) { ... on Account { subscription { plan }
        offeredPlans { name displayName monthlyFee mostClusters pool { cpuMillicores }
            allowances { name quantity unit } }
    } } }"""
    held = (await journey.client.query(document, id=account_id))["node"]
    own = next(one for one in held["offeredPlans"] if one["name"] == held["subscription"]["plan"])
    assert (own["displayName"], own["monthlyFee"], own["mostClusters"]) == ("Enterprise", "1900.00", 50)
    assert own["pool"] == {"cpuMillicores": "512000"}
    assert {"name": "retention", "quantity": "90", "unit": "days"} in own["allowances"]
    assert len(held["offeredPlans"]) == 4


async def test_a_creation_whose_answer_is_lost_is_found_out_and_not_repeated(begin: Begin) -> None:
    journey = begin("kupe")
    await journey.connect("Acme Tools")
    journey.server.fault("lost-answer", method="POST", times=1)
    made = await journey.run("create-kupe-cluster")
    assert (made["operation"]["state"], made["userErrors"]) == ("UNCONFIRMED", [])
    done = await journey.follow(made, minutes=15)
    assert (done["state"], done["target"]["name"]) == ("SUCCEEDED", "staging-eu")
    assert len(journey.asked("POST")) == 1


async def test_a_creation_that_the_provider_refuses_says_so(begin: Begin) -> None:
    journey = begin("kupe")
    await journey.connect("Acme Tools")
    journey.server.fault("rate-limited", method="POST", times=1, seconds=30)
    made = await journey.run("create-kupe-cluster")
    (error,) = made["userErrors"]
    assert (error["__typename"], error["failure"]["kind"]) == ("ProviderFailedError", "RATE_LIMITED")
    assert made["operation"]["state"] == "FAILED"
