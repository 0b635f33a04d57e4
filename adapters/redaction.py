"""Redaction: removes the secrets of a request from every text that is shown, stored or logged.

A secret is an account's token, or a value in a change that only the provider must read. A run of `TELLING` characters
of a secret reveals it, in upper or lower case. In plain text such a run is masked. A text that holds one backwards, in
base64 (also twice), base32 or hexadecimal, percent-encoded, escaped as in JSON, HTML or mail, in other shapes of its
letters, or with anything but letters and digits between them, is masked as a whole; in base85 it takes a longer run. A
shorter secret is masked only as a whole.

The line is drawn there: what a provider compresses, encrypts, writes in another alphabet or wraps in more layers is not
recognised. Whoever does that does not repeat a token by mistake.
"""

import html
import re
import sys
import unicodedata
from base64 import a85encode, b32encode, b32hexencode, b64decode, b64encode, b85encode
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from string import ascii_lowercase, ascii_uppercase
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
_BASE32_CHARACTERS = (TELLING * 8 - 4) // 5
_BASE85_CHARACTERS = 10
"""Two blocks of four bytes. One block alone would be found by chance, and by half a token only."""
_ROUNDS = 3
_SMALL = str.maketrans(ascii_uppercase, ascii_lowercase)
_LAYERS = 2
"""Of base64 and of hexadecimal that are taken off, one within the other."""
_PACKED = re.compile(rf"[A-Za-z0-9+/_-]{{{_BASE64_CHARACTERS},}}")


def secrets_of(record: Record | None) -> tuple[str, ...]:
    """The secrets in a record."""
    return tuple(value.get_secret_value() for _, value in record or () if isinstance(value, SecretStr))


class Redactor:
    """Removes these secrets from texts. What it seeks is derived from them at the first text, and kept for the next."""

    def __init__(self, secrets: Iterable[str]) -> None:
        self._known = [one for secret in secrets if (one := _in_one_line(secret))]

    def __call__(self, text: str) -> str:
        """The text in one line, without secrets and without parts that reveal one."""
        line = _in_one_line(text)
        for length, short in self._in_plain_text:
            line = _mask(line, length, short)
        if len(line) < TELLING and line.isascii():
            return line  # no form is shorter than what it stands for
        decoded = set(_decoded(line))
        forms = {form for one in decoded for form in (_squeeze(one), *_unpacked(one, _LAYERS))}
        letters = set(map(_letters, forms))
        for runs in self._in_any_form:
            if any(map(runs.are_in, forms)) or any(map(runs.are_spelt_in, letters)):
                return MASK
        return line

    @cached_property
    def _in_plain_text(self) -> list[tuple[int, frozenset[str]]]:
        lengths = [(one, min(TELLING, len(one))) for one in self._known]
        return [(length, _runs([_lower(one)], length)) for one, length in lengths]

    @cached_property
    def _in_any_form(self) -> "list[_Runs]":
        return [_Runs(one) for one in self._known if len(one) >= TELLING]


def _in_one_line(text: str) -> str:
    """The text without lone surrogates, which cannot be encoded."""
    return " ".join(text.encode(errors="replace").decode().split())


def _mask(line: str, length: int, runs: frozenset[str]) -> str:
    """Replaces each of the runs, which have that length, by a mask."""
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


class _Runs:
    """Every run that reveals a secret, in each form in which it can stand."""

    def __init__(self, secret: str) -> None:
        in_hexadecimal = _runs([secret.encode().hex()], 2 * TELLING)
        self._small = {
            TELLING: _runs([_lower(secret), _lower(secret[::-1])], TELLING),
            2 * TELLING: in_hexadecimal,
            _BASE32_CHARACTERS: _runs(_in_base32(secret), _BASE32_CHARACTERS),
        }
        self._base64 = {_BASE64_CHARACTERS: _runs(_in_base64(secret), _BASE64_CHARACTERS)}
        self._base85 = {_BASE85_CHARACTERS: _runs(_in_base85(secret), _BASE85_CHARACTERS)}
        spelt = _letters(secret)
        self._letters = {TELLING: _runs([spelt], TELLING), 2 * TELLING: in_hexadecimal}

    def are_in(self, form: str) -> bool:
        lowered = _lower(form)
        return (
            _holds(lowered, self._small)
            or _holds(lowered.replace("-", "+").replace("_", "/"), self._base64)
            or _holds(form, self._base85)
        )

    def are_spelt_in(self, letters: str) -> bool:
        return _holds(letters, self._letters)


def _in_base64(secret: str) -> Iterator[str]:
    """The secret in base64 for each offset, without characters that depend on its neighbours."""
    for before in range(3):
        encoded = b64encode(b" " * before + secret.encode()).decode()
        shared = 0 if before == 0 else before + 1
        yield _lower(encoded.rstrip("=")[shared:-1])


def _in_base32(secret: str) -> Iterator[str]:
    for before in range(5):
        for encode in (b32encode, b32hexencode):
            encoded = encode(b" " * before + secret.encode()).decode().rstrip("=")
            yield _lower(encoded[-(-before * 8 // 5) : -1])


def _in_base85(secret: str) -> Iterator[str]:
    """Each block of four bytes is five characters by itself. The first and the last may be shared with neighbours."""
    for before in range(4):
        for encode in (a85encode, b85encode):
            whole = (before + len(secret.encode())) // 4 * 4
            yield encode((b" " * before + secret.encode())[:whole]).decode()[5 if before else 0 :]


def _unpacked(text: str, layers: int) -> Iterator[str]:
    """The text, and what it holds in base64 or hexadecimal, wherever that begins."""
    yield text
    if layers:
        for packed in _PACKED.findall(text):
            for inner in {*_from_base64(packed), *_from_hexadecimal(packed)}:
                yield from _unpacked(inner, layers - 1)


def _from_base64(packed: str) -> Iterator[str]:
    for start in range(4):
        whole = packed[start : start + (len(packed) - start) // 4 * 4]
        yield b64decode(whole.replace("-", "+").replace("_", "/")).decode("latin-1")


def _from_hexadecimal(packed: str) -> Iterator[str]:
    for digits in re.findall(rf"[0-9a-fA-F]{{{2 * TELLING},}}", packed):
        for start in range(2):
            yield bytes.fromhex(digits[start : start + (len(digits) - start) // 2 * 2]).decode("latin-1")


def _holds(text: str, runs: Mapping[int, frozenset[str]]) -> bool:
    """Whether one of the runs, by their length, is in the text."""
    return any(
        not known.isdisjoint({text[start : start + length] for start in range(len(text) - length + 1)})
        for length, known in runs.items()
    )


def _runs(texts: Iterable[str], length: int) -> frozenset[str]:
    return frozenset(
        text[start : start + length] for text in texts for start in range(len(text) - length + 1)
    )


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
    return text.translate(_SMALL)
