"""`python -m fleetgraph.scaffold acme`: writes the files of a provider called acme, and its lines in the registries."""

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from fleet.providers import PROVIDERS
from fleetgraph.scaffold.registries import register, renamed
from fleetgraph.testing.quality import undecided

TEMPLATES = Path(__file__).parent / "templates"
TEMPLATE = "acme"
"""What the templates call the provider."""


class NotPossible(Exception):
    """The name cannot be used. The message says why."""


def targets(root: Path, key: str) -> dict[Path, Path]:
    """Each template with the file that it becomes."""
    return {
        template: root / renamed(str(template.relative_to(TEMPLATES)).removesuffix(".txt"), TEMPLATE, key)
        for template in sorted(TEMPLATES.rglob("*.txt"))
    }


def write(root: Path, key: str) -> list[Path]:
    """Writes all that a provider consists of. Returns the new files; `NotPossible` before anything is written."""
    if re.fullmatch("[a-z][a-z0-9]{1,29}", key) is None:
        raise NotPossible(f"{key!r} cannot name a provider: it takes 2 to 30 lowercase letters and digits.")
    if key in PROVIDERS:
        raise NotPossible(f"There is a provider {key} already.")
    files = targets(root, key)
    for taken in (
        *files.values(),
        *(folder.with_suffix(".py") for folder in {one.parent for one in files.values()}),
    ):
        if taken.exists():
            raise NotPossible(f"{taken.relative_to(root)} is there already. Choose another name.")
    for template, file in files.items():
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(renamed(template.read_text(encoding="utf-8"), TEMPLATE, key), encoding="utf-8")
    changed = register(root, key, like=min(PROVIDERS.of_the_house))
    ruff = [sys.executable, "-m", "ruff"]
    names = [str(file) for file in (*files.values(), *changed) if file.suffix == ".py"]
    subprocess.run([*ruff, "check", "--quiet", "--select", "I", "--fix", *names], cwd=root, check=True)
    subprocess.run([*ruff, "format", "--quiet", *names], cwd=root, check=True)
    return list(files.values())


def report(root: Path, files: list[Path]) -> Iterator[str]:
    for file in files:
        yield str(file.relative_to(root))
        for sentence in undecided(file):
            yield f"    {sentence.removeprefix(f'{file}:')}"


def main() -> int:
    if len(sys.argv) != 2:
        print("usage: make new-provider NAME=acme", file=sys.stderr)
        return 64
    root = Path.cwd()
    try:
        files = write(root, sys.argv[1])
    except NotPossible as reason:
        print(f"make new-provider: {reason}", file=sys.stderr)
        return 1
    print(*report(root, files), sep="\n")
    print(
        f"\nWrote {len(files)} files, and a line in each registry. Decide what each sentence asks, remove it, and "
        f"run\n"
        "`make schema` and `make test ARGS=tests/contract`. docs/extend.md says more."
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
