"""Pages with opaque tokens. A token names the last item of the previous page, so that inserts and deletes do not shift
pages.
"""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Sequence
from typing import TypeVar

from starlette.datastructures import QueryParams

from sandbox.api import Call, Refusal
from sandbox.cockroachdb.versions import VERSIONS, instant
from sandbox.faults import Json

Item = TypeVar("Item")
Key = list[str | float]

LARGEST_PAGE = 500  # no maximum and no default is documented


def page(
    call: Call, version: str, items: Sequence[Item], key: Callable[[Item], Key]
) -> tuple[list[Item], Json | None]:
    """The items of the requested page, and its pagination block, which is null if there is only one page."""
    limit = call.integer("pagination.limit", default=LARGEST_PAGE, maximum=LARGEST_PAGE)
    is_descending = call.query.get("pagination.sort_order") == "DESC"
    ordered = sorted(items, key=key, reverse=is_descending)
    start = call.query.get("pagination.page" if version > VERSIONS[0] else "pagination.start_key", "")
    if after := decode(start):
        ordered = [item for item in ordered if (key(item) < after if is_descending else key(item) > after)]
    shown, rest = ordered[:limit], ordered[limit:]
    following = encode(key(shown[-1])) if rest else ""
    if version == VERSIONS[0]:
        order = "DESC" if is_descending else "ASC"
        last = encode(key(ordered[-1])) if ordered else ""
        block: Json = {
            "next": following,
            "last": last,
            "limit": limit,
            "time": instant(call.now),
            "order": order,
        }
        return shown, block
    if not start and not rest:
        return shown, None
    return shown, {"next_page": following} if rest else {}


def repeated(block: Json | None, query: QueryParams) -> Json:
    """A pagination block with the token of the same page. The token of the first page has an empty key."""
    if block and "order" in block:
        return block | {"next": query.get("pagination.start_key") or encode([])}
    return {"next_page": query.get("pagination.page") or encode([])}


def encode(key: Key) -> str:
    return urlsafe_b64encode(json.dumps(key).encode()).decode().rstrip("=")


def decode(token: str) -> Key:
    """The key in a token. Empty without a token; raises a Refusal (400) for an invalid one."""
    if not token:
        return []
    try:
        key = json.loads(urlsafe_b64decode(token + "=" * (-len(token) % 4)))
    except ValueError:
        raise Refusal(400, "invalid pagination token") from None
    if not isinstance(key, list):
        raise Refusal(400, "invalid pagination token")
    return key
