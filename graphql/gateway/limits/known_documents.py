"""Known documents, from manifests: those of `graphql/operations`, of the command, of the page, and of a team's own
programs.

A manifest is a JSON file of a client tool: Apollo's (`generate-persisted-query-manifest`), or Relay's
(`persistConfig.file`), which maps an id to a text. A document has the id of its manifest. Documents are compared in a
normal form: comments, spacing, the order of operations and fragments, and an added `__typename` do not matter.

`python -m gateway.limits.known_documents FOLDER` prints the manifest of a folder, with SHA-256 as ids.
"""

import hashlib
import json
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from functools import cache, cached_property
from pathlib import Path
from typing import Any

from graphql import (
    FieldNode,
    GraphQLError,
    OperationDefinitionNode,
    SelectionNode,
    SelectionSetNode,
    Visitor,
    parse,
    print_ast,
    strip_ignored_characters,
    visit,
)

from gateway.limits.document_size import MOST_TOKENS

FOLDER = Path(__file__).parent / "manifests"
ALGORITHM = "sha256"
_COMPILED = re.compile(r'^\s*"text": ("(?:[^"\\]|\\.)*")', re.MULTILINE)
APOLLO = "apollo-persisted-query-manifest"


def manifest_path(name: str) -> Path:
    """The file of a manifest. `page` is a file in our folder of manifests; `teams/ours.json` is a path."""
    return Path(name) if name.endswith(".json") else FOLDER / f"{name}.json"


class ManifestError(ValueError):
    """A manifest that cannot be used. The message names it and says why."""


class KnownDocuments:
    """The known documents of several manifests."""

    def __init__(self, manifests: Sequence[Path]) -> None:
        """The documents of these manifests, by default of every manifest in our folder. Raises ManifestError."""
        self._by_id: dict[str, str] = {}
        for manifest in manifests or sorted(FOLDER.glob("*.json")):
            for document_id, document in read_manifest(manifest).items():
                if self._by_id.setdefault(document_id, document) != document:
                    raise ManifestError(f"{manifest}: another document has the id {document_id}.")

    def find(self, document_id: str) -> str | None:
        """The text of the document with an id. The name of the algorithm before the id is optional."""
        return self._by_id.get(document_id) or self._by_id.get(document_id.removeprefix(f"{ALGORITHM}:"))

    def knows(self, document: str) -> bool:
        return digest(document) in self._texts or normal_form(document) in self._normal_forms

    @cached_property
    def _texts(self) -> frozenset[str]:
        """Whether a text is a known document. A text that equals the manifest's is not parsed."""
        return frozenset(map(digest, self._by_id.values()))

    @cached_property
    def _normal_forms(self) -> frozenset[str]:
        """The normal forms. They are computed when a document first differs from every text, because parsing takes a
        while.
        """
        return frozenset(form for form in map(normal_form, self._by_id.values()) if form is not None)


@cache
def known_documents(manifests: tuple[Path, ...]) -> KnownDocuments:
    """The documents of a manifest, read once in a process. Raises ManifestError."""
    return KnownDocuments(manifests)


def digest(document: str) -> str:
    return hashlib.sha256(document.encode()).hexdigest()


def normal_form(document: str) -> str | None:
    """The normal form of a text. Null if it is not a document or is too long."""
    try:
        tree = visit(parse(document, no_location=True, max_tokens=MOST_TOKENS), _WithoutTypenames())
        return strip_ignored_characters("\n".join(sorted(map(print_ast, tree.definitions))))
    except (GraphQLError, RecursionError):
        return None


class _WithoutTypenames(Visitor):
    """Removes `__typename` from each selection that has other fields."""

    def leave_selection_set(self, node: SelectionSetNode, *_: object) -> SelectionSetNode | None:
        kept = tuple(selection for selection in node.selections if not _is_typename(selection))
        if not kept or len(kept) == len(node.selections):
            return None
        return SelectionSetNode(selections=kept)


def _is_typename(selection: SelectionNode) -> bool:
    """Whether it is a `__typename` without an alias and without directives."""
    if not isinstance(selection, FieldNode) or selection.name.value != "__typename":
        return False
    return selection.alias is None and not selection.directives


def read_manifest(path: Path) -> Mapping[str, str]:
    """Documents by their ids. Raises ManifestError."""
    try:
        manifest = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ManifestError(f"{path} cannot be read: {error.strerror}.") from error
    except ValueError as error:
        raise ManifestError(f"{path} is not JSON: {error}.") from error
    entries = dict(_entries(manifest))
    if not entries or not all(isinstance(text, str) for pair in entries.items() for text in pair):
        raise ManifestError(f"{path} is neither an Apollo nor a Relay manifest.")
    return entries


def _entries(manifest: Any) -> Iterator[tuple[Any, Any]]:
    match manifest:
        case {"format": str(name), "version": 1, "operations": list(operations)} if name == APOLLO:
            for operation in operations:
                if isinstance(operation, dict):
                    yield operation.get("id"), operation.get("body")
        case {"format": _}:
            return
        case dict():
            yield from manifest.items()
        case _:
            return


def write_manifest(documents: Sequence[str]) -> str:
    """The manifest in the format of Apollo's tools."""
    manifest = {"format": APOLLO, "version": 1, "operations": [_operation(one) for one in documents]}
    return json.dumps(manifest, indent=2) + "\n"


def documents_in(folder: Path) -> list[str]:
    """The documents of a folder: GraphQL files, and the files of Relay's compiler."""
    texts = [path.read_text(encoding="utf-8") for path in sorted(folder.glob("*.graphql"))]
    for path in sorted(folder.glob("*.graphql.ts")):
        texts += [json.loads(text) for text in _COMPILED.findall(path.read_text(encoding="utf-8"))]
    return texts


def _operation(document: str) -> Mapping[str, Any]:
    """The entry of a document, which has one operation (a test ensures it)."""
    operation = next(one for one in parse(document).definitions if isinstance(one, OperationDefinitionNode))
    name = operation.name.value if operation.name else ""
    return {"id": digest(document), "name": name, "type": operation.operation.value, "body": document}


if __name__ == "__main__":
    sys.stdout.write(write_manifest(documents_in(Path(sys.argv[1]))))
