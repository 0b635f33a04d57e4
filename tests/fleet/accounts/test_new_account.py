import pytest
from pydantic import SecretStr

from fleet.accounts.new_account import InvalidAccount, make_account
from fleet.model.account import Account
from tests.fleet.things import NOON

TOKEN = "a-made-up-token-of-4711"


def make(**given: str | None) -> Account:
    fields: dict[str, str | None] = {
        "provider": "cockroachdb",
        "name": "acme",
        "token": TOKEN,
        "external_id": None,
        "api_version": None,
        "base_url": None,
    } | given
    assert fields["provider"] is not None
    assert fields["name"] is not None
    assert fields["token"] is not None
    return make_account(
        provider=fields["provider"],
        name=fields["name"],
        token=SecretStr(fields["token"]),
        external_id=fields["external_id"],
        account_id=fields.get("account_id"),
        api_version=fields["api_version"],
        base_url=fields["base_url"],
        now=NOON,
    )


def test_an_account_shows_the_end_of_its_token_and_nothing_else_of_it() -> None:
    account = make()
    assert (account.token_hint, account.token_replaced_at) == ("4711", NOON)
    assert TOKEN not in account.model_dump_json()


def test_a_token_so_short_that_its_end_would_give_it_away_shows_nothing() -> None:
    assert make(token="short-token").token_hint == ""


def test_an_account_connected_again_is_another_one() -> None:
    assert make().id != make().id
    assert make(account_id="known").id == "known"


def test_accounts_of_one_token_share_its_budget_and_others_do_not() -> None:
    assert make().budget_key == make(name="other").budget_key
    assert make().budget_key != make(token="another-made-up-token").budget_key
    assert make().budget_key != make(provider="northflank").budget_key


def test_accounts_of_a_provider_that_counts_by_address_share_one_budget() -> None:
    first = make(provider="kupe", external_id="a")
    assert (
        first.budget_key == make(provider="kupe", external_id="b", token="another-made-up-token").budget_key
    )


@pytest.mark.parametrize(
    ("field", "given"),
    [
        ("provider", {"provider": "digitalocean"}),
        ("provider", {"provider": "Kupe"}),
        ("name", {"name": " "}),
        ("name", {"name": "a" * 101}),
        ("name", {"name": "acme\n"}),
        ("name", {"name": "\x1b[31macme"}),
        ("external_id", {"provider": "kupe"}),
        ("external_id", {"provider": "kupe", "external_id": ""}),
        ("external_id", {"external_id": " "}),
        ("external_id", {"external_id": ".."}),
        ("external_id", {"external_id": "acme/../other"}),
        ("api_version", {"api_version": "2021-01-01"}),
        ("api_version", {"provider": "kupe", "external_id": "acme", "api_version": "v1"}),
        ("base_url", {"base_url": "localhost:9001"}),
        ("base_url", {"base_url": "ftp://127.0.0.1"}),
        ("base_url", {"base_url": "https://"}),
        ("base_url", {"base_url": "https://[::1"}),
        ("base_url", {"base_url": "https://host:port"}),
        ("base_url", {"base_url": "https://host:99999"}),
        ("base_url", {"base_url": "https://host/?page=1"}),
        ("base_url", {"base_url": "http://example.invalid"}),
        ("token", {"token": ""}),
        ("token", {"token": f"{TOKEN}\n"}),
        ("token", {"token": f"Bearer {TOKEN}"}),
        ("token", {"token": f"{TOKEN}é"}),
        ("token", {"token": TOKEN * 200}),
    ],
)
def test_what_cannot_work_is_refused_by_name(field: str, given: dict[str, str]) -> None:
    with pytest.raises(InvalidAccount) as refused:
        make(**given)
    assert refused.value.field == field
    assert TOKEN not in str(refused.value)
    assert str(refused.value).endswith(".")


def test_an_account_that_is_connected_keeps_the_name_that_it_has() -> None:
    assert make(name="a" * 101, account_id="known").name == "a" * 101


def test_credentials_in_a_url_are_refused_and_not_repeated() -> None:
    with pytest.raises(InvalidAccount) as refused:
        make(base_url="http://somebody:made-up@127.0.0.1:9001")
    assert "made-up" not in str(refused.value)


@pytest.mark.parametrize(
    "base_url",
    ["http://127.0.0.1:9001", "http://localhost:9001", "http://[::1]:9001", "https://example.invalid/api"],
)
def test_a_token_goes_in_clear_to_this_machine_only(base_url: str) -> None:
    assert make(base_url=base_url).base_url == base_url


def test_a_pinned_version_is_kept() -> None:
    assert make(api_version="2023-04-10").api_version == "2023-04-10"
