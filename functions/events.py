"""What the API's function is sent, as the rest of it expects it: a request of API Gateway, with our own path.

People send other things: a ping that keeps the function warm, a test event whose headers are null, a request through a
stage or through a custom domain with a base path.
"""

from collections.abc import Mapping
from typing import Any

PATHS = ("/graphql", "/health")
"""Ours, whatever stands before them."""


def is_request(event: object) -> bool:
    """Whether a person or a program asks by HTTP, and not a schedule by a ping."""
    match event:
        case {"requestContext": {"http": {"method": str()}}, "rawPath": str()}:
            return True
        case _:
            return False


def as_request(event: Mapping[str, Any]) -> dict[str, Any]:
    """Header names in lower case, which `sam local` gives as they came; the path without what leads to us."""
    headers = {name.lower(): value or "" for name, value in (event.get("headers") or {}).items()}
    context = dict(event["requestContext"])
    path = _own_path(str(event["rawPath"]), str(context.get("stage") or "$default"))
    context["http"] = {**context["http"], "path": path}
    return {
        **event,
        "headers": headers,
        "rawPath": path,
        "rawQueryString": event.get("rawQueryString") or "",
        "requestContext": context,
    }


def _own_path(path: str, stage: str) -> str:
    if stage != "$default" and (path == f"/{stage}" or path.startswith(f"/{stage}/")):
        path = path.removeprefix(f"/{stage}") or "/"
    return next((own for own in PATHS if path.endswith(own)), path)
