"""The session of a command: its settings, client and output."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TextIO

from cli.clock import Clock
from cli.screen import Screen

if TYPE_CHECKING:
    from cli.client import Client
    from cli.settings import Settings


@dataclass(kw_only=True)
class Session:
    """Settings are read and the client is created at their first use, because `help` needs neither."""

    screen: Screen
    clock: Clock
    input: TextIO
    environment: Mapping[str, str] = field(repr=False)
    _flags: dict[str, str | None] = field(default_factory=dict, repr=False)
    _settings: "Settings | None" = field(default=None, repr=False)
    _client: "Client | None" = None
    has_asked: bool = False
    """Whether a change was asked for, or is followed. It goes on where the command is interrupted."""

    def settle(self, *, url: str | None, key: str | None, profile: str | None) -> None:
        self._flags = {"url": url, "key": key, "profile": profile}

    @property
    def settings(self) -> "Settings":
        """Raises UsageError."""
        from cli.settings import read_settings

        if self._settings is None:
            if self._flags.get("key"):
                self.screen.tell(
                    "fleetgraph: others can see --key in the list of processes. Use FLEETGRAPH_KEY."
                )
            self._settings = read_settings(
                **self._flags, environment=self.environment, remark=self.screen.tell
            )
        return self._settings

    @property
    def client(self) -> "Client":
        """Raises UsageError."""
        from cli.client import Client

        if self._client is None:
            self._client = Client(self.settings)
        return self._client

    def close(self) -> None:
        if self._client is not None:
            self._client.close()
