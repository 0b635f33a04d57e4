"""What is in the Markdown files of the repository: fenced blocks, headings, links and names of files."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from tests.test_structure import ROOT, tracked

_FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_HEADING = re.compile(r"^#{1,6} (.+)$", re.MULTILINE)
_LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
_CODE = re.compile(r"`([^`\n]+)`")


@dataclass(frozen=True, kw_only=True)
class Block:
    """A fenced block. `line` is that of its fence."""

    page: Path
    line: int
    language: str
    text: str

    def __str__(self) -> str:
        return f"{self.page.relative_to(ROOT)}:{self.line}"


@cache
def pages() -> tuple[Path, ...]:
    return tuple(path for path in tracked("*.md") if "tests" not in path.relative_to(ROOT).parts)


def blocks(*languages: str, page: Path | None = None) -> list[Block]:
    """The blocks in these languages, of one page or of all, in the order of reading."""
    return [
        Block(
            page=path,
            line=text.count("\n", 0, found.start()) + 1,
            language=found[1],
            text=found[2],
        )
        for path in (pages() if page is None else (page,))
        for text in [path.read_text(encoding="utf-8")]
        for found in _FENCE.finditer(text)
        if found[1] in languages
    ]


def prose(page: Path) -> str:
    """The text without its fenced blocks."""
    return _FENCE.sub("", page.read_text(encoding="utf-8"))


def links(page: Path) -> list[str]:
    """The targets of links and pictures that lead to this repository."""
    return [target for target in _LINK.findall(prose(page)) if "://" not in target]


def code(page: Path) -> Iterator[str]:
    """What stands between backticks, and the lines of the shell blocks."""
    yield from _CODE.findall(prose(page))
    for block in blocks("sh", "text", page=page):
        yield from block.text.splitlines()


def anchors(page: Path) -> set[str]:
    """The anchors that GitHub makes of headings, where no two headings of a page are the same."""
    return {
        re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-")
        for heading in _HEADING.findall(prose(page))
    }


def section(page: Path, heading: str) -> str:
    """What follows a heading, up to the next of any level."""
    found = re.search(rf"^#+ {re.escape(heading)}\n(.*?)(?=^#|\Z)", prose(page), re.MULTILINE | re.DOTALL)
    assert found is not None, f"{page.name} has no section {heading}"
    return found[1]


def first_column(text: str) -> list[str]:
    """The names in the first column of the tables of a text."""
    cells = re.findall(r"^\| (`.*?) \|", text, re.MULTILINE)
    return [name for cell in cells for name in _CODE.findall(cell)]
