"""How tests of limits send documents, and write long ones."""

from typing import Any

from tests.gateway.world import Client


def many(number: int, text: str) -> str:
    """`text` so many times, with its number in place of #."""
    return " ".join(text.replace("#", str(one)) for one in range(number))


async def send(client: Client, document: str, **variables: object) -> dict[str, Any]:
    body = {
        "query": document,
        "variables": variables,
        "operationName": "a" if "query a" in document else None,
    }
    answer: dict[str, Any] = (await client.http.post("/graphql", json=body)).json()
    return answer
