"""A cold start of the same schema, served as one would without a thought of that: FastAPI and Strawberry's router, a
resource of boto3 and the clients of three services at import, behind Mangum. It checks nothing, and reads nothing.
"""

import json
import os
import sys
import time
from pathlib import Path
from typing import Any


def measure() -> dict[str, float]:
    import boto3
    import httpx
    import strawberry
    from fastapi import FastAPI  # type: ignore[import-not-found]  # pyright: ignore[reportMissingImports]
    from mangum import Mangum
    from strawberry.fastapi import GraphQLRouter
    from strawberry.schema.config import StrawberryConfig

    from gateway.mutations import Mutation
    from gateway.mutations.refusals import USER_ERRORS
    from gateway.providers import TYPES
    from gateway.query import Query
    from gateway.types.scalars import SCALARS

    region = "eu-central-1"
    opened: list[Any] = [
        boto3.resource("dynamodb", region_name=region),
        *(boto3.client(name, region_name=region) for name in ("ssm", "sqs", "secretsmanager")),
        httpx.AsyncClient(),
    ]
    schema = strawberry.Schema(
        query=Query,
        mutation=Mutation,
        types=[*(types.details for types in TYPES.values()), *USER_ERRORS],
        config=StrawberryConfig(scalar_map=SCALARS),
    )
    app = FastAPI()
    app.include_router(GraphQLRouter(schema), prefix="/graphql")
    handler = Mangum(app, lifespan="off")
    event: dict[str, Any] = json.loads(Path(os.environ["EVENT"]).read_text(encoding="utf-8"))
    event["body"] = json.dumps({"query": "{ __typename }"})
    answer = handler(event, None)  # type: ignore[arg-type]
    assert json.loads(answer["body"])["data"] == {"__typename": "Query"}, answer
    assert opened
    return {"cpu": time.process_time()}


if __name__ == "__main__":
    print(json.dumps(measure()))
    sys.stdout.flush()
    os._exit(0)
