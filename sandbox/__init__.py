"""Fake providers: real HTTP servers with clusters that live, and faults on request.

Written from the providers' own documents and from nothing else of this project: a second, independent reading.

    with serve("acme", clock=ManualClock()) as server:
        server.fault("rate-limited", path="*/clusters", times=1, seconds=30)
        ...  # ask server.url with a token of server.accounts, turn server.clock, count server.requests

A cluster that is created under a name that begins with `doomed` fails to come up.
"""

from sandbox.clock import EPOCH, ManualClock, SystemClock
from sandbox.faults import FaultKind
from sandbox.limits import RateLimit
from sandbox.server import Server, serve

__all__ = ["EPOCH", "FaultKind", "ManualClock", "RateLimit", "Server", "SystemClock", "serve"]
