"""Fake providers: real HTTP servers with clusters that change over time, and faults on request.

They are written from the providers' documents and import nothing else of this project, as an independent reading.

    with serve("acme", clock=ManualClock()) as server:
        server.fault("rate-limited", path="*/clusters", times=1, seconds=30)
        ...  # ask server.url with a token of server.accounts, turn server.clock, count server.requests

The creation of a cluster fails if its name begins with `doomed`.
"""

from sandbox.clock import EPOCH, ManualClock, SystemClock
from sandbox.faults import FaultKind
from sandbox.limits import RateLimit
from sandbox.server import Server, serve

__all__ = ["EPOCH", "FaultKind", "ManualClock", "RateLimit", "Server", "SystemClock", "serve"]
