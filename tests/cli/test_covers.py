"""The command covers the API: whatever can be asked or changed has a document of the command."""

import json

from graphql import OperationDefinitionNode, OperationType, parse
from graphql.language import FieldNode

from cli.documents.manifest import documents
from cli.errors import Exit
from tests.cli.contract import CONTRACT
from tests.cli.whole import whole

BY_ANOTHER_NAME = {"statusChanges": "activity", "clusterByName": "cluster"}
"""Queries whose answers another one holds, too."""


def asked(kind: OperationType) -> set[str]:
    return {
        field.name.value
        for document in documents()
        for one in parse(document).definitions
        if isinstance(one, OperationDefinitionNode) and one.operation is kind
        for field in one.selection_set.selections
        if isinstance(field, FieldNode)
    }


def test_every_query_and_every_mutation_has_a_command() -> None:
    assert CONTRACT.query_type is not None
    assert CONTRACT.mutation_type is not None
    assert set(CONTRACT.mutation_type.fields) == asked(OperationType.MUTATION)
    missing = set(CONTRACT.query_type.fields) - asked(OperationType.QUERY)
    assert missing <= BY_ANOTHER_NAME.keys()
    assert set(BY_ANOTHER_NAME.values()) <= asked(OperationType.QUERY)


def test_what_an_operator_asks_about_an_account_is_answered() -> None:
    with whole(kupe="Acme Tools") as everything:
        fleetgraph = everything.command()
        refreshed = fleetgraph("accounts", "refresh", "Acme Tools", "--wait")
        assert refreshed.status == Exit.OK, refreshed.err
        everything.pass_time(600)
        title, *rows = fleetgraph("accounts", "observations", "Acme Tools").out.splitlines()
        assert title.split()[:3] == ["AT", "REQUESTS", "CHANGED"]
        assert rows
        title, *rows = fleetgraph("accounts", "schedule", "Acme Tools").out.splitlines()
        assert title.split() == ["WHAT", "SEEN", "NEXT", "REQUESTS", "WHY"]
        assert any(row.startswith("clusters ") for row in rows)


def test_clusters_are_counted_as_they_are_listed() -> None:
    with whole(kupe="Acme Tools") as everything:
        fleetgraph = everything.command()
        count = len(fleetgraph("clusters", "list", "-o", "name").out.splitlines())
        counted = fleetgraph(
            "clusters", "count", "--by", "phase", "--jq", "[.buckets[].clusterCount] | add"
        ).out
        assert counted == f"{count}\n"
        only = fleetgraph(
            "clusters", "count", "--by", "provider", "--query", "name:production", "-o", "csv"
        ).out
        assert only.splitlines() == ["VALUE,CLUSTERS,NODES,LIMITS,LIMITS IN USE", only.splitlines()[1]]
        assert only.splitlines()[1].startswith("Kupe Cloud,1,")
        wrong = fleetgraph("clusters", "count", "--by", "label")
        assert (wrong.status, wrong.out) == (Exit.USAGE, "")
        assert "belong together" in wrong.err


def test_who_did_what_is_listed_newest_first() -> None:
    with whole(kupe="Acme Tools") as everything:
        fleetgraph = everything.command()
        for name in ("first", "second"):
            made = fleetgraph("keys", "create", name, "--scope", "read")
            assert made.status == Exit.OK, made.err
            everything.pass_time(5)
        title, *rows = fleetgraph("audit", "list", "--limit", "3").out.splitlines()
        assert title.split() == ["AT", "WHO", "ACTION", "SUBJECT", "OUTCOME"]
        assert ["createApiKey" in row for row in rows] == [True] * len(rows)
        assert next(name for row in rows for name in ("first", "second") if name in row) == "second"


def test_what_was_given_as_an_id_is_listed_by_its_name() -> None:
    with whole(kupe="Acme Tools") as everything:
        fleetgraph = everything.command()
        assert (
            fleetgraph("webhooks", "create", "pager", "--to", "https://hooks.example.com/x").status == Exit.OK
        )
        for verb in ("pause", "delete"):
            everything.pass_time(5)
            assert fleetgraph("webhooks", verb, "pager").status == Exit.OK
        everything.pass_time(5)
        assert fleetgraph("replace-token", "Acme Tools", stdin="wrong").status == Exit.PROVIDER
        everything.pass_time(5)
        assert fleetgraph("disconnect", "Acme Tools").status == Exit.OK
        subjects = [
            entry["subject"] for entry in json.loads(fleetgraph("audit", "list", "--json").out)["auditLog"]
        ]
        assert "pager" not in subjects[:4]
        _, *rows = fleetgraph("audit", "list", "-o", "csv").out.splitlines()
        assert [row.split(",")[2:4] for row in rows] == [
            ["disconnectAccount", "Acme Tools"],
            ["replaceAccountToken", "Acme Tools"],
            ["deleteWebhook", "pager"],
            ["updateWebhook", "pager"],
            ["createWebhook", "pager"],
        ]
