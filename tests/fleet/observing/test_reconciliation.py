from datetime import timedelta

import pytest

from fleet.model.catalog import Region
from fleet.model.cluster import Cluster, Connection, Facts, Phase
from fleet.model.node import Node
from fleet.model.tracking import Tracked, TrackedCluster
from fleet.observing.reconciliation import (
    GONE_MESSAGE,
    TOMBSTONE_KEPT,
    Reconciled,
    absent,
    reconcile_clusters,
    reconcile_items,
    refresh_facts,
)
from fleet.ports.adapter import Listing, Unreadable
from tests.fleet.things import NOON, cluster, node, region, row

LATER = NOON + timedelta(minutes=5)
LAST = NOON + timedelta(minutes=4)
UNREADABLE = Unreadable(external_id="c1", reason="plan: is no text")


def reconcile(
    *before: TrackedCluster,
    listed: tuple[Cluster, ...] = (),
    unreadable: tuple[Unreadable, ...] = (),
    incomplete: str | None = None,
    gone: frozenset[str] = frozenset(),
) -> Reconciled:
    listing = Listing(items=listed, unreadable=unreadable, incomplete=incomplete)
    return reconcile_clusters(before, listing, gone=gone, now=LATER, last_read_at=LAST)


def test_a_cluster_observed_for_the_first_time_begins_its_history() -> None:
    after = reconcile(listed=(cluster(phase=Phase.PENDING),))
    (change,) = after.changes.transitions
    new = after.rows["c1"]
    assert after.changes.puts == [new]
    assert (new.since, new.first_observed_at) == (LATER, LATER)
    assert (change.from_phase, change.to_phase, change.after_seconds) == (None, Phase.PENDING, None)
    assert change.observed_at == LATER


def test_an_unchanged_cluster_changes_nothing() -> None:
    after = reconcile(row(), listed=(cluster(),))
    assert not after.changes
    assert after.rows == {"c1": row()}


def test_the_revision_of_an_answer_alone_changes_nothing() -> None:
    assert not reconcile(row(), listed=(cluster(provider_revision='"7"'),)).changes


def test_a_change_that_is_none_of_phase_is_no_transition() -> None:
    after = reconcile(row(), listed=(cluster(version="1.33"),))
    assert [put.item.version for put in after.changes.puts] == ["1.33"]
    assert after.changes.transitions == []
    assert after.rows["c1"].since == NOON


def test_a_change_of_phase_tells_how_long_the_last_one_took() -> None:
    after = reconcile(row(phase=Phase.PROVISIONING), listed=(cluster(provider_phase="Running"),))
    (change,) = after.changes.transitions
    assert (change.from_phase, change.to_phase) == (Phase.PROVISIONING, Phase.READY)
    assert (change.after_seconds, change.provider_phase) == (300, "Running")
    assert after.rows["c1"].since == LATER
    assert after.rows["c1"].first_observed_at == NOON


def test_a_clock_that_went_back_gives_no_negative_duration() -> None:
    ahead = row(phase=Phase.PROVISIONING, since=LATER + timedelta(seconds=9))
    assert reconcile(ahead, listed=(cluster(),)).changes.transitions[0].after_seconds == 0


def test_a_cluster_left_out_by_a_complete_listing_is_suspected_and_nothing_else() -> None:
    after = reconcile(row())
    assert after.rows["c1"] == row(missing_since=LATER)
    assert after.changes.transitions == []


def test_a_suspicion_keeps_its_beginning() -> None:
    assert not reconcile(row(missing_since=LAST)).changes


def test_a_suspicion_ends_when_the_cluster_is_listed_again() -> None:
    assert reconcile(row(missing_since=LAST), listed=(cluster(),)).rows["c1"] == row()


def test_absence_from_an_incomplete_listing_is_no_suspicion() -> None:
    assert not reconcile(row(), incomplete="something had no identity").changes
    assert not reconcile(row(missing_since=LAST), incomplete="something had no identity").changes


def test_an_incomplete_listing_still_updates_what_it_lists() -> None:
    after = reconcile(row(), row("c2"), listed=(cluster(version="2"),), incomplete="a page was lost")
    assert [put.item.version for put in after.changes.puts] == ["2"]


