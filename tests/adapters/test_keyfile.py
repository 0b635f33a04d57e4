"""A key file is taken as people have it."""

from base64 import b64encode

import pytest
from pydantic import SecretStr

from adapters.keyfile import read_keyfile
from fleet.model.credentials import GcpCredentials
from fleet.model.refusal import InvalidInput

KEY = '{"type": "service_account", "project_id": "p"}'
BASE64 = b64encode(KEY.encode()).decode()


def given(text: str) -> GcpCredentials:
    return GcpCredentials(keyfile_json=SecretStr(text))


@pytest.mark.parametrize(
    "text",
    [
        KEY,
        f"\ufeff{KEY}",
        BASE64,
        f"{BASE64[:20]}\n{BASE64[20:]}\n",
        b64encode(f"\ufeff{KEY}".encode()).decode(),
    ],
    ids=["JSON", "with a mark", "base64", "base64 in lines", "base64 of one with a mark"],
)
def test_a_key_file_is_taken_with_a_mark_and_in_base64(text: str) -> None:
    assert given(text).keyfile_json.get_secret_value() == KEY
    assert read_keyfile(given(text))["project_id"] == "p"


@pytest.mark.parametrize("text", ["", "[]", "no key", "bm8ga2V5", "7"])
def test_what_is_no_key_file_is_refused_and_not_quoted(text: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        read_keyfile(given(text))
    assert not text or text not in str(refused.value)
