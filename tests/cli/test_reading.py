"""The commands that ask, against the real gateway."""

import json
from pathlib import Path

import pytest

from cli.errors import Exit
from tests.cli.command import Command

OPERATIONS = Path(__file__).parents[2] / "graphql" / "operations"


def names(listing: str) -> list[str]:
    return [cluster["name"] for cluster in json.loads(listing)["clusters"]]


def test_clusters_are_a_table(fleetgraph: Command) -> None:
    ended = fleetgraph("clusters", "--account", "Meridian Freight")
    assert ended.status == 0
    title, *rows = ended.out.splitlines()
    assert " ".join(title.split()) == ("ACCOUNT NAME PHASE FOR VERSION PLAN CLOUD REGIONS NODES LIMIT SEEN")
    row = next(row for row in rows if "shipments-ledger" in row)
    assert " ".join(row.split()) == (
        "Meridian Freight shipments-ledger READY 10s - ADVANCED AWS eu-west-1 3 none 9s"
    )
    assert len({row.index("READY") for row in rows if "READY" in row}) == 1
    assert "~12.50 USD" in ended.out
    assert "50.00 USD" in ended.out
    assert "\x1b" not in ended.out


def test_clusters_in_json_are_all_of_them_with_their_coverage(fleetgraph: Command) -> None:
    answer = json.loads(fleetgraph("clusters", "--json").out)
    assert len(answer["clusters"]) == 9
    assert answer["coverage"]["missingCount"] == 1
    assert answer["clusters"][0]["id"]


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["--provider", "kupe"], ["production", "staging"]),
        (["--provider", "kupe", "--provider", "northflank", "--cloud", "gcp"], ["lab"]),
        (["--account", "acme", "--phase", "degraded"], ["staging"]),
        (["--account", "kupe/acme", "--name", "PROD"], ["production"]),
        (["--region", "europe-west1"], ["lab"]),
        (["--attention", "--provider", "cockroachdb"], ["driver-app", "customs-portal"]),
        (
            ["--all", "--provider", "cockroachdb"],
            ["billing-vault", "customs-portal", "driver-app", "old-ledger", "shipments-ledger"],
        ),
        (["--name", "no such cluster"], []),
        (["--search", "provider:kupe -staging"], ["production"]),
        (["--search", "phase:degraded", "--provider", "kupe"], ["staging"]),
    ],
)
def test_filters_narrow_the_listing(fleetgraph: Command, arguments: list[str], expected: list[str]) -> None:
    assert names(fleetgraph("clusters", "--json", *arguments).out) == expected


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["--sort", "name:desc"], ["staging", "production"]),
        (["--sort", "name"], ["production", "staging"]),
        (["--sort", "phase", "--limit", "1"], ["staging"]),
        (["--sort", "severity", "--sort", "name:asc", "--attention"], ["staging"]),
        (["--limit", "1"], ["production"]),
    ],
)
def test_a_listing_is_sorted_by_the_api_and_cut(
    fleetgraph: Command, arguments: list[str], expected: list[str]
) -> None:
    assert names(fleetgraph("clusters", "--json", "--provider", "kupe", *arguments).out) == expected


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--sort", "nodez"], "'nodez' is nothing to sort by. Did you mean nodes?"),
        (["--sort", "zzz"], "'zzz' is nothing to sort by. There are: name, phase,"),
        (["--sort", "name:up"], "'name:up' has no direction: name:asc or name:desc."),
    ],
)
def test_an_order_that_cannot_be_meant_is_wrong_usage(
    fleetgraph: Command, arguments: list[str], sentence: str
) -> None:
    ended = fleetgraph("clusters", *arguments)
    assert (ended.status, ended.out) == (64, "")
    assert sentence in ended.err


@pytest.mark.parametrize(
    ("flags", "total"), [([], "9"), (["--all"], "11"), (["--search", "provider:kupe -staging"], "1")]
)
def test_a_count_by_nothing_is_the_number_alone(fleetgraph: Command, flags: list[str], total: str) -> None:
    ended = fleetgraph("clusters", "count", *flags)
    assert (ended.status, ended.out) == (Exit.OK, f"{total}\n")
    assert fleetgraph("clusters", "count", *flags, "-o", "name").out == f"{total}\n"
    assert json.loads(fleetgraph("clusters", "count", *flags, "--json").out)["clusterCount"] == int(total)


@pytest.mark.parametrize("flags", [[], ["--by", "phase"]])
def test_a_count_says_which_accounts_were_not_observed(fleetgraph: Command, flags: list[str]) -> None:
    assert "Not observed when due, 1 of" in fleetgraph("clusters", "count", *flags).err
    assert json.loads(fleetgraph("clusters", "count", *flags, "--json").out)["coverage"]["missingCount"] == 1


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["clusters", "--provider", "nope"], "--provider: This Fleetgraph knows no such value."),
        (["clusters", "count", "--provider", "cupe"], "Did you mean 'kupe'?"),
        (["clusters", "--search", "phse:ready"], "--search: At character 1 of the search: 'phse' is not"),
        (["wait", "--provider", "nope"], "--provider: This Fleetgraph knows no such value."),
    ],
)
def test_what_the_api_refuses_is_said_of_the_flag(
    fleetgraph: Command, arguments: list[str], sentence: str
) -> None:
    ended = fleetgraph(*arguments)
    assert (ended.status, ended.out) == (Exit.USAGE, "")
    assert sentence in ended.err
    assert "Variable" not in ended.err
    assert "(at " not in ended.err


