"""What the build prepared, so that a start reads it and does not do it again.

One file has all compiled modules: to look for 900 of them in folders takes a tenth of a start. It also has the methods
that `dataclasses` writes as text and compiles: 500 classes, a sixth of a start. `local/prepare.py` writes the file. A
text that is not in it is compiled as ever.
"""

import dataclasses
import marshal
import os
import sys
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
    """`methods` are by the digest of their text."""

    modules: Mapping[str, Module]
    methods: Mapping[bytes, Place]


def digest(text: str) -> bytes:
    return blake2b(text.encode(), digest_size=DIGEST_BYTES).digest()


class Prepared:
    """Finds the modules of a folder, before Python looks there."""

    def __init__(self, folder: str) -> None:
        """Raises `OSError` where nothing was prepared, and `ImportError` where it was for another Python."""
        self._folder = folder
        self._file = os.open(os.path.join(folder, FILE), os.O_RDONLY)  # noqa: PTH118 - before pathlib is loaded
        head = os.pread(self._file, HEAD_BYTES, 0)
        if head[:4] != MAGIC_NUMBER:
            os.close(self._file)
            raise ImportError(f"{FILE} was built for another version of Python than {sys.version.split()[0]}")
        size = int.from_bytes(head[4:], "little")
        self._start = HEAD_BYTES + size
        modules, methods = marshal.loads(os.pread(self._file, size, HEAD_BYTES))  # noqa: S302 - the build's
        self.contents = Contents(modules, methods)

    def code(self, offset: int, size: int) -> CodeType:
        found: CodeType = marshal.loads(os.pread(self._file, size, self._start + offset))  # noqa: S302
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

    def execute(self, text: str, globals_: dict[str, Any], locals_: dict[str, Any]) -> None:
        """The `exec` of `dataclasses`."""
        place = self.contents.methods.get(digest(text))
        exec(text if place is None else self.code(*place), globals_, locals_)  # noqa: S102 - as dataclasses does

    def install(self) -> None:
        """What was imported before, from a folder whose modules are here alone, is empty: it is imported anew."""
        for name in self.contents.modules.keys() & sys.modules.keys():
            if getattr(sys.modules[name], "__file__", None) is None:
                del sys.modules[name]
        sys.meta_path.insert(0, self)
        dataclasses.exec = self.execute  # type: ignore[attr-defined]  # pyright: ignore[reportAttributeAccessIssue]


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
