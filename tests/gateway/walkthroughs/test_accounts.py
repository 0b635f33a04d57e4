"""The documents that change an account, walked through from beginning to end."""

from tests.gateway.journey import Begin


async def test_an_account_is_connected_refreshed_given_a_token_and_disconnected(begin: Begin) -> None:
    journey = begin("kupe")
    account_id = await journey.connect("Acme Tools")
    (there,) = [one for one in journey.server.accounts if one.name == "Acme Tools"]

    twice = await journey.run(
        "connect-account", input=journey.input_of("connect-account", apiToken=there.token)
    )
    assert [error["__typename"] for error in twice["userErrors"]] == ["ConflictError"]

    refreshed = await journey.run("refresh-account", id=account_id)
    assert (await journey.follow(refreshed, minutes=5))["state"] == "SUCCEEDED"

    refused = await journey.run("replace-account-token", id=account_id, apiToken="another" + "-token")
    (error,) = refused["userErrors"]
    assert (error["__typename"], error["path"]) == ("ProviderFailedError", ["apiToken"])
    assert error["failure"]["kind"] == "AUTHENTICATION"
    kept = await journey.run("replace-account-token", id=account_id, apiToken=there.token)
    assert (kept["userErrors"], kept["account"]["token"]["hint"]) == ([], there.token[-4:])

    gone = await journey.run("disconnect-account", id=account_id)
    assert (await journey.follow(gone, minutes=60))["state"] == "SUCCEEDED"
    assert await journey.store.accounts(after=None, limit=9) == []
    listed = (await journey.run("operations"))["nodes"]
    assert [(one["kind"], one["account"]) for one in listed] == [
        ("DISCONNECT_ACCOUNT", None),
        ("REFRESH_ACCOUNT", None),
    ]
