"""What the pages say is there: links, files, targets, and documents that fit the schema."""

import json
import re
import tomllib
from pathlib import Path

import pytest
from graphql import parse, validate

from tests.docs.markdown import Block, anchors, blocks, code, links, pages
from tests.schema import committed_schema
from tests.test_structure import ROOT, tracked

LONGEST_README = 140

INVENTED = "acme"
"""Of files that a reader is to write."""

FOLDERS = {path.relative_to(ROOT).parts[0] for path in tracked() if path.parent != ROOT}
_PATH = re.compile(r"(?<![\w/.$-])((?:\.?[\w-]+/)+[\w.*-]*)")
_LOCK = re.compile(r"\brequirements[\w.*-]*\.txt\b")


def named(page: Path) -> list[str]:
    """Paths of this repository that a page names in its code."""
    return [
        path
        for text in code(page)
        for path in _PATH.findall(text)
        if path.partition("/")[0] in FOLDERS and INVENTED not in path
    ] + [lock for text in code(page) for lock in _LOCK.findall(text)]


@pytest.mark.parametrize("page", pages(), ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_leads_somewhere(page: Path) -> None:
    broken = []
    for link in links(page):
        path, _, anchor = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        if not target.exists() or (anchor and anchor not in anchors(target)):
            broken.append(link)
    assert broken == []


@pytest.mark.parametrize("page", pages(), ids=lambda page: str(page.relative_to(ROOT)))
def test_every_file_that_a_page_names_is_there(page: Path) -> None:
    assert [path for path in named(page) if not any(ROOT.glob(path.rstrip("/")))] == []


def test_every_target_that_a_page_names_is_in_the_makefile() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = {name for line in re.findall(r"^([\w -]+):", makefile, re.MULTILINE) for name in line.split()}
    asked = {
        name for page in pages() for text in code(page) for name in re.findall(r"\bmake ([a-z-]+)", text)
    }
    assert asked - targets == set()
    assert asked


def test_every_graphql_document_fits_the_schema() -> None:
    schema = committed_schema()
    wrong = {
        str(block): [error.message for error in errors]
        for block in blocks("graphql")
        if (errors := validate(schema, parse(block.text)))
    }
    assert wrong == {}


@pytest.mark.parametrize("block", blocks("json", "toml"), ids=str)
def test_every_example_of_data_can_be_read(block: Block) -> None:
    if block.language == "json":
        json.loads(block.text)
    else:
        tomllib.loads(block.text)


def test_every_page_of_the_docs_is_linked_to() -> None:
    linked = {(page.parent / link.partition("#")[0]).resolve() for page in pages() for link in links(page)}
    assert [page for page in pages() if page not in linked and page != ROOT / "README.md"] == []


def test_the_readme_stays_short() -> None:
    assert len((ROOT / "README.md").read_text(encoding="utf-8").splitlines()) <= LONGEST_README
