"""The soak itself: what it calls wrong, how it tells growth, and that a few seconds of it pass."""

import os
import re
import subprocess
import sys
import time
from urllib.parse import urlsplit

import pytest
from starlette.responses import JSONResponse
from starlette.types import Receive, Scope, Send

from bench.processes import growth, processor_seconds
from bench.soak.load import Measurement, ask_together
from bench.soak.rest import Rest
from bench.soak.target import Target
from tests.runner import ROOT
from tests.serving import serving


async def fail(scope: Scope, receive: Receive, send: Send) -> None:
    await JSONResponse({"errors": [{"message": "broken"}]})(scope, receive, send)


def test_every_wrong_answer_is_counted() -> None:
    with serving(fail) as origin:
        url = urlsplit(origin)
        assert url.hostname is not None
        assert url.port is not None
        measured = ask_together(Target(host=url.hostname, port=url.port, processes={}), 2, 0.3)
    assert measured.wrong.total() == len(measured.seconds) > 0


@pytest.mark.parametrize(
    ("samples", "grown"),
    [
        ([], 0),
        ([80.0], 0),
        ([80.0] * 50, 0),
        ([80.0, 84.0] * 50, 0.1),
        ([80 + n / 10 for n in range(101)], 10),
    ],
)
def test_growth_is_that_of_the_trend(samples: list[float], grown: float) -> None:
    assert growth(samples) == pytest.approx(grown, abs=0.1)


def test_percentiles_are_those_of_the_measured_times() -> None:
    measured = Measurement(seconds=[number / 1000 for number in range(100, 0, -1)])
    assert [measured.percentile(share) for share in (0, 0.5, 0.99)] == [1, 51, 100]


def test_what_a_process_used_of_a_processor_is_read_and_too_much_at_rest_is_a_fault() -> None:
    used = processor_seconds(os.getpid())
    assert 0 < used <= time.process_time() + 0.1
    assert list(Rest(processor_seconds=2.0, requests=100).faults()) == []
    assert [one.split(" in a")[0] for one in Rest(processor_seconds=30.0, requests=900).faults()] == [
        "30.0 seconds of a processor",
        "900 requests to providers",
    ]


@pytest.mark.thorough
@pytest.mark.timeout(180)
@pytest.mark.xdist_group("runner")
def test_a_few_seconds_of_it_pass() -> None:
    if not (ROOT / ".venv-ministack").exists():
        pytest.skip("the table's emulator is not installed: make setup")
    ended = subprocess.run(
        [sys.executable, "-m", "bench.soak"],
        cwd=ROOT,
        env={**os.environ, "SECONDS": "3", "CONCURRENCY": "2"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr
    assert re.search(
        r"^[1-9][\d.]* requests/s, p50 \d+ ms, p95 \d+ ms, p99 \d+ ms$", ended.stdout, re.MULTILINE
    )
    assert len(re.findall(r"MiB in the end", ended.stdout)) == 5
    assert re.search(r"^at rest: \d+\.\d seconds of a processor and \d+ requests", ended.stdout, re.MULTILINE)
