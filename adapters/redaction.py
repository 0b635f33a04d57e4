"""Redaction: removes the secrets of a request from every text that is shown, stored or logged.

A secret is an account's token, or a value in a change that only the provider must read. A run of `TELLING` characters
of a secret reveals it, in upper or lower case. In plain text such a run is masked. A text that holds one in base64, in
hexadecimal, percent-encoded, escaped as in JSON, HTML or mail, in other shapes of its letters, or with anything but
letters and digits between them, is masked as a whole. A shorter secret is masked only as a whole.
"""

import html
import re
import sys
import unicodedata
from base64 import b64encode
from collections.abc import Iterable, Iterator
from urllib.parse import unquote

from pydantic import SecretStr

from fleet.model.record import Record

TELLING = 8
"""The length of a run that reveals a secret. Eight of 32 random characters do not help to guess the rest; providers
show the last four of a token to people. A run that matches by chance only masks a few letters.
"""
MASK = "***"

_ESCAPE = re.compile(
    r"(?:\\u\{?|%u|U\+)([0-9a-fA-F]{4}|(?<=\{)[0-9a-fA-F]{2,6})\}?|(?:\\x|=)([0-9a-fA-F]{2})|\\([0-7]{3})|\\(.)"
)
_BASE64_CHARACTERS = TELLING * 8 // 6
_ROUNDS = 3


def secrets_of(record: Record | None) -> tuple[str, ...]:
    """The secrets in a record."""
    return tuple(value.get_secret_value() for _, value in record or () if isinstance(value, SecretStr))


def redact(text: str, secrets: Iterable[str]) -> str:
    """The text in one line, without secrets and without parts that reveal one."""
    line = _in_one_line(text)
    known = [one for secret in secrets if (one := _in_one_line(secret))]
    for secret in known:
        line = _mask(line, secret)
    forms = set(_decoded(line))
    squeezed = {*forms, *map(_squeeze, forms)}
    letters = set(map(_letters, forms))
    for secret in (one for one in known if len(one) >= TELLING):
        if any(_tells(form, secret) for form in squeezed) or any(_spells(form, secret) for form in letters):
            return MASK
    return line


def _in_one_line(text: str) -> str:
    """The text without lone surrogates, which cannot be encoded."""
    return " ".join(text.encode(errors="replace").decode().split())


def _mask(line: str, secret: str) -> str:
    """Replaces each run of characters that is also in the secret by a mask."""
    length = min(TELLING, len(secret))
    runs = _runs(_lower(secret), length)
    lowered = _lower(line)
    masked, shown_from, hidden_to = [], 0, -1
    for start in range(len(line) - length + 1):
        if lowered[start : start + length] in runs:
            if start > hidden_to:
                masked += [line[shown_from:start], MASK]
            shown_from = hidden_to = start + length
    return "".join([*masked, line[shown_from:]])


def _decoded(line: str) -> Iterator[str]:
    """The texts that the line can encode."""
    for _ in range(_ROUNDS):
        yield from (one(line) for one in (_unescape, unquote, html.unescape))
        line = html.unescape(unquote(_unescape(line)))
        yield line


def _tells(form: str, secret: str) -> bool:
    lowered = _lower(form)
    if _holds(lowered, _lower(secret), TELLING) or _holds(lowered, secret.encode().hex(), 2 * TELLING):
        return True
    encoded = lowered.replace("-", "+").replace("_", "/")
    return any(_holds(encoded, one, _BASE64_CHARACTERS) for one in _in_base64(secret))


def _spells(letters: str, secret: str) -> bool:
    spelt = _letters(secret)
    return (len(spelt) >= TELLING and _holds(letters, spelt, TELLING)) or _holds(
        letters, secret.encode().hex(), 2 * TELLING
    )


def _in_base64(secret: str) -> Iterator[str]:
    """The secret in base64 for each offset, without characters that depend on its neighbours."""
    for before in range(3):
        encoded = b64encode(b" " * before + secret.encode()).decode()
        shared = 0 if before == 0 else before + 1
        yield _lower(encoded.rstrip("=")[shared:-1])


def _holds(text: str, secret: str, length: int) -> bool:
    runs = _runs(secret, length)
    return any(text[start : start + length] in runs for start in range(len(text) - length + 1))


def _runs(secret: str, length: int) -> frozenset[str]:
    return frozenset(secret[start : start + length] for start in range(len(secret) - length + 1))


def _unescape(text: str) -> str:
    return _ESCAPE.sub(_character, text)


def _character(match: re.Match[str]) -> str:
    if match[4]:
        return match[4]
    code = int(match[3], 8) if match[3] else int(match[1] or match[2], 16)
    return chr(code) if code <= sys.maxunicode else ""


def _squeeze(text: str) -> str:
    return "".join(text.split())


def _letters(text: str) -> str:
    """The letters and digits alone, each in its plain shape: without what is between them, seen or not."""
    plain = unicodedata.normalize("NFKC", text).lower()
    return re.sub(r"\b0x(?=[0-9a-f]{2}\b)|[^a-z0-9]", "", plain)


def _lower(text: str) -> str:
    """Lower case of ASCII letters only, so that the length stays equal."""
    return "".join(character.lower() if character.isascii() else character for character in text)
