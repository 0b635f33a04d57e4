"""A secret in every form in which a provider's words can hold it."""

import base64
import html
import json
import logging
from collections.abc import Callable
from urllib.parse import quote

import httpx
import pytest

from adapters import ADAPTERS
from adapters.redaction import MASK, TELLING, Redactor
from fleet.model.failure import ProviderError, Rejected
from fleetgraph.testing.setting import TOKEN, answering

SECRET = "CCDB1_aB3dE5fG7hJ9kL1m_N2pQ4rS6tU8vW0xY/zA+c=e"

FORMS: dict[str, Callable[[str], str]] = {
    "whole": lambda text: text,
    "in capitals": str.upper,
    "in small letters": str.lower,
    "percent-encoded": lambda text: quote(text, safe=""),
    "percent-encoded throughout": lambda text: "".join(f"%{ord(one):02x}" for one in text),
    "percent-encoded twice": lambda text: quote(quote(text, safe=""), safe=""),
    "as JSON": lambda text: json.dumps(text).replace("/", "\\/"),
    "as JSON by code points": lambda text: "".join(f"\\u{ord(one):04x}" for one in text),
    "as JSON in JSON": lambda text: json.dumps("".join(f"\\u{ord(one):04X}" for one in text)),
    "as HTML": lambda text: "".join(f"&#{ord(one)};" for one in text),
    "as HTML by names": lambda text: html.escape(text + '"<'),
    "in hexadecimal": lambda text: text.encode().hex(),
    "in base64": lambda text: base64.b64encode(text.encode()).decode(),
    "in base64, a byte in": lambda text: base64.b64encode(f":{text}".encode()).decode(),
    "in base64, two bytes in": lambda text: base64.b64encode(f"a:{text}:z".encode()).decode(),
    "in base64, after a name": lambda text: base64.b64encode(f"somebody:{text}".encode()).decode(),
    "in base64 for addresses": lambda text: (
        base64.urlsafe_b64encode(f"??>{text}".encode()).decode().rstrip("=")
    ),
    "in base64, percent-encoded": lambda text: quote(base64.b64encode(text.encode()).decode(), safe=""),
    "in base64 with line breaks": lambda text: base64.encodebytes(b"a" * 50 + text.encode()).decode(),
    "broken by spaces": lambda text: " ".join(text[at : at + 5] for at in range(0, len(text), 5)),
    "percent-encoded three times": lambda text: quote(quote(quote(text, safe=""), safe=""), safe=""),
    "percent-encoded by code points": lambda text: "".join(f"%u{ord(one):04x}" for one in text),
    "as a script by code points": lambda text: "".join(f"\\u{{{ord(one):04x}}}" for one in text),
    "in octal": lambda text: "".join(f"\\{ord(one):03o}" for one in text),
    "as mail": lambda text: "".join(f"={ord(one):02X}" for one in text),
    "in hexadecimal with colons": lambda text: ":".join(f"{ord(one):02x}" for one in text),
    "in hexadecimal as numbers": lambda text: ", ".join(f"0x{ord(one):02x}" for one in text),
    "in wide letters": lambda text: "".join(chr(ord(one) + 0xFEE0) for one in text),
    "broken by what is not seen": "\u200b".join,
    "broken by dots": ".".join,
    "backwards": lambda text: text[::-1],
    "in base32": lambda text: base64.b32encode(text.encode()).decode(),
    "in base32, some bytes in": lambda text: base64.b32encode(b"abc" + text.encode()).decode().lower(),
    "in base32 of the other alphabet": lambda text: base64.b32hexencode(b"a" + text.encode()).decode(),
    "in base85": lambda text: base64.b85encode(text.encode()).decode(),
    "in base85, some bytes in": lambda text: base64.b85encode(b"abcdefg" + text.encode()).decode(),
    "in ASCII85": lambda text: base64.a85encode(b"ab" + text.encode()).decode(),
    "in base64 twice": lambda text: base64.b64encode(base64.b64encode(b"a:" + text.encode())).decode(),
    "in base64 of hexadecimal": lambda text: base64.b64encode(text.encode().hex().encode()).decode(),
    "in hexadecimal of base64": lambda text: base64.b64encode(text.encode()).hex(),
    "in hexadecimal twice": lambda text: text.encode().hex().encode().hex(),
    "backwards in base64": lambda text: base64.b64encode(text[::-1].encode()).decode(),
    "in base64 of what is percent-encoded": lambda text: base64.b64encode(
        "".join(f"%{ord(one):02x}" for one in text).encode()
    ).decode(),
    "broken by lines": lambda text: "\n".join(text[at : at + 6] for at in range(0, len(text), 6)),
}


