"""Prepares an artefact for `functions.prepared`, at the end of its build.

python local/prepare.py FOLDER IMPORTABLE OURS...

FOLDER has everything compiled. IMPORTABLE is a folder with the same packages for this machine: FOLDER itself, unless it
is for another processor. OURS are the packages of ours. It is run by the runtime's own Python, with nothing else on
its path.
"""

import dataclasses
import importlib
import marshal
import sys
from collections.abc import Iterator
from importlib.util import MAGIC_NUMBER
from pathlib import Path
from typing import Any

PYC_HEAD_BYTES = 16
READS_THE_FILE = ("functions", "functions.prepared")
"""What is imported before it can find anything there."""


def methods_of(folder: Path, importable: Path, ours: list[str]) -> set[str]:
    """What `dataclasses` compiles while all of ours is imported, and with it what that imports."""
    texts: set[str] = set()

    def execute(text: str, globals_: dict[str, Any], locals_: dict[str, Any]) -> None:
        texts.add(text)
        exec(text, globals_, locals_)  # noqa: S102 - as dataclasses does

    sys.path.insert(0, str(importable))
    dataclasses.exec = execute  # type: ignore[attr-defined]  # pyright: ignore[reportAttributeAccessIssue]
    for package in ours:
        for source in sorted((folder / package).rglob("*.py")):
            inside = source.relative_to(folder).with_suffix("")
            try:
                importlib.import_module(".".join(inside.parts).removesuffix(".__init__"))
            except ModuleNotFoundError as error:
                if error.name is None or error.name.partition(".")[0] in ours:
                    raise
                # This function does not have that package, and never imports the module.
    return texts


def modules_of(folder: Path) -> Iterator[tuple[str, Path, Path]]:
    """Each module's name, its file in the folder, and its compiled code, which a source has in a folder beside it."""
    for compiled in sorted(folder.rglob("*.pyc")):
        file = compiled.relative_to(folder)
        if file.parent.name == "__pycache__":
            file = file.parent.parent / f"{file.name.partition('.')[0]}.py"
        name = ".".join(file.with_suffix("").parts).removesuffix(".__init__")
        yield name, file, compiled


def prepare(folder: Path, importable: Path, ours: list[str]) -> None:
    code, modules, methods = bytearray(), {}, {}
    texts = methods_of(folder, importable, ours)
    from functions.prepared import FILE, digest  # of the artefact

    for name, file, compiled in modules_of(folder):
        if name in READS_THE_FILE:
            continue
        one = compiled.read_bytes()[PYC_HEAD_BYTES:]
        modules[name] = (len(code), len(one), file.as_posix(), file.stem == "__init__")
        code += one
        compiled.unlink()
        if compiled.parent.name == "__pycache__" and not any(compiled.parent.iterdir()):
            compiled.parent.rmdir()
    for text in sorted(texts):
        one = marshal.dumps(compile(text, "<string>", "exec"))
        methods[digest(text)] = (len(code), len(one))
        code += one
    contents = marshal.dumps((modules, methods))
    head = MAGIC_NUMBER + len(contents).to_bytes(4, "little")
    (folder / FILE).write_bytes(head + contents + code)


if __name__ == "__main__":
    prepare(Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3:])
