"""Documents that are known beforehand: those in `graphql/operations`, each named by its SHA-256.

`python -m gateway.limits.trusted_documents FOLDER` prints the manifest of a folder, in the format of Apollo's
persisted query manifests, which client tools read and write. Ours is kept beside this module, because it goes where the
gateway goes.
"""

import hashlib
import json
import sys
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from graphql import OperationDefinitionNode, parse

MANIFEST = Path(__file__).parent / "trusted.json"
ALGORITHM = "sha256"


def digest(document: str) -> str:
    return hashlib.sha256(document.encode()).hexdigest()


@cache
def documents() -> Mapping[str, str]:
    """By digest. Read once: they change with a deployment."""
    manifest = json.loads(MANIFEST.read_text(encoding="utf-8"))
    return {operation["id"]: operation["body"] for operation in manifest["operations"]}


def is_trusted(document: str) -> bool:
    return digest(document) in documents()


def find(document_id: str) -> str | None:
    """`document_id` is a digest, with or without the name of its algorithm before it."""
    return documents().get(document_id.removeprefix(f"{ALGORITHM}:"))


def write_manifest(folder: Path) -> str:
    operations = [_entry(path.read_text(encoding="utf-8")) for path in sorted(folder.glob("*.graphql"))]
    manifest = {"format": "apollo-persisted-query-manifest", "version": 1, "operations": operations}
    return json.dumps(manifest, indent=2) + "\n"


def _entry(document: str) -> Mapping[str, Any]:
    """Each holds one operation, which a test keeps."""
    operation = next(one for one in parse(document).definitions if isinstance(one, OperationDefinitionNode))
    name = operation.name.value if operation.name else ""
    return {"id": digest(document), "name": name, "type": operation.operation.value, "body": document}


if __name__ == "__main__":
    sys.stdout.write(write_manifest(Path(sys.argv[1])))
