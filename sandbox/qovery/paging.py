"""Lists at Qovery: whole, as in the OpenAPI document, or in pages, as in the guide."""

from collections.abc import Iterable
from math import ceil

from starlette.responses import Response

from sandbox.api import Call, answer
from sandbox.faults import Json


def results(call: Call, items: Iterable[Json]) -> Response:
    """The whole list, or a page if the request asks for one."""
    listed = list(items)
    if not {"page", "page_size"} & call.query.keys():
        return answer({"results": listed})
    page = call.integer("page", default=1, maximum=1_000_000)
    size = call.integer("page_size", default=20, maximum=100)
    shown = listed[(page - 1) * size : page * size]
    return answer({"results": shown, "pagination": pagination(page=page, size=size, total=len(listed))})


def pagination(*, page: int, size: int, total: int) -> Json:
    return {"page": page, "page_size": size, "total_count": total, "total_pages": ceil(total / size)}
