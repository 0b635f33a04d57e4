from pathlib import Path

import pytest

from local.accounts import AccountsError, GivenAccount, read_accounts
from tests.fleet.things import NOON

TOKEN = "a-made-up-token-of-4711"
ENVIRONMENT = {"KUPE_API_KEY": TOKEN, "NORTHFLANK_TOKEN": TOKEN, "EMPTY": "", "BROKEN": f"{TOKEN}\nmore"}
KUPE = '[[accounts]]\nprovider = "kupe"\nname = "acme"\nexternal_id = "acme"\ntoken_env = "KUPE_API_KEY"\n'


def read(folder: Path, text: str | bytes) -> list[GivenAccount]:
    path = folder / "accounts.toml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return read_accounts(path, ENVIRONMENT, NOON)


def test_accounts_are_read_with_their_tokens(tmp_path: Path) -> None:
    kupe, northflank = read(
        tmp_path,
        f"""{KUPE}base_url = "http://127.0.0.1:9001"

        [[accounts]]
        provider = "northflank"
        name = "acme"
        token_env = "NORTHFLANK_TOKEN"
        """,
    )
    assert kupe.account.order == ("kupe", "acme")
    assert (kupe.account.external_id, kupe.account.base_url) == ("acme", "http://127.0.0.1:9001")
    assert kupe.token.get_secret_value() == TOKEN
    assert (northflank.account.external_id, northflank.account.token_replaced_at) == (None, NOON)
    assert TOKEN not in repr([kupe, northflank])


def test_a_version_of_cockroachdb_can_be_chosen(tmp_path: Path) -> None:
    text = (
        KUPE.replace("kupe", "cockroachdb").replace('external_id = "acme"\n', "")
        + 'api_version = "2023-04-10"\n'
    )
    assert read(tmp_path, text)[0].account.api_version == "2023-04-10"


@pytest.mark.parametrize(
    ("text", "place", "remedy"),
    [
        ("", "holds no account", "begin each with [[accounts]]"),
        ("accounts = []", "holds no account", "begin each with [[accounts]]"),
        ('[accounts]\nprovider = "kupe"', "holds no account", "begin each with [[accounts]]"),
        ('[[acounts]]\nprovider = "kupe"', "'acounts' is unknown", "accounts are tables named [[accounts]]"),
        ("[[accounts]\n", "is no TOML", "line 1"),
        (f'{KUPE}token = "x', "is no TOML", "Unterminated string"),
        (b"name = '\xff'", "is no TOML", "utf-8"),
        (f"{KUPE}{KUPE}", "2 accounts of kupe are named 'acme'", "give each its own name"),
        (
            KUPE + KUPE.replace('name = "acme"', 'name = "other"'),
            "'acme' of kupe is listed 2 times",
            "once is enough",
        ),
        (
            KUPE.replace('"kupe"', '"kubernetes"'),
            "account 1 ('acme'): provider",
            "cockroachdb, kupe, northflank",
        ),
        (KUPE.replace('name = "acme"', 'name = " "'), "account 1 (' '): name", "needs a name"),
        (KUPE.replace('name = "acme"\n', ""), "account 1: name", "is missing"),
        (KUPE.replace('name = "acme"', "name = 7"), "account 1: name", "put it in quotes"),
        (KUPE.replace('external_id = "acme"\n', ""), "account 1 ('acme'): external_id", "name it"),
        (KUPE.replace("KUPE_API_KEY", "QOVERY_KEY"), "account 1 ('acme'): token_env", "export QOVERY_KEY="),
        (KUPE.replace("KUPE_API_KEY", "EMPTY"), "account 1 ('acme'): token_env", "export EMPTY="),
        (KUPE.replace("KUPE_API_KEY", "BROKEN"), "account 1 ('acme'): token", "copy it again"),
        (KUPE.replace("KUPE_API_KEY", TOKEN), "account 1 ('acme'): token_env", "such as ACME_TOKEN"),
        (f'{KUPE}token = "{TOKEN}"', "account 1: token", "token_env"),
        (f'{KUPE}api_version = "1"', "account 1 ('acme'): api_version", "leave it out"),
        (f'{KUPE}base_url = "http://example.invalid"', "account 1 ('acme'): base_url", "use https"),
        (f"{KUPE}{KUPE}regions = []", "account 2: regions", "is unknown"),
    ],
)
def test_a_file_that_cannot_be_used_is_refused_with_the_place_and_the_remedy(
    tmp_path: Path, text: str | bytes, place: str, remedy: str
) -> None:
    with pytest.raises(AccountsError) as refused:
        read(tmp_path, text)
    message = str(refused.value)
    assert message.startswith(f"{tmp_path / 'accounts.toml'}: ")
    assert place in message
    assert remedy in message
    assert TOKEN not in message
    assert "\n" not in message


def test_a_file_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(AccountsError, match="cannot be read: No such file"):
        read_accounts(tmp_path / "accounts.toml", ENVIRONMENT, NOON)
    with pytest.raises(AccountsError, match="cannot be read: Is a directory"):
        read_accounts(tmp_path, ENVIRONMENT, NOON)
