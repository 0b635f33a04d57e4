"""The tables that mirror the schema or the code name all that is there, and nothing else."""

from typing import cast

import pytest
from graphql import GraphQLEnumType, GraphQLInterfaceType

from sandbox.control import MEMBERS
from sandbox.faults import FaultKind
from tests.docs.markdown import first_column, section
from tests.runner import ROOT
from tests.schema import committed_schema
from tests.test_structure import ROOMS, tracked

DOCS = ROOT / "docs"
SCHEMA = committed_schema()


@pytest.mark.parametrize(
    ("page", "heading", "enum"),
    [
        ("concepts.md", "Freshness and coverage", "FreshnessState"),
        ("concepts.md", "Null, empty and unknown", "ClusterPhase"),
        ("concepts.md", "Changes", "OperationState"),
        ("security.md", "Who may", "Scope"),
    ],
)
def test_a_table_explains_every_value_of_an_enum(page: str, heading: str, enum: str) -> None:
    values = cast("GraphQLEnumType", SCHEMA.type_map[enum]).values
    assert first_column(section(DOCS / page, heading)) == list(values)


def test_the_page_on_the_api_explains_every_user_error() -> None:
    kinds = SCHEMA.get_possible_types(cast("GraphQLInterfaceType", SCHEMA.type_map["UserError"]))
    (_, *names) = first_column(section(DOCS / "api.md", "A change"))
    assert sorted(names) == sorted(kind.name for kind in kinds)


def test_the_page_on_the_sandbox_explains_every_fault() -> None:
    text = section(DOCS / "sandbox.md", "Failures on request")
    assert sorted(first_column(text)) == sorted([*MEMBERS, *FaultKind])


def test_the_page_on_extending_shows_every_room() -> None:
    text = section(DOCS / "extend.md", "Rooms")
    rows = [
        [cell.strip(" `/") for cell in line.split("|")[1:-1]]
        for line in text.splitlines()
        if line[:3] == "| `"
    ]
    shown = {row[0]: set(row[2].replace("`", "").split(", ")) - {""} for row in rows if len(row) > 2}
    assert shown == {f"fleet/{room}": others for room, others in ROOMS["fleet"].items()}
    packages = [ROOT / "fleet", ROOT / "graphql" / "gateway", ROOT / "infra"]
    rooms = {
        str(path.parent.relative_to(ROOT)) for package in packages for path in package.glob("*/__init__.py")
    }
    assert {row[0] for row in rows} == rooms


def test_the_page_on_extending_names_every_folder_with_code() -> None:
    folders = {f"{path.relative_to(ROOT).parts[0]}/" for path in tracked("*.py") if path.parent != ROOT}
    assert set(first_column(section(DOCS / "extend.md", "Floors"))) >= folders