def test_a_search_that_cannot_be_read_is_wrong_usage_with_its_reason(fleetgraph: Command) -> None:
    ended = fleetgraph("clusters", "--search", "nonsense:1")
    assert (ended.status, ended.out) == (64, "")
    assert "nonsense" in ended.err


def test_versions_are_those_that_clusters_run(fleetgraph: Command) -> None:
    listed = json.loads(fleetgraph("versions", "running", "--json").out)["versions"]
    assert sum(len(row["clusters"]) for row in listed) == 9
    assert {row["provider"]["kind"] for row in listed} >= {"KUPE", "COCKROACHDB"}
    title, *rows = fleetgraph("versions", "running", "--provider", "kupe").out.splitlines()
    assert title.split() == ["PROVIDER", "ENGINE", "VERSION", "CLUSTERS", "UPGRADE", "NAMES"]
    assert "acme/production" in rows[0]


def test_what_a_listing_leaves_out_is_said_beside_it(fleetgraph: Command) -> None:
    ended = fleetgraph("clusters", "--name", "no such cluster")
    assert ended.out == ""
    assert "No cluster matches." in ended.err
    assert "Not observed when due, 1 of 5 accounts: quay (UNREACHABLE)" in ended.err


@pytest.mark.parametrize("form", ["name", "csv", "wide"])
def test_what_a_listing_leaves_out_is_said_beside_every_form_that_does_not_hold_it(
    fleetgraph: Command, form: str
) -> None:
    ended = fleetgraph("clusters", "-o", form)
    assert ended.err == "Not observed when due, 1 of 5 accounts: quay (UNREACHABLE)\n"
    assert fleetgraph("clusters", "--json").err == ""


@pytest.mark.parametrize("reference", ["shipments-ledger", "Meridian Freight/shipments-ledger"])
def test_one_cluster_is_shown_by_what_people_call_it(fleetgraph: Command, reference: str) -> None:
    ended = fleetgraph("cluster", reference)
    assert ended.status == 0
    facts = dict(line.split("  ", 1) for line in ended.out.splitlines())
    assert facts["labels"].strip() == "env=prod"
    assert facts["nodes"].strip() == "node-0 READY, node-1 READY, node-2 READY"
    assert "PROVISIONING" in facts["history"]


def test_one_cluster_is_shown_by_its_id(fleetgraph: Command) -> None:
    listed = json.loads(fleetgraph("clusters", "--name", "pier", "--json").out)["clusters"][0]
    shown = json.loads(fleetgraph("cluster", listed["id"], "--json").out)
    assert shown["name"] == "pier"
    assert "90.00 USD to 120.50 USD" in fleetgraph("cluster", listed["id"]).out


@pytest.mark.parametrize("reference", ["nobody", "acme/nobody"])
def test_a_cluster_that_is_not_there_is_an_error(fleetgraph: Command, reference: str) -> None:
    ended = fleetgraph("cluster", reference)
    assert ended.status == 4
    assert ended.out == ""
    assert f"There is no cluster {reference}. `fleetgraph clusters list` shows" in ended.err


def test_an_account_that_is_not_there_is_an_error(fleetgraph: Command) -> None:
    ended = fleetgraph("clusters", "--account", "nobody")
    assert (ended.status, ended.out) == (4, "")
    assert "There is no account nobody." in ended.err


def test_many_periods_are_asked_for_of_fewer_accounts_at_a_time(fleetgraph: Command) -> None:
    ended = fleetgraph("spend", "list", "--periods", "60")
    assert ended.status == 0, ended.err


def test_spend_of_an_account_that_is_not_there_is_an_error(fleetgraph: Command) -> None:
    ended = fleetgraph("spend", "list", "--account", "Meridian Frigt")
    assert (ended.status, ended.out) == (4, "")
    assert "Did you mean Meridian Freight?" in ended.err
    assert fleetgraph("spend", "list", "--account", "cockroachdb/Meridian Freight").status == 0


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["spend", "list", "--account", "meridian"], "Did you mean Meridian Freight?"),
        (["spend", "list", "--account", "MERIDIAN FREIGHT"], "Did you mean Meridian Freight?"),
        (["clusters", "show", "ledger"], "Did you mean Meridian Freight/shipments-ledger?"),
        (["clusters", "show", "Meridian Freight/ledger"], "Did you mean Meridian Freight/shipments-ledger?"),
        (["clusters", "show", "zz"], "`fleetgraph clusters list` shows those that there are."),
    ],
)
def test_a_part_of_a_name_is_enough_to_be_understood(
    fleetgraph: Command, arguments: list[str], sentence: str
) -> None:
    ended = fleetgraph(*arguments)
    assert ended.status == Exit.NOT_FOUND
    assert sentence in ended.err


