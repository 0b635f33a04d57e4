"""The explorer as a person meets it: the real runner, the page that it serves, headless Chromium."""

import json
import os
import re
import subprocess
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, Request, expect

from tests.browser.conftest import Witness, await_that
from tests.runner import ROOT, Runner

OPERATIONS = ROOT / "graphql" / "operations"
TAB = ".graphiql-tab-button"


def is_play(request: Request) -> bool:
    """GraphiQL itself asks for the schema, so a POST alone is no sign of the button."""
    return request.method == "POST" and "query Fleet" in (request.post_data or "")


def operation_name(document: Path) -> str:
    (operation,) = re.findall(
        r"^(?:query|mutation) (\w+)", document.read_text(encoding="utf-8"), re.MULTILINE
    )
    return str(operation)


def read(page: Page, pane: str) -> str:
    """The whole text of an editor, which the page itself holds only as far as it is scrolled into view."""
    script = "pane => __MONACO.editor.getModels().find(model => model.uri.path.endsWith(pane)).getValue()"
    text: str = page.evaluate(script, pane)
    return text


def test_a_first_visitor_plays_the_fleet_query_and_sees_four_providers(
    page: Page, runner: Runner, witness: Witness
) -> None:
    page.goto("/graphql")
    expect(page).to_have_title("Fleetgraph")
    expect(page.locator(TAB).first).to_have_text("Fleet")
    expect(page.get_by_role("region", name="Read").get_by_role("button", name="Attention")).to_be_visible()

    with page.expect_request(is_play) as played:
        page.get_by_role("button", name="Execute query").click()
    expect(page.locator(".graphiql-response")).to_contain_text('"data"')

    request = played.value
    assert request.url == f"{runner.origin}/graphql"
    assert request.headers["accept"] == "application/graphql-response+json, application/json;q=0.9"
    answer = json.loads(read(page, "response.json"))
    assert "errors" not in answer
    providers = {cluster["provider"]["name"] for cluster in answer["data"]["clusters"]["nodes"]}
    assert providers == {"CockroachDB Cloud", "Kupe Cloud", "Northflank", "Qovery"}
    assert witness.complaints == []
    assert witness.strangers == []


def test_every_example_opens_in_a_tab_of_its_own_with_ids_of_this_fleet(page: Page, runner: Runner) -> None:
    """What names a thing is replaced by one of the fleet that runs; the rest is as it was written."""
    page.goto("/graphql")
    expect(page.locator(TAB).first).to_have_text("Fleet")
    for number, path in enumerate(sorted(OPERATIONS.glob("*.graphql")), start=2):
        page.locator(".examples").get_by_role("button", name=operation_name(path), exact=True).click()
        expect(page.locator(TAB)).to_have_count(number)
        expect(page.locator(TAB).last).to_have_text(operation_name(path))
        assert read(page, "operation.graphql") == path.read_text(encoding="utf-8")
        beside = path.with_suffix(".variables.json")
        if not beside.exists():
            assert read(page, "variables.json") == ""
            continue
        wanted = json.loads(beside.read_text(encoding="utf-8"))
        found = json.loads(read(page, "variables.json"))
        differing = [new for old, new in zip(texts(wanted), texts(found), strict=True) if old != new]
        assert not any(text.startswith("the ID of a cluster") for text in texts(found)), path.name
        for text in differing:
            assert text.startswith("Wy") or path.name.startswith("delete-cluster"), (path.name, text)


def texts(value: Any) -> list[str]:
    """In order."""
    match value:
        case dict():
            return [text for member in value.values() for text in texts(member)]
        case list():
            return [text for member in value for text in texts(member)]
        case _:
            return [value] if isinstance(value, str) else []


def test_an_example_about_a_cluster_is_played_at_once(page: Page, runner: Runner, witness: Witness) -> None:
    """Its variables are in sight, and name a cluster that is there."""
    page.goto("/graphql")
    page.locator(".examples").get_by_role("button", name="Cluster", exact=True).click()
    expect(page.locator(TAB).last).to_have_text("Cluster")
    expect(page.get_by_role("button", name="Variables")).to_be_visible()
    expect(page.locator(".graphiql-editor-tool .monaco-editor:visible")).to_contain_text("id")
    with page.expect_response(
        lambda response: "query Cluster(" in (response.request.post_data or "")
    ) as played:
        page.get_by_role("button", name="Execute query").click()
    answer = played.value.json()
    assert answer["data"]["cluster"]["name"]
    assert played.value.headers["content-encoding"] in ("gzip", "br")
    assert witness.complaints == []


def test_examples_that_change_nothing_come_first(page: Page) -> None:
    page.goto("/graphql")
    groups = page.locator(".examples").get_by_role("heading", level=2)
    expect(groups).to_have_text(["Read", "Change", "Accounts"])
    read_only = page.locator(".examples").get_by_role("region", name="Read").get_by_role("button")
    names = set(read_only.all_inner_texts())
    queries = {
        operation_name(path)
        for path in OPERATIONS.glob("*.graphql")
        if "mutation " not in path.read_text(encoding="utf-8")
    }
    assert names == queries


