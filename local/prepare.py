"""Prepares an artefact for `functions.prepared`, at the end of its build.

python local/prepare.py FOLDER IMPORTABLE OURS...

FOLDER has everything compiled. IMPORTABLE is a folder with the same packages for this machine: FOLDER itself, unless it
is for another processor. OURS are the packages of ours. It is run by the runtime's own Python, with nothing else on
its path.
"""

import _sre  # type: ignore[import-not-found]  # pyright: ignore[reportMissingImports]
import collections
import dataclasses
import importlib
import marshal
import re
import sys
import typing
from collections.abc import Iterator
from importlib.util import MAGIC_NUMBER
from pathlib import Path
from types import CodeType
from typing import Any

PYC_HEAD_BYTES = 16
READS_THE_FILE = ("functions", "functions.prepared")
"""What is imported before it can find anything there."""


class Compiled:
    """What the standard library compiles of texts while modules are imported."""

    def __init__(self) -> None:
        self.methods: dict[str, str] = {}
        self.annotations: set[str] = set()
        self.patterns: dict[tuple[str | bytes, int], tuple[Any, ...]] = {}

    def listen(self) -> None:
        """`compile` of `re` looks up what makes a pattern at each."""
        for module, name, ours in (
            (dataclasses, "exec", self.execute),
            (collections, "eval", self.evaluate),
            (typing, "compile", self.annotation),
            (re._compiler, "compile", self.pattern),  # type: ignore[attr-defined]  # pyright: ignore[reportAttributeAccessIssue]
        ):
            setattr(module, name, ours)

    def execute(self, text: str, globals_: dict[str, Any], locals_: dict[str, Any]) -> None:
        self.methods[text] = "exec"
        exec(text, globals_, locals_)  # noqa: S102 - as dataclasses does

    def evaluate(self, text: str, globals_: dict[str, Any]) -> Any:
        self.methods[text] = "eval"
        return eval(text, globals_)  # noqa: S307 - as named tuples do

    def annotation(self, text: str, *how: Any) -> CodeType:
        code: CodeType = compile(text, *how)
        self.annotations.add(text)
        return code

    def pattern(self, text: Any, flags: int = 0) -> "re.Pattern[Any]":
        made: list[tuple[Any, ...]] = []

        class Listening:
            def __getattr__(self, name: str) -> Any:
                return getattr(_sre, name)

            def compile(
                self, pattern: object, flags: int, code: list[int], groups: int, *names: Any
            ) -> "re.Pattern[Any]":
                of = int(flags), [*map(int, code)], groups, *names
                made.append(of)
                compiled: re.Pattern[Any] = _sre.compile(pattern, *of)
                return compiled

        compiler: Any = AS_EVER.__globals__
        compiler["_sre"] = Listening()
        try:
            pattern: re.Pattern[Any] = AS_EVER(text, flags)
        finally:
            compiler["_sre"] = _sre
        if type(text) in (str, bytes) and not flags & (re.LOCALE | re.DEBUG):
            self.patterns[text, int(flags)] = made[-1]
        return pattern


AS_EVER = re._compiler.compile  # type: ignore[attr-defined]  # pyright: ignore[reportAttributeAccessIssue]


def compiled_while_importing(folder: Path, importable: Path, ours: list[str]) -> Compiled:
    """All of ours, and with it what that imports."""
    compiled = Compiled()
    sys.path.insert(0, str(importable))
    compiled.listen()
    for package in ours:
        for source in sorted((folder / package).rglob("*.py")):
            inside = source.relative_to(folder).with_suffix("")
            try:
                importlib.import_module(".".join(inside.parts).removesuffix(".__init__"))
            except ModuleNotFoundError as error:
                if error.name is None or error.name.partition(".")[0] in ours:
                    raise
                # This function does not have that package, and never imports the module.
    return compiled


def modules_of(folder: Path) -> Iterator[tuple[str, Path, Path]]:
    """Each module's name, its file in the folder, and its compiled code, which a source has in a folder beside it."""
    for compiled in sorted(folder.rglob("*.pyc")):
        file = compiled.relative_to(folder)
        if file.parent.name == "__pycache__":
            file = file.parent.parent / f"{file.name.partition('.')[0]}.py"
        name = ".".join(file.with_suffix("").parts).removesuffix(".__init__")
        yield name, file, compiled


def prepare(folder: Path, importable: Path, ours: list[str]) -> None:
    compiled = compiled_while_importing(folder, importable, ours)
    from functions.prepared import FILE, digest  # of the artefact

    content = bytearray()

    def placed(one: bytes) -> tuple[int, int]:
        content.extend(one)
        return len(content) - len(one), len(one)

    modules: dict[str, tuple[Any, ...]] = {}
    for name, file, found in modules_of(folder):
        if name in READS_THE_FILE:
            continue
        place = placed(found.read_bytes()[PYC_HEAD_BYTES:])
        modules[name] = (*place, file.as_posix(), file.stem == "__init__")
        found.unlink()
        if found.parent.name == "__pycache__" and not any(found.parent.iterdir()):
            found.parent.rmdir()
    methods = {
        digest(text): placed(marshal.dumps(compile(text, "<string>", mode)))
        for text, mode in sorted(compiled.methods.items())
    }
    patterns = {
        key: placed(marshal.dumps(of))
        for key, of in sorted(compiled.patterns.items(), key=lambda one: repr(one[0]))
    }
    annotations = frozenset(compiled.annotations)
    contents = marshal.dumps((modules, methods, patterns, annotations, (_sre.MAGIC, _sre.CODESIZE)))
    head = MAGIC_NUMBER + len(contents).to_bytes(4, "little")
    (folder / FILE).write_bytes(head + contents + content)


if __name__ == "__main__":
    prepare(Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3:])
