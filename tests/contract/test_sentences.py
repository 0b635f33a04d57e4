"""What people read is words: the sentences of the domain and of the adapters stand on the page, in the command and in
messages as they are.
"""

import ast
import re
from collections.abc import Iterator

from tests.contract.places import ROOT

MEMBER = re.compile(r"`\w[\w.]*`")


def texts(tree: ast.AST) -> Iterator[str]:
    """Every text but the docstrings."""
    docstrings = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docstrings:
            yield node.value


def test_no_sentence_for_people_spells_a_member_of_the_schema() -> None:
    found = [
        text
        for room in ("fleet", "adapters")
        for path in sorted((ROOT / room).rglob("*.py"))
        for text in texts(ast.parse(path.read_text(encoding="utf-8")))
        if MEMBER.search(text)
    ]
    assert found == []
