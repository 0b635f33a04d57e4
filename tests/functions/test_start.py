"""What a start imports: what a query needs, and nothing of what observes and changes."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
PROGRAM = """
import sys
import gateway.http.app, functions.wiring
unneeded = ("adapters.", "fleet.accounts.", "fleet.changing.", "fleet.providers.", "fleet.webhooks.")
print(*sorted(name for name in sys.modules if name.startswith(unneeded)))
"""


def test_a_query_imports_nothing_of_providers_and_of_changes() -> None:
    path = os.pathsep.join([str(ROOT), str(ROOT / "graphql")])
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        env={**os.environ, "PYTHONPATH": path},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.split() == ["fleet.providers.outside"]
