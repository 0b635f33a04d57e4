"""`python -m bench.performance.subjects.graphql_core`: the same two queries from graphql-core alone.

The schema is ours, built from its SDL; the document is parsed and validated before; the data is a dict.
"""

import json
import time
from pathlib import Path

from graphql import DocumentNode, ExecutionResult, build_schema, execute, parse, validate

from bench.performance.subjects.documents import SMALL, TYPENAME

TIMES = 400
SDL = Path(__file__).parent.parent.parent.parent / "graphql" / "schema.graphql"
DATA = {"providers": [{"name": name} for name in ("CockroachDB Cloud", "Kupe Cloud", "Northflank", "Qovery")]}


def measure() -> dict[str, float]:
    schema = build_schema(SDL.read_text(encoding="utf-8"))

    def seconds(document: DocumentNode) -> float:
        assert not validate(schema, document)
        began = time.process_time()
        for _ in range(TIMES):
            result = execute(schema, document, root_value=DATA)
            assert isinstance(result, ExecutionResult)
            assert result.data
        return (time.process_time() - began) / TIMES

    seconds(parse(SMALL))
    return {"typename": seconds(parse(TYPENAME)), "small": seconds(parse(SMALL))}


if __name__ == "__main__":
    print(json.dumps(measure()))
