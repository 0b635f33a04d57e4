"""A line more in a registry: like the line of another provider, at the place where the alphabet has it."""

import re
from pathlib import Path

REGISTRIES = (
    "fleet/providers/__init__.py",
    "adapters/__init__.py",
    "graphql/gateway/providers/__init__.py",
    "sandbox/registry.py",
    "cli/specs/__init__.py",
)
"""Each has, of every provider, a line in its table and an import."""


def renamed(text: str, old: str, new: str) -> str:
    """The text about one provider as it is about another: in lower case, as a word, in upper case."""
    for change in (str.lower, str.title, str.upper):
        text = text.replace(change(old), change(new))
    return text


def register(root: Path, key: str, *, like: str) -> list[Path]:
    """Adds a provider to every registry below `root`, as the provider `like` is there. Returns the files."""
    files = [root / name for name in REGISTRIES]
    for file in files:
        text = file.read_text(encoding="utf-8")
        file.write_text(registered(text, key, like=like), encoding="utf-8")
    return files


def registered(text: str, key: str, *, like: str) -> str:
    lines: list[str] = []
    for line in text.splitlines():
        if like not in line.lower():
            lines.append(line)
        elif listed := re.fullmatch(r"(from \S+ import )(\w+(?:, \w+)+)", line):
            lines.append(listed[1] + ", ".join(sorted([*listed[2].split(", "), key])))
        else:
            lines += sorted([line, renamed(line, like, key)])
    return "\n".join(lines) + "\n"