def test_what_cannot_be_read_keeps_its_row_marked_with_when_it_was_read() -> None:
    after = reconcile(row(plan="pro"), unreadable=(UNREADABLE,)).rows["c1"]
    assert after.item == row(plan="pro").item
    assert after.unread is not None
    assert (after.unread.read_at, after.unread.failure.message) == (LAST, "plan: is no text")
    assert after.missing_since is None


def test_a_mark_keeps_when_it_was_read_and_is_not_written_again() -> None:
    marked = reconcile(row(), unreadable=(UNREADABLE,)).rows["c1"]
    again = reconcile_clusters(
        [marked],
        Listing(items=(), unreadable=(UNREADABLE,)),
        gone=frozenset(),
        now=LATER + timedelta(hours=1),
        last_read_at=LATER,
    )
    assert not again.changes


def test_another_reason_is_shown_and_when_it_was_read_stays() -> None:
    marked = reconcile(row(), unreadable=(UNREADABLE,)).rows["c1"]
    other = Unreadable(external_id="c1", reason="name: is missing")
    again = reconcile_clusters(
        [marked],
        Listing(items=(), unreadable=(other,)),
        gone=frozenset(),
        now=LATER + timedelta(hours=1),
        last_read_at=LATER,
    ).rows["c1"]
    assert again.unread is not None
    assert (again.unread.failure.message, again.unread.read_at) == ("name: is missing", LAST)


def test_a_mark_goes_when_the_item_reads_again() -> None:
    marked = reconcile(row(), unreadable=(UNREADABLE,)).rows["c1"]
    assert reconcile(marked, listed=(cluster(),)).rows["c1"] == row()


def test_what_is_listed_though_unreadable_is_not_missing_any_more() -> None:
    after = reconcile(row(missing_since=LAST), unreadable=(UNREADABLE,)).rows["c1"]
    assert after.missing_since is None


def test_an_unreadable_item_nobody_has_read_before_makes_no_row() -> None:
    assert reconcile(unreadable=(UNREADABLE,)).rows == {}


def test_a_cluster_proven_gone_leaves_a_tombstone() -> None:
    suspected = row(missing_since=LAST, phase=Phase.DELETING)
    after = reconcile(suspected, gone=frozenset({"c1"}))
    tombstone = after.rows["c1"]
    assert tombstone.is_tombstone
    assert (tombstone.item.deleted_at, tombstone.item.message) == (LATER, GONE_MESSAGE)
    assert (tombstone.since, tombstone.expires_at) == (LATER, LATER + TOMBSTONE_KEPT)
    assert tombstone.missing_since is None
    (change,) = after.changes.transitions
    assert (change.from_phase, change.to_phase) == (Phase.DELETING, Phase.DELETED)


def test_a_tombstone_is_left_in_peace() -> None:
    tombstone = reconcile(row(), gone=frozenset({"c1"})).rows["c1"]
    assert not reconcile(tombstone).changes
    assert not reconcile(tombstone, gone=frozenset({"c1"})).changes
    assert not reconcile(tombstone, unreadable=(UNREADABLE,)).changes


def test_a_tombstone_that_is_proven_gone_once_more_expires_no_later() -> None:
    tombstone = reconcile(row(), gone=frozenset({"c1"})).rows["c1"]
    again = reconcile_clusters(
        [tombstone],
        Listing(items=()),
        gone=frozenset({"c1"}),
        now=LATER + timedelta(days=1),
        last_read_at=LATER,
    )
    assert not again.changes
    assert again.rows == {"c1": tombstone}


def test_a_provider_that_lists_its_deleted_clusters_makes_one_tombstone() -> None:
    deleted = cluster(phase=Phase.DELETED, deleted_at=LAST)
    first = reconcile(row(), listed=(deleted,))
    assert first.rows["c1"].expires_at == LATER + TOMBSTONE_KEPT
    assert first.rows["c1"].item.deleted_at == LAST
    assert not reconcile(first.rows["c1"], listed=(deleted,)).changes


def test_a_deleted_cluster_that_is_listed_alive_again_is_alive() -> None:
    tombstone = reconcile(row(), gone=frozenset({"c1"})).rows["c1"]
    after = reconcile(tombstone, listed=(cluster(),))
    assert after.rows["c1"].expires_at is None
    assert after.rows["c1"].item == cluster()
    assert [(one.from_phase, one.to_phase) for one in after.changes.transitions] == [
        (Phase.DELETED, Phase.READY)
    ]


