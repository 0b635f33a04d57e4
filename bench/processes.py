"""What processes use, read from /proc: memory, how it grows, and the time of the processor."""

import os
import re
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path


def rss_mib(pid: int) -> float:
    (kib,) = re.findall(r"^VmRSS:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text(), re.MULTILINE)
    return int(kib) / 1024


class Scale:
    """Weighs processes again and again while something else goes on."""

    def __init__(self, processes: Mapping[str, int], every_seconds: float) -> None:
        self.samples: dict[str, list[float]] = {name: [] for name in processes}
        self._processes = processes
        self._every_seconds = every_seconds
        self._over = threading.Event()

    @contextmanager
    def weighing(self) -> Iterator[None]:
        thread = threading.Thread(target=self._run)
        thread.start()
        try:
            yield
        finally:
            self._over.set()
            thread.join()

    def _run(self) -> None:
        while not self._over.wait(self._every_seconds):
            for name, pid in self._processes.items():
                self.samples[name].append(rss_mib(pid))


def growth(samples: Sequence[float]) -> float:
    """From first to last, along the line of least squares."""
    count = len(samples)
    if count < 2:
        return 0.0
    middle, mean = (count - 1) / 2, sum(samples) / count
    slope = sum((place - middle) * (value - mean) for place, value in enumerate(samples)) / sum(
        (place - middle) ** 2 for place in range(count)
    )
    return slope * (count - 1)


def processor_seconds(pid: int) -> float:
    """Of a process since it began."""
    after_the_name = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(after_the_name[11]) + int(after_the_name[12])) / os.sysconf("SC_CLK_TCK")
