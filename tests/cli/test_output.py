"""In which form results come: what fits a terminal, and what programs read."""

import csv
import io
import json
import shutil
import sys
from typing import Any

import pytest
import yaml

from cli.errors import Exit
from tests.cli.command import Command
from tests.cli.contract import Keeper, page
from tests.cli.things import KUPE, LIMIT, PRODUCTION, STATUS, payload


def cluster(name: str, phase: str = "READY", **more: Any) -> dict[str, Any]:
    return {
        **PRODUCTION,
        "name": name,
        "id": f"id-of-{name}",
        "provider": KUPE,
        "regions": ["eu-west-1", "us-east-1"],
        "capacity": {"nodeCount": 3},
        "plan": "dedicated",
        "version": "v1.34.2",
        "cloud": "AWS",
        "spendLimit": LIMIT,
        "status": STATUS | {"phase": phase},
        **more,
    }


@pytest.fixture
def listed(following: Command, keeper: Keeper) -> Command:
    broken = {"phase": "FAILED", "message": "no capacity for nodes\nof this size"}
    keeper.on(
        "clusters",
        page(
            cluster("a-is-moving", "UPDATING"),
            cluster("b, the odd one"),
            cluster("c-is-broken", status=STATUS | broken),
        ),
    )
    return following


@pytest.mark.parametrize("columns", [40, 60, 80, 100, 180])
def test_a_table_fits_its_terminal(listed: Command, columns: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    listed.is_terminal = True
    listed.environment = {"NO_COLOR": "1"}
    title, *rows = listed("clusters").out.splitlines()
    assert max(map(len, [title, *rows])) <= columns
    assert title.startswith("ACCOUNT  NAME")
    assert "PHASE" in title
    assert ("LIMIT" in title) == (columns >= 180)


def test_a_reason_is_cut_off_and_not_left_out(listed: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "60")
    listed.is_terminal = True
    listed.environment = {"NO_COLOR": "1"}
    title, first, *_ = listed("clusters", "--attention").out.splitlines()
    assert "REASON" in title
    assert "no capacity for no" in first
    assert first.rstrip().endswith("…") or "…" in first
    assert len(first) <= 60


def test_a_pipe_gets_whole_columns(listed: Command) -> None:
    assert listed("clusters").out.splitlines()[0].split() == (
        ["ACCOUNT", "NAME", "PHASE", "FOR", "VERSION", "PLAN", "CLOUD", "REGIONS", "NODES", "LIMIT", "SEEN"]
    )
    assert listed("clusters", "-o", "wide").out.splitlines()[0].split()[-3:] == ["UPGRADE", "PROVIDER", "ID"]


def test_what_needs_attention_says_why_and_begins_with_the_worst(listed: Command) -> None:
    _, *rows = listed("clusters", "--attention").out.splitlines()
    assert ["c-is-broken" in rows[0], "a-is-moving" in rows[1]] == [True, True]
    assert "no capacity for nodes of this size" in rows[0]


def test_json_and_yaml_are_the_same(listed: Command) -> None:
    as_json = json.loads(listed("clusters", "--json").out)
    assert as_json == json.loads(listed("clusters", "-o", "json").out)
    assert as_json == yaml.safe_load(listed("clusters", "-o", "yaml").out)
    assert [one["name"] for one in as_json["clusters"]] == ["a-is-moving", "b, the odd one", "c-is-broken"]


def test_csv_is_read_by_what_reads_csv(listed: Command) -> None:
    rows = list(csv.DictReader(io.StringIO(listed("clusters", "-o", "csv").out)))
    assert rows[1]["NAME"] == "b, the odd one"
    assert rows[1]["UPGRADE"] == ""
    assert rows[2]["REASON"] == "no capacity for nodes of this size"


def test_names_are_what_other_commands_take(listed: Command) -> None:
    assert listed("clusters", "-o", "name").out.splitlines()[0] == "acme/a-is-moving"


@pytest.mark.parametrize(
    ("expression", "printed"),
    [
        (".clusters[0].name", "a-is-moving\n"),
        ("[.clusters[].status.phase]", '["UPDATING", "READY", "FAILED"]\n'),
        (".clusters | length", "3\n"),
        (".clusters[] | select(.name == 1)", ""),
    ],
)
def test_a_filter_takes_a_part(listed: Command, expression: str, printed: str) -> None:
    assert listed("clusters", "--jq", expression).out == printed


def test_an_empty_filter_gives_all_of_the_json(listed: Command) -> None:
    assert json.loads(listed("clusters", "--jq", "").out) == json.loads(listed("clusters", "--json").out)


def test_a_filter_that_cannot_be_read_is_wrong_usage(listed: Command) -> None:
    ended = listed("clusters", "--jq", ".[")
    assert (ended.status, ended.out) == (Exit.USAGE, "")
    assert ended.err.startswith("fleetgraph: --jq: ")
    assert ended.err.count("\n") == 1
    assert ":." not in ended.err


@pytest.mark.skipif(shutil.which("jq") is None, reason="the program jq is not installed")
def test_without_the_library_the_program_filters(listed: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "jq", None)
    assert listed("clusters", "--jq", ".clusters[0].name").out == "a-is-moving\n"
    assert listed("clusters", "--jq", "-(.clusters | length)").out == "-3\n"
    ended = listed("clusters", "--jq", ".[")
    assert (ended.status, ended.err.count("\n")) == (Exit.USAGE, 1)


def test_a_list_is_shown_again_when_it_has_changed(following: Command, keeper: Keeper) -> None:
    """A new observation alone is no change."""
    observed = {"observedAt": "2026-04-06T12:00:09Z", "nextAttemptAt": "2026-04-06T12:00:19Z"}
    fresh = {"state": "CURRENT", "ageSeconds": 10, **observed}
    later = cluster("a", "UPDATING", freshness=fresh, requestBudget={"remaining": 9})
    before = cluster(
        "a",
        "UPDATING",
        freshness=dict.fromkeys(observed) | {"state": "CURRENT", "ageSeconds": 3},
        requestBudget={"remaining": 10},
    )
    keeper.on("clusters", page(before), page(later), page(cluster("a", "READY")))
    naps = following.clock.naps

    def stop_after_three() -> None:
        if len(naps) == 3:
            raise KeyboardInterrupt

    following.clock.on_sleep = stop_after_three
    ended = following("clusters", "--watch", "--interval", "7s", "--json")
    assert ended.status == Exit.INTERRUPTED
    shown = [json.loads(line)["clusters"][0]["status"]["phase"] for line in ended.out.splitlines()]
    assert shown == ["UPDATING", "READY"]
    assert naps == [7, 7, 7]


def test_one_thing_has_every_form(following: Command) -> None:
    show = ["spend-limits", "show", "a-cluster"]
    assert following(*show, "-o", "name").out == "acme/production\n"
    assert yaml.safe_load(following(*show, "-o", "yaml").out)["spendLimit"]["state"] == "LIMITED"
    assert "money,5.00 USD" in following(*show, "-o", "csv").out


def test_a_change_has_every_form(following: Command, keeper: Keeper) -> None:
    keeper.on("stopCluster", payload("STOP_CLUSTER"))
    assert following("stop", "a-cluster", "-o", "name").out == "an-operation\n"
    assert following("stop", "a-cluster", "--jq", ".operation.state").out == "RUNNING\n"