def test_a_cluster_made_again_under_its_old_name_is_a_new_one() -> None:
    old, new = row(incarnation="monday"), cluster(incarnation="tuesday", phase=Phase.PENDING)
    after = reconcile(old, listed=(new,), gone=frozenset({"c1@monday"}))
    assert {key: one.item.phase for key, one in after.rows.items()} == {
        "c1@monday": Phase.DELETED,
        "c1@tuesday": Phase.PENDING,
    }
    assert after.rows["c1@tuesday"].first_observed_at == LATER


@pytest.mark.parametrize(("days", "is_kept"), [(91, False), (89, True)])
def test_a_cluster_deleted_before_our_memory_begins_is_ignored(days: int, is_kept: bool) -> None:
    deleted = cluster(phase=Phase.DELETED, deleted_at=LATER - timedelta(days=days))
    assert bool(reconcile(listed=(deleted,)).changes) is is_kept


def test_absent_are_the_living_that_a_complete_listing_leaves_out() -> None:
    rows = [row("listed"), row("unreadable"), row("dead", phase=Phase.DELETED), row("lost")]
    listing = Listing(
        items=(cluster("listed"),), unreadable=(Unreadable(external_id="unreadable", reason="no"),)
    )
    assert [one.item.key for one in absent(rows, listing)] == ["lost"]
    incomplete = Listing(items=listing.items, incomplete="a page was lost")
    assert absent(rows, incomplete) == []


def test_facts_change_only_the_rows_whose_facts_are_new() -> None:
    known = Facts(connection=Connection(endpoint="a"))
    rows = {"c1": row("c1", facts=known), "c2": row("c2")}
    (changed,) = refresh_facts(rows, {"c1": known, "c2": known})
    assert (changed.item.key, changed.facts) == ("c2", known)


def test_facts_survive_the_next_listing() -> None:
    known = Facts(connection=Connection(endpoint="a"))
    assert reconcile(row(facts=known), listed=(cluster(version="2"),)).rows["c1"].facts == known


def nodes(*names: str) -> list[Tracked[Node]]:
    return [Tracked(item=node(name, of=cluster())) for name in names]


def test_items_are_put_when_new_or_changed_and_deleted_when_absent() -> None:
    listed = (node("same", of=cluster()), node("moved", of=cluster(), zone="b"), node("new", of=cluster()))
    changes = reconcile_items(
        nodes("same", "moved", "lost"), Listing(items=listed), now=LATER, last_read_at=LAST
    )
    assert [one.item.external_id for one in changes.puts] == ["moved", "new"]
    assert [one.item.external_id for one in changes.deletes] == ["lost"]


def test_an_incomplete_listing_deletes_no_item() -> None:
    listing = Listing[Node](items=(), incomplete="a page was lost")
    assert not reconcile_items(nodes("n1"), listing, now=LATER, last_read_at=LAST)


def test_an_unreadable_item_keeps_its_row_marked_until_it_reads_again() -> None:
    broken = Listing[Node](items=(), unreadable=(Unreadable(external_id="n1", reason="zone"),))
    changes = reconcile_items(nodes("n1"), broken, now=LATER, last_read_at=LAST)
    (marked,) = changes.puts
    assert changes.deletes == []
    assert marked.unread is not None
    assert marked.unread.read_at == LAST
    assert not reconcile_items([marked], broken, now=LATER, last_read_at=LATER)
    healed = reconcile_items(
        [marked], Listing(items=(node("n1", of=cluster()),)), now=LATER, last_read_at=LAST
    )
    assert [one.unread for one in healed.puts] == [None]


def test_an_unreadable_region_keeps_its_row_though_it_has_no_identifier_but_its_name() -> None:
    listing = Listing[Region](items=(), unreadable=(Unreadable(external_id="eu-1", reason="cloud"),))
    changes = reconcile_items([Tracked(item=region("eu-1"))], listing, now=LATER, last_read_at=LAST)
    assert changes.deletes == []
    assert [one.unread is not None for one in changes.puts] == [True]
