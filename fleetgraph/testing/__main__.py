"""`python -m fleetgraph.testing package.module:KIT`: runs the contract for a kit and says what it proves."""

import os
import sys
from pathlib import Path

import pytest

from fleetgraph.testing.kit import load
from fleetgraph.testing.report import Report

USAGE = "usage: python -m fleetgraph.testing package.module:KIT [options of pytest]"
SUITE = Path(__file__).parent / "suite.py"
OPTIONS = (
    "-q",
    *(
        "-c",
        os.devnull,
        f"--rootdir={SUITE.parent}",
        "--import-mode=importlib",
    ),  # in any project
    *("-o", "asyncio_default_fixture_loop_scope=function", "-W", "ignore::pytest.PytestAssertRewriteWarning"),
)


def main() -> int:
    if len(sys.argv) < 2 or sys.argv[1].startswith("-"):
        print(USAGE, file=sys.stderr)
        return 64
    sys.path.insert(0, str(Path.cwd()))
    try:
        kit = load(sys.argv[1])
    except (ImportError, ValueError) as error:
        print(f"fleetgraph.testing: {error}", file=sys.stderr)
        return 64
    os.environ["FLEETGRAPH_KIT"] = sys.argv[1]
    report = Report()
    code = pytest.main([*OPTIONS, *sys.argv[2:], str(SUITE)], plugins=[report])
    print(*report.lines(kit), sep="\n")
    return int(code)


if __name__ == "__main__":
    sys.exit(main())
