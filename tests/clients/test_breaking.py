"""Who was written for the released schema goes on working with the one of today."""

import pytest

from tests.clients.breaking import breaking_changes
from tests.clients.tools import ROOT

RELEASED = ROOT / "graphql" / "schema.released.graphql"
TODAY = ROOT / "graphql" / "schema.graphql"

SMALL = """
type Query {
  cluster(id: ID!, old: Int @deprecated(reason: "Unused.")): Cluster
  tenants: [Tenant!] @deprecated(reason: "They are accounts.")
}

type Cluster {
  name: String!
  phase: Phase!
  colour: String @deprecated(reason: "Nobody paints clusters.")
}

enum Phase {
  READY
  GONE @deprecated(reason: "It is DELETED.")
}

type Tenant {
  badge: Badge
}

type Badge {
  text: String
}
"""


def test_nothing_goes_that_was_not_deprecated_in_a_release() -> None:
    changes = breaking_changes(RELEASED.read_text(encoding="utf-8"), TODAY.read_text(encoding="utf-8"))
    assert changes == [], (
        "deprecate it first, and let a release say so; if no client can have been written for it: make release-schema"
    )


@pytest.mark.parametrize(
    ("before", "after", "broken"),
    [
        ("  name: String!\n", "", "Field Cluster.name was removed."),
        ("phase: Phase!", "phase: Phase", "Field Cluster.phase changed type from Phase! to Phase."),
        ("  READY\n", "  RUNNING\n", "Enum value Phase.READY was removed."),
        ("cluster(id: ID!", "cluster(id: ID!, by: ID!", "A required argument Query.cluster(by:) was added."),
        ("type Query {", "type Query {\n  clusters: [Cluster!]!", None),
        ('  colour: String @deprecated(reason: "Nobody paints clusters.")\n', "", None),
        ('  GONE @deprecated(reason: "It is DELETED.")\n', "", None),
        (', old: Int @deprecated(reason: "Unused.")', "", None),
        ("  text: String\n", "  text: Int\n", None),
    ],
)
def test_only_what_was_promised_is_kept(before: str, after: str, broken: str | None) -> None:
    assert before in SMALL
    found = breaking_changes(SMALL, SMALL.replace(before, after))
    assert found == ([] if broken is None else [broken])


def test_a_deprecated_field_takes_along_what_is_reached_through_it_alone() -> None:
    today = SMALL[: SMALL.index("type Tenant")].replace(
        '  tenants: [Tenant!] @deprecated(reason: "They are accounts.")\n', ""
    )
    assert breaking_changes(SMALL, today) == []
    assert breaking_changes(SMALL.replace(' @deprecated(reason: "They are accounts.")', ""), today) != []
