"""The control of a sandbox over HTTP, under /_sandbox/: its accounts, clock, faults and journal."""

from dataclasses import asdict
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route, Router

from sandbox.api import Api
from sandbox.faults import MISBEHAVIOURS, Fault, FaultKind, Faults
from sandbox.journal import Journal

MEMBERS: dict[str, tuple[type, ...]] = {
    "kind": (str,),
    "method": (str, type(None)),
    "path": (str,),
    "times": (int, type(None)),
    "seconds": (int, float),
    "status": (int,),
}
"""The members of the body of a fault."""


class Control:
    def __init__(self, *, api: Api[Any], faults: Faults, journal: Journal) -> None:
        self._api = api
        self._faults = faults
        self._journal = journal

    def router(self, prefix: str) -> Router:
        return Router(
            [
                Route(f"{prefix}/accounts", self.accounts),
                Route(f"{prefix}/clock", self.clock, methods=["POST"]),
                Route(f"{prefix}/faults", self.add_fault, methods=["POST"]),
                Route(f"{prefix}/faults", self.clear_faults, methods=["DELETE"]),
                Route(f"{prefix}/faults/{{fault_id:int}}", self.remove_fault, methods=["DELETE"]),
                Route(f"{prefix}/requests", self.requests),
            ],
            redirect_slashes=False,
        )

    async def accounts(self, request: Request) -> Response:
        return JSONResponse({"accounts": [asdict(account) for account in self._api.accounts()]})

    async def clock(self, request: Request) -> Response:
        match await read(request):
            case {"advance_seconds": int() | float() as seconds} if seconds >= 0:
                self._api.clock.advance(seconds)
                return JSONResponse({"now": self._api.clock.now().isoformat()})
            case _:
                return refusal("the body is {advance_seconds: a number, not negative}")

    async def add_fault(self, request: Request) -> Response:
        try:
            fault = to_fault(await read(request))
            fault_id = add_fault(self._api, self._faults, fault)
        except ValueError as error:
            return refusal(str(error))
        return JSONResponse({"id": fault_id}, status_code=201)

    async def clear_faults(self, request: Request) -> Response:
        self._faults.clear()
        return Response(status_code=204)

    async def remove_fault(self, request: Request) -> Response:
        is_removed = self._faults.remove(request.path_params["fault_id"])
        return Response(status_code=204) if is_removed else refusal("there is no such fault", status=404)

    async def requests(self, request: Request) -> Response:
        answered = [asdict(request) | {"at": request.at.isoformat()} for request in self._journal]
        return JSONResponse({"requests": answered})


def add_fault(api: Api[Any], faults: Faults, fault: Fault) -> int:
    """Adds a fault and returns its id. Raises ValueError if this provider cannot have such a fault."""
    if fault.kind is FaultKind.REPEATED_PAGE and not api.has_pages:
        raise ValueError(f"{api.provider} answers its listings whole: there is no page to repeat")
    if fault.kind in MISBEHAVIOURS - api.misbehaviours:
        raise ValueError(f"{api.provider} is not able to misbehave so: {fault.kind}")
    return faults.add(fault)


def to_fault(body: object) -> Fault:
    """Raises ValueError, which says why the body is invalid."""
    if not isinstance(body, dict):
        raise ValueError("the body is not a JSON object")
    members: dict[str, Any] = body
    for name, value in members.items():
        if not isinstance(value, MEMBERS.get(name, ())):
            raise ValueError(f"a fault has no {name} of {value!r}")
    if members.get("kind") not in list(FaultKind):
        raise ValueError(f"kind is one of {', '.join(FaultKind)}")
    return Fault(**{**members, "kind": FaultKind(members["kind"])})


async def read(request: Request) -> object:
    """The JSON of a body. None if it is not JSON."""
    try:
        return await request.json()
    except ValueError:
        return None


def refusal(message: str, *, status: int = 400) -> Response:
    return JSONResponse({"error": message}, status_code=status)
