"""What a command has at hand."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TextIO

from cli.client import Client
from cli.clock import Clock
from cli.screen import Screen


@dataclass(frozen=True, kw_only=True)
class Session:
    client: Client
    screen: Screen
    clock: Clock
    input: TextIO
    environment: Mapping[str, str] = field(repr=False)
