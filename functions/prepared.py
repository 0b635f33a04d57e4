"""What the build prepared, so that a start reads it and does not do it again.

One file has all compiled modules: to look for 900 of them in folders takes a tenth of a start. It also has what the
standard library compiles of texts while modules are imported: the methods of dataclasses (500 classes, a sixth of a
start) and of named tuples, and regular expressions (150, a thirtieth). `local/prepare.py` writes the file. What is not
in it is compiled as ever.
"""

import _sre  # type: ignore[import-not-found]  # pyright: ignore[reportMissingImports]
import collections
import dataclasses
import inspect
import marshal
import mmap
import os
import re
import sys
import typing
from collections.abc import Mapping, Sequence
from hashlib import blake2b
from importlib.machinery import ModuleSpec, SourcelessFileLoader
from importlib.util import MAGIC_NUMBER
from types import CodeType, ModuleType
from typing import Any, NamedTuple

FILE = "prepared.bin"
"""In the folder of the artefact."""
HEAD_BYTES = 8
"""The number of the bytecode, which a Python of one minor version has, and the size of the table of contents."""
DIGEST_BYTES = 16


class Place(NamedTuple):
    """Where compiled code is in the file: its offset in bytes after the table of contents, and its size."""

    offset: int
    size: int


class Module(NamedTuple):
    """`path` is that of its file in the folder. Of what others wrote there is no such file."""

    offset: int
    size: int
    path: str
    is_package: bool


class Contents(NamedTuple):
    """`methods` are by the digest of their text; `patterns`, regular expressions, by their text and flags, each with
    what `_sre` makes one of. `annotations` are texts that can be compiled. `sre` says for which `_sre` patterns are.
    """

    modules: Mapping[str, Module]
    methods: Mapping[bytes, Place]
    patterns: Mapping[tuple[str | bytes, int], Place]
    annotations: frozenset[str]
    sre: tuple[int, int]


def digest(text: str) -> bytes:
    return blake2b(text.encode(), digest_size=DIGEST_BYTES).digest()


class Prepared:
    """Finds the modules of a folder, before Python looks there."""

    def __init__(self, folder: str) -> None:
        """Raises `OSError` where nothing was prepared, and `ImportError` where it was for another Python."""
        self._folder = folder
        file = os.open(os.path.join(folder, FILE), os.O_RDONLY)  # noqa: PTH118 - before pathlib is loaded
        try:
            self._bytes = memoryview(mmap.mmap(file, 0, access=mmap.ACCESS_READ))
        finally:
            os.close(file)
        if self._bytes[:4] != MAGIC_NUMBER:
            raise ImportError(f"{FILE} was built for another version of Python than {sys.version.split()[0]}")
        self._start = HEAD_BYTES + int.from_bytes(self._bytes[4:HEAD_BYTES], "little")
        self.contents = Contents(*marshal.loads(self._bytes[HEAD_BYTES : self._start]))  # noqa: S302 - the build's

    def load(self, offset: int, size: int) -> Any:
        return marshal.loads(self._bytes[self._start + offset :][:size])  # noqa: S302

    def code(self, offset: int, size: int) -> CodeType:
        found: CodeType = self.load(offset, size)
        return found

    def find_spec(
        self, name: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        found = self.contents.modules.get(name)
        if found is None:
            return None
        offset, size, inside, is_package = found
        place = f"{self._folder}/{inside}"
        spec = ModuleSpec(name, _Loader(name, place, self, offset, size), origin=place, is_package=is_package)
        spec.has_location = True
        if is_package:
            spec.submodule_search_locations = [place.rpartition("/")[0]]
        return spec

    def compiled(self, text: str) -> str | CodeType:
        place = self.contents.methods.get(digest(text))
        return text if place is None else self.code(*place)

    def execute(self, text: str, globals_: dict[str, Any], locals_: dict[str, Any]) -> None:
        """The `exec` of `dataclasses`."""
        exec(self.compiled(text), globals_, locals_)  # noqa: S102 - as dataclasses does

    def evaluate(self, text: str, globals_: dict[str, Any]) -> Any:
        """The `eval` of `collections.namedtuple`."""
        return eval(self.compiled(text), globals_)  # noqa: S307 - as named tuples do

    def annotation(self, text: str, *how: Any) -> str | CodeType:
        """The `compile` of `typing`, which evaluates few of 1,300 annotations, and takes a text as well."""
        return text if text in self.contents.annotations else compile(text, *how)

    def pattern(self, text: Any, flags: int = 0) -> "re.Pattern[Any]":
        """The `compile` of `re`, for what its cache has not."""
        place = self.contents.patterns.get((text, flags)) if type(text) in (str, bytes) else None
        if place is None:
            compiled: re.Pattern[Any] = as_ever(text, flags)
            return compiled
        made: re.Pattern[Any] = _sre.compile(text, *self.load(*place))
        return made

    def install(self) -> None:
        """What was imported before, from a folder whose modules are here alone, is empty: it is imported anew."""
        for name in self.contents.modules.keys() & sys.modules.keys():
            if getattr(sys.modules[name], "__file__", None) is None:
                del sys.modules[name]
        sys.meta_path.insert(0, self)
        for module, name, ours in (
            (dataclasses, "exec", self.execute),
            (dataclasses, "inspect", _WithoutSignatures()),
            (collections, "eval", self.evaluate),
            (typing, "compile", self.annotation),
        ):
            setattr(module, name, ours)
        if self.contents.sre == (_sre.MAGIC, _sre.CODESIZE):
            re._compiler.compile = self.pattern  # type: ignore[attr-defined]  # pyright: ignore[reportAttributeAccessIssue]


as_ever = re._compiler.compile  # type: ignore[attr-defined]  # pyright: ignore[reportAttributeAccessIssue]


class _WithoutSignatures:
    """The `inspect` of `dataclasses`, which puts the signature into the docstring of a class that has none: nobody
    reads it, and 170 of them take a fortieth of a start.
    """

    def __getattr__(self, name: str) -> Any:
        return getattr(inspect, name)

    def signature(self, of: object) -> inspect.Signature:
        raise ValueError("docstrings need none")


class _Loader(SourcelessFileLoader):
    """Is one of files as far as resources beside a module are concerned."""

    def __init__(self, name: str, path: str, prepared: Prepared, offset: int, size: int) -> None:
        super().__init__(name, path)
        self._prepared, self._offset, self._size = prepared, offset, size

    def get_code(self, fullname: str) -> CodeType:
        return self._prepared.code(self._offset, self._size)


def use(folder: str) -> None:
    """Where something was prepared. It is not where the sources run."""
    try:
        prepared = Prepared(folder)
    except FileNotFoundError:
        return
    prepared.install()
