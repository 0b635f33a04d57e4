"""The manifest of the command's documents, for a Fleetgraph that runs only known documents.

`python -m cli.documents.manifest` prints it as Apollo's tools do; `make schema` keeps it where the gateway finds it.
"""

import hashlib
import json
import re
import sys
from collections.abc import Mapping
from typing import Any

from cli.documents import accounts, catalog, change, clusters, envelopes, fleet, integrations, keys, webhooks

MODULES = (clusters, accounts, integrations, catalog, fleet, change, keys, envelopes, webhooks)
_OPERATION = re.compile(r"^(query|mutation) (\w+)", re.MULTILINE)


def documents() -> list[str]:
    """The whole documents, without fragments."""
    texts = [text for module in MODULES for name, text in vars(module).items() if name.isupper()]
    return [
        text for text in [*texts, *change.plans.values(), *change.bound.values()] if _OPERATION.search(text)
    ]


def _entry(document: str) -> Mapping[str, Any]:
    (kind, name), *_ = _OPERATION.findall(document)
    return {"id": hashlib.sha256(document.encode()).hexdigest(), "name": name, "type": kind, "body": document}


def manifest() -> str:
    operations = [_entry(document) for document in documents()]
    return (
        json.dumps(
            {"format": "apollo-persisted-query-manifest", "version": 1, "operations": operations}, indent=2
        )
        + "\n"
    )


if __name__ == "__main__":
    sys.stdout.write(manifest())