def test_a_tab_of_a_visitor_survives_a_reload(page: Page, runner: Runner, witness: Witness) -> None:
    page.goto("/graphql")
    tabs = page.locator(TAB)
    expect(tabs.first).to_have_text("Fleet")
    given = tabs.count()
    page.get_by_role("button", name="New tab").click()
    page.locator(".graphiql-query-editor .monaco-editor").click()
    page.keyboard.insert_text("query Mine { fleet { clusterCount } }")
    expect(tabs.last).to_have_text("Mine")
    await_that(page, "sessionStorage.getItem('graphiql:tabState')?.includes('Mine')")

    page.reload()
    expect(tabs).to_have_count(given + 1)
    expect(page.get_by_role("tab", name="Mine", selected=True)).to_be_visible()
    assert read(page, "operation.graphql") == "query Mine { fleet { clusterCount } }"
    assert witness.complaints == []


def test_an_api_key_among_the_headers_is_sent_and_not_stored(page: Page, runner: Runner) -> None:
    document = 'mutation { createApiKey(input: {name: "explorer", scopes: [READ]}) { token } }'
    key = runner.query(document)["createApiKey"]["token"]
    page.goto("/graphql")
    page.get_by_role("button", name="Headers").click()
    page.locator(".graphiql-editor-tool .monaco-editor:visible").click()
    page.keyboard.insert_text(json.dumps({"authorization": f"Bearer {key}"}))
    with page.expect_request(is_play) as played:
        page.get_by_role("button", name="Execute query").click()
    assert played.value.headers["authorization"] == f"Bearer {key}"
    expect(page.locator(".graphiql-response")).to_contain_text('"data"')
    page.get_by_role("button", name="New tab").click()
    await_that(page, "JSON.parse(sessionStorage.getItem('graphiql:tabState'))?.activeTabIndex > 0")
    assert key not in page.evaluate("JSON.stringify([localStorage, sessionStorage])")


def test_what_is_typed_goes_with_the_tab_of_the_browser(page: Page, runner: Runner) -> None:
    """Variables may hold a provider's token."""
    page.goto("/graphql")
    page.get_by_role("button", name="New tab").click()
    await_that(page, "JSON.parse(sessionStorage.getItem('graphiql:tabState'))?.activeTabIndex > 0")
    assert page.evaluate("localStorage.length") == 0


def test_the_key_of_the_tab_is_sent_from_the_page_and_the_explorer_alike(page: Page, runner: Runner) -> None:
    document = 'mutation { createApiKey(input: {name: "tab", scopes: [READ]}) { token } }'
    key = runner.query(document)["createApiKey"]["token"]
    page.goto("/graphql")
    page.get_by_label("Key", exact=True).fill(key)
    page.get_by_role("button", name="Keep").click()
    with page.expect_request(is_play) as played:
        page.get_by_role("button", name="Execute query").click()
    assert played.value.headers["authorization"] == f"Bearer {key}"
    with page.expect_request(lambda request: "ViewerQuery" in (request.post_data or "")) as asked:
        page.get_by_role("link", name="Fleetgraph").click()
    assert asked.value.headers["authorization"] == f"Bearer {key}"
    assert page.evaluate("JSON.stringify(localStorage)") == "{}"


def test_what_a_section_copies_as_curl_answers_in_a_shell(page: Page, runner: Runner) -> None:
    """The command names the key, and never holds it."""
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.goto("/")
    page.evaluate("sessionStorage.setItem('fleetgraph.key', 'a-key-of-this-tab')")
    page.get_by_role("button", name="The query of Spend and limits").click()
    page.get_by_role("menuitem", name="Copy as curl").click()
    expect(page.get_by_text("The command is copied. Your key is not in it.")).to_be_visible()
    command = page.evaluate("navigator.clipboard.readText()")
    assert "a-key-of-this-tab" not in command
    assert "$FLEETGRAPH_KEY" in command
    key = runner.query('mutation { createApiKey(input: {name: "shell", scopes: [READ]}) { token } }')
    environment = {**os.environ, "FLEETGRAPH_KEY": key["createApiKey"]["token"]}
    said = subprocess.run(["sh", "-c", command], env=environment, capture_output=True, check=True, timeout=30)
    assert json.loads(said.stdout)["data"]["fleet"]["spend"]["total"]


def test_the_documentation_begins_with_what_the_api_is(page: Page, runner: Runner) -> None:
    page.goto("/graphql")
    page.get_by_role("button", name="Show Documentation Explorer").click()
    expect(page.locator(".graphiql-doc-explorer")).to_contain_text("every managed cluster of every account")
