"""What the build prepares is what would be made without it: the same modules, the same classes, the same files."""

import compileall
import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

OURS = {
    "ours/__init__.py": "",
    "ours/needs_more.py": "import not_here",
    "ours/things.py": """
import re
from collections import namedtuple
from dataclasses import dataclass
from typing import NamedTuple, Optional, get_type_hints

from others.named import NAME

WORDS = re.compile(r"(?P<first>[^\\W\\d]+)(?:, (?i:a|b)c)?", re.MULTILINE)
BYTES = re.compile(rb"[a-f]{2}")
Pair = namedtuple("Pair", "left right", defaults=[2])

class Named(NamedTuple):
    one: "int"
    other: "Optional[Named]" = None

@dataclass(frozen=True, kw_only=True)
class Thing:
    name: str = NAME

def fail():
    raise RuntimeError("on purpose")
""",
}
OTHERS = {
    "others/__init__.py": "",
    "others/named.py": "NAME = 'a'",
    "others/late.py": "from dataclasses import dataclass\n@dataclass\nclass Late:\n    at: int\n",
    "others/words.txt": "beside it",
}

ASKS = """
import sys; sys.path.insert(0, sys.argv[1])
import functions, json, traceback
from importlib.resources import files
import re
from ours.things import BYTES, WORDS, Named, Pair, Thing, fail, get_type_hints
from others.late import Late
try:
    fail()
except RuntimeError:
    told = traceback.format_exc()
print(json.dumps({
    "found by": [type(sys.modules[name].__spec__.loader).__name__ for name in ("ours.things", "others.named")],
    "files": [sys.modules[name].__file__[len(sys.argv[1]):] for name in ("ours", "ours.things", "others.named")],
    "paths": [one[len(sys.argv[1]):] for one in sys.modules["others"].__path__],
    "thing": [repr(Thing()), Thing() == Thing(name="a"), Thing.__init__.__qualname__],
    "patterns": [WORDS.flags, dict(WORDS.groupindex), WORDS.match("über, Bc").group(0, 1)],
    "bytes": BYTES.findall(b"abcd") == [b"ab", b"cd"],
    "cached": re.compile(WORDS.pattern, re.MULTILINE) is WORDS,
    "late pattern": re.sub("z+", "-", "azzb"),
    "named": [repr(Named(one=1)), repr(Pair(left=1)), repr(get_type_hints(Named))],
    "late": repr(Late(at=1)),
    "line": told.splitlines()[-2].strip(),
    "beside": files("others").joinpath("words.txt").read_text(),
}))
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """As local/artefact.sh leaves it before the last step: ours with sources, others without."""
    for name, text in {**OURS, **OTHERS}.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    (tmp_path / "functions").mkdir()
    shutil.copy(ROOT / "functions" / "prepared.py", tmp_path / "functions")
    start = "import os\nfrom functions import prepared\nprepared.use(os.path.dirname(os.path.dirname(__file__)))\n"
    (tmp_path / "functions" / "__init__.py").write_text(start, encoding="utf-8")
    assert compileall.compile_dir(tmp_path / "others", quiet=1, legacy=True)
    for source in (tmp_path / "others").glob("*.py"):
        source.unlink()
    for ours in ("ours", "functions"):
        assert compileall.compile_dir(tmp_path / ours, quiet=1)
    return tmp_path


def asked(folder: Path) -> dict[str, object]:
    done = subprocess.run(
        [sys.executable, "-ISB", "-c", ASKS, folder], capture_output=True, text=True, check=True
    )
    answer: dict[str, object] = json.loads(done.stdout)
    return answer


def prepare(folder: Path) -> None:
    program = ROOT / "local" / "prepare.py"
    subprocess.run([sys.executable, "-ISB", program, folder, folder, "ours", "functions"], check=True)


def test_what_is_prepared_is_as_without_it(folder: Path) -> None:
    without = asked(folder)
    assert without["found by"] == ["SourceFileLoader", "SourcelessFileLoader"]
    assert without["line"] == 'raise RuntimeError("on purpose")'
    prepare(folder)
    assert not list((folder / "others").glob("*.pyc")), "each is there once"
    assert asked(folder) == {**without, "found by": ["_Loader", "_Loader"]}


def test_nothing_that_was_prepared_is_compiled(folder: Path) -> None:
    prepare(folder)
    program = (
        "import sys; sys.path.insert(0, sys.argv[1]); import functions; from functions import prepared;"
        "prepared.as_ever = prepared.compile = None; import ours.things; print(len(ours.things.WORDS.findall('a b')))"
    )
    done = subprocess.run(
        [sys.executable, "-ISB", "-c", program, folder], capture_output=True, text=True, check=True
    )
    assert done.stdout == "2\n"


def test_nothing_is_prepared_of_what_reads_it(folder: Path) -> None:
    prepare(folder)
    left = {path.name.partition(".")[0] for path in folder.rglob("*.pyc")}
    assert left == {"__init__", "prepared"}


def test_what_was_prepared_for_another_python_is_refused_in_a_sentence(folder: Path) -> None:
    prepare(folder)
    file = folder / "prepared.bin"
    file.write_bytes(b"\x00\x00\x00\x00" + file.read_bytes()[4:])
    done = subprocess.run(
        [sys.executable, "-ISB", "-c", ASKS, folder], capture_output=True, text=True, check=False
    )
    assert "prepared.bin was built for another version of Python" in done.stderr


def test_what_was_not_prepared_is_looked_for_as_ever(folder: Path) -> None:
    prepare(folder)
    (folder / "ours" / "more.py").write_text("MORE = 2", encoding="utf-8")
    program = (
        "import sys; sys.path.insert(0, sys.argv[1]); import functions, ours.more; print(ours.more.MORE)"
    )
    done = subprocess.run(
        [sys.executable, "-ISB", "-c", program, folder], capture_output=True, text=True, check=True
    )
    assert done.stdout == "2\n"


def test_what_was_imported_before_is_imported_anew(folder: Path) -> None:
    """A runtime may import a package that we bring, too, before it comes to the function: it finds an empty folder."""
    prepare(folder)
    program = (
        "import sys; sys.path.insert(0, sys.argv[1]); import others, functions;"
        "from others.named import NAME; import others; print(NAME, others.__file__[len(sys.argv[1]):])"
    )
    done = subprocess.run(
        [sys.executable, "-ISB", "-c", program, folder], capture_output=True, text=True, check=True
    )
    assert done.stdout.startswith("a /others/__init__.py")