def test_a_document_in_the_place_of_its_file_is_understood(fleetgraph: Command) -> None:
    ended = fleetgraph("query", "{ viewer { name } }")
    assert (ended.status, ended.out) == (Exit.USAGE, "")
    assert "query takes a file. To give the document itself: echo '...' | fleetgraph query -" in ended.err


def test_an_empty_document_is_wrong_usage(fleetgraph: Command) -> None:
    ended = fleetgraph("query", "-", stdin="\n")
    assert (ended.status, ended.out) == (Exit.USAGE, "")
    assert "Standard input holds no document." in ended.err


def test_accounts_show_whether_they_are_observed(fleetgraph: Command) -> None:
    ended = fleetgraph("accounts")
    quay = next(line for line in ended.out.splitlines() if "quay" in line)
    assert "UNREACHABLE" in quay
    assert "The provider answered 503." in quay
    assert len(ended.out.splitlines()) == 6
    assert len(json.loads(fleetgraph("accounts", "--provider", "kupe", "--json").out)["accounts"]) == 1


def test_a_document_is_sent_as_it_is(fleetgraph: Command) -> None:
    ended = fleetgraph("query", str(OPERATIONS / "fleet.graphql"))
    assert ended.status == 0
    assert json.loads(ended.out)["fleet"]["clusterCount"] > 0


def test_a_document_is_sent_with_variables(fleetgraph: Command) -> None:
    document, variables = OPERATIONS / "cluster.graphql", OPERATIONS / "cluster.variables.json"
    from_file = fleetgraph("query", str(document), "--variables", str(variables))
    from_input = fleetgraph("query", str(document), "--variables", "-", stdin=variables.read_text("utf-8"))
    assert from_file == from_input
    assert json.loads(from_file.out)["cluster"]["name"] == "shipments-ledger"


def test_one_of_several_operations_is_named(fleetgraph: Command) -> None:
    document = "query One { fleet { clusterCount } } query Two { providers { name } }"
    assert "providers" in json.loads(fleetgraph("query", "-", "--operation", "Two", stdin=document).out)


def test_errors_of_a_document_go_to_standard_error(fleetgraph: Command) -> None:
    ended = fleetgraph("query", "-", stdin="{ nonsense }")
    assert (ended.status, ended.out) == (1, "")
    assert "Cannot query field 'nonsense' on type 'Query'." in ended.err
    assert "different versions" not in ended.err


def test_a_document_of_ours_that_is_not_understood_shows_another_version(
    fleetgraph: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cli.documents.fleet.FLEET", "{ ofTomorrow }")
    ended = fleetgraph("fleet")
    assert (ended.status, ended.out) == (1, "")
    assert (
        "Cannot query field 'ofTomorrow' on type 'Query'. This Fleetgraph and this command are of"
        in ended.err
    )


@pytest.mark.parametrize(
    ("arguments", "stdin", "sentence"),
    [
        (["no-such-file.graphql"], "", "no-such-file.graphql cannot be read: No such file or directory."),
        (["-", "--variables", "-"], "{}", "not both"),
        (["-", "--variables", "no-such-file.json"], "{ a }", "no-such-file.json cannot be read"),
    ],
)
def test_input_that_cannot_be_read_is_wrong_usage(
    fleetgraph: Command, arguments: list[str], stdin: str, sentence: str
) -> None:
    ended = fleetgraph("query", *arguments, stdin=stdin)
    assert ended.status == 64
    assert sentence in ended.err


@pytest.mark.parametrize(
    "text",
    [
        "[]",
        "{",
        '{"first": NaN}',
        '{"first": -Infinity}',
        '{"first": 1e999}',
        f'{{"first": {"9" * 5000}}}',
        "[" * 100_000,
    ],
    ids=lambda text: text[:20],
)
def test_variables_are_a_json_object(fleetgraph: Command, tmp_path: Path, text: str) -> None:
    file = tmp_path / "variables.json"
    file.write_text(text, encoding="utf-8")
    ended = fleetgraph("query", "-", "--variables", str(file), stdin="{ providers { name } }")
    assert ended.status == 64
    assert "does not hold" in ended.err


@pytest.mark.parametrize(
    "arguments", [["cluster", "a\udcff"], ["clusters", "--name", "\ud83d"], ["wait", "a\udcff"]]
)
def test_bytes_that_are_no_text_are_wrong_usage(fleetgraph: Command, arguments: list[str]) -> None:
    ended = fleetgraph(*arguments)
    assert (ended.status, ended.out) == (64, "")
    assert "no text in UTF-8" in ended.err


def test_a_terminal_gets_colours(fleetgraph: Command) -> None:
    fleetgraph.is_terminal = True
    assert "\x1b[32mREADY" in fleetgraph("clusters").out


@pytest.mark.parametrize("environment", [{"NO_COLOR": "1"}, {"TERM": "dumb"}])
def test_a_terminal_without_colours_gets_none(fleetgraph: Command, environment: dict[str, str]) -> None:
    fleetgraph.is_terminal = True
    fleetgraph.environment = environment
    assert "\x1b" not in fleetgraph("clusters").out
