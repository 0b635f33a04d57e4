"""Northflank's two ways of paging: by number, and by cursor for requests without a number."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterable

from starlette.datastructures import QueryParams
from starlette.responses import Response

from sandbox.api import Call, Refusal, answer
from sandbox.faults import Json

DEFAULT_PAGE, LARGEST_PAGE = 50, 100


def paged(
    call: Call, name: str, items: Iterable[Json], *, key: str = "id", has_cursor: bool = True
) -> Response:
    """A page of items in the order of their keys. `count` is the number of items on the page, not the total."""
    ordered = sorted(items, key=lambda item: str(item[key]))
    size = call.integer("per_page", default=DEFAULT_PAGE, maximum=LARGEST_PAGE)
    number = call.integer("page", default=1, maximum=1_000_000)
    cursor = call.query.get("cursor")
    if cursor is not None:
        last = decode(cursor)
        ordered = [item for item in ordered if str(item[key]) > last]
    else:
        ordered = ordered[(number - 1) * size :]
    shown = ordered[:size]
    pagination: Json = {"hasNextPage": len(ordered) > size, "count": len(shown)}
    if pagination["hasNextPage"] and has_cursor and "page" not in call.query:
        pagination["cursor"] = encode(str(shown[-1][key]))
    return answer({"data": {name: shown}, "pagination": pagination})


def repeated(block: Json, query: QueryParams) -> Json:
    """A pagination block with the cursor of the same page."""
    return block | {"hasNextPage": True, "cursor": query.get("cursor") or encode("")}


def encode(key: str) -> str:
    return urlsafe_b64encode(f"after:{key}".encode()).decode()


def decode(cursor: str) -> str:
    try:
        text = urlsafe_b64decode(cursor).decode()
    except ValueError:
        text = ""
    if not text.startswith("after:"):
        raise Refusal(400, "invalid cursor", fields={"cursor": ["is not one of ours"]})
    return text.removeprefix("after:")