def undone(text: str) -> bool:
    """Whether anything of the secret that tells can be found, by whoever tries the forms on its parts."""
    parts = [SECRET[at : at + TELLING] for at in range(len(SECRET) - TELLING + 1)]
    texts = (text.lower(), "".join(text.split()).lower())
    return any(FORMS[form](part).lower() in one for form in FORMS for part in parts for one in texts)


@pytest.mark.parametrize("form", FORMS)
def test_a_secret_in_any_form_is_masked(form: str) -> None:
    said = f"Bad token {FORMS[form](SECRET)} was sent."
    redacted = Redactor((SECRET,))(said)
    assert MASK in redacted
    assert not undone(redacted)


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize(("start", "end"), [(0, 16), (0, 24), (-16, None), (7, 25), (13, 29)])
def test_a_part_of_it_in_any_form_is_masked(form: str, start: int, end: int | None) -> None:
    redacted = Redactor((SECRET,))(f"Bad token {FORMS[form](SECRET[start:end])} was sent.")
    assert MASK in redacted


@pytest.mark.parametrize("length", [TELLING, TELLING + 1, 12, 20])
def test_the_shortest_part_that_tells_is_masked_wherever_it_is_from(length: int) -> None:
    for start in range(len(SECRET) - length + 1):
        part = SECRET[start : start + length]
        assert Redactor((SECRET,))(f"<{part}>") == f"<{MASK}>"
        assert Redactor((SECRET,))(f"<{part.swapcase()}>") == f"<{MASK}>"


def test_the_last_four_characters_name_a_token_for_people() -> None:
    said = f"The token that ends in {SECRET[-4:]} has expired."
    assert Redactor((SECRET,))(said) == said


def test_the_rest_of_the_sentence_stays() -> None:
    said = f"Neither {SECRET} nor {SECRET[:20]}… may\n\tdeploy."
    assert Redactor((SECRET,))(said) == f"Neither {MASK} nor {MASK}… may deploy."


@pytest.mark.parametrize("secret", ["", " ", "\n"])
def test_nothing_is_no_secret(secret: str) -> None:
    assert Redactor((secret,))("All is well.") == "All is well."


def test_a_secret_that_is_shorter_than_what_tells_is_masked_whole() -> None:
    assert Redactor(("4711",))("The PIN 4711 is wrong, 471 too.") == f"The PIN {MASK} is wrong, 471 too."


def test_a_short_value_of_a_request_does_not_mask_what_resembles_it_encoded() -> None:
    assert Redactor(("ops",))("b3Bz o ps 6f7073") == "b3Bz o ps 6f7073"


def test_an_ordinary_sentence_is_left_alone() -> None:
    said = (
        'name: must match "[a-z0-9-]+" (100 % of the time); see https://docs.example.com/a%20b?c=%2F&amp;d, or '
        "request 7f3c0a52-5b1e-4a27-9d0e-2f6f4f1f0b11 \\u00e9 aGVsbG8gd29ybGQ="
    )
    assert Redactor((SECRET,))(said) == said


@pytest.mark.parametrize("provider", ADAPTERS)
@pytest.mark.parametrize("form", ["whole", "in capitals", "percent-encoded", "in base64, after a name"])
async def test_no_error_and_no_log_holds_the_token_of_the_account(
    provider: str, form: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    for echoed in (FORMS[form](TOKEN), FORMS[form](TOKEN[2:])):
        body = dict.fromkeys(("message", "error", "detail"), f"no {echoed} here")
        answer = httpx.Response(422, json=body, headers={"X-Request-Id": echoed})
        with pytest.raises(ProviderError) as raised:
            await answering(ADAPTERS[provider], answer).clusters()
        error = raised.value
        assert MASK in error.message
        assert error.provider_request_id is not None
        assert MASK in error.provider_request_id
        assert echoed.lower() not in f"{error!r} {error.message} {caplog.text}".lower()


async def test_names_of_fields_are_redacted_and_counted() -> None:
    details = {f"{TOKEN[:10]}-{number}": [TOKEN] * 50 for number in range(50)}
    answer = httpx.Response(
        422, json={"error": {"message": "no", "details": {**details, "name": ["long"] * 50}}}
    )
    with pytest.raises(Rejected) as raised:
        await answering(ADAPTERS["northflank"], answer).clusters()
    fields = raised.value.fields
    assert len(fields) <= 20
    assert all(len(texts) <= 20 for texts in fields.values())
    assert TOKEN[:10] not in str(fields)
