"""A server that answers what a test tells it to, over real HTTP."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tests.cli.command import served

Answer = dict[str, Any] | Response
"""The body of a GraphQL answer, or any other answer."""


@dataclass(kw_only=True)
class Scripted:
    url: str = ""
    requests: list[dict[str, Any]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    answer: Callable[[dict[str, Any]], Answer] = lambda request: {"data": {}}

    async def __call__(self, request: Request) -> Response:
        body = await request.json()
        self.requests.append(body)
        self.headers.append(dict(request.headers))
        answer = self.answer(body)
        return answer if isinstance(answer, Response) else JSONResponse(answer)


@contextmanager
def scripted() -> Iterator[Scripted]:
    script = Scripted()
    with served(Starlette(routes=[Route("/graphql", script.__call__, methods=["POST"])])) as url:
        script.url = url
        yield script
