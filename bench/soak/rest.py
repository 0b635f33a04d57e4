"""What Fleetgraph uses while nobody asks it."""

import json
import time
from collections.abc import Iterator
from dataclasses import dataclass
from http.client import HTTPConnection

from bench.processes import processor_seconds
from bench.soak.target import Target

MOST_AT_REST_SECONDS = 6.0
"""The accepted time of a processor in a minute of the runner in which nobody asks: a tenth of one. Measured: 1.3."""
MOST_AT_REST_REQUESTS = 300
"""The accepted requests to all fake providers in such a minute. Their ten accounts are observed every quarter of a
minute, with a request or two each, and some of what they hold every minute. Measured: 135.
"""


def requests_to(fake: str) -> int:
    """How many a fake provider remembers: its latest ten thousand."""
    connection = HTTPConnection(fake, timeout=10)
    try:
        connection.request("GET", "/_sandbox/requests")
        return len(json.loads(connection.getresponse().read())["requests"])
    finally:
        connection.close()


@dataclass(frozen=True, kw_only=True)
class Rest:
    """What the runner uses while nobody asks, by the minute."""

    processor_seconds: float
    requests: float

    def faults(self) -> Iterator[str]:
        if self.processor_seconds > MOST_AT_REST_SECONDS:
            yield f"{self.processor_seconds:.1f} seconds of a processor in a minute at rest"
        if self.requests > MOST_AT_REST_REQUESTS:
            yield f"{self.requests:.0f} requests to providers in a minute at rest"


def rest(target: Target, seconds: float) -> Rest:
    pid = target.processes["fleetgraph"]
    used, asked = processor_seconds(pid), sum(map(requests_to, target.fakes))
    time.sleep(seconds)
    minutes = seconds / 60
    return Rest(
        processor_seconds=(processor_seconds(pid) - used) / minutes,
        requests=(sum(map(requests_to, target.fakes)) - asked) / minutes,
    )
