"""The sandbox beside the runner: one process for each provider, so that killing one shows an outage."""

import hashlib
import json
import subprocess
import sys
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime

from pydantic import SecretStr

from fleet.accounts.new_account import make_account
from local.accounts import GivenAccount
from sandbox.registry import startable


class SandboxError(Exception):
    """A fake provider did not start."""


@dataclass(frozen=True, kw_only=True)
class FakeProvider:
    provider: str
    url: str
    pid: int

    def accounts(self, now: datetime) -> list[GivenAccount]:
        """The accounts of the fake provider, with their tokens."""
        with urllib.request.urlopen(f"{self.url}/_sandbox/accounts", timeout=5) as answer:  # noqa: S310 - our own
            entries = json.load(answer)["accounts"]
        given = []
        for entry in entries:
            token = SecretStr(entry["token"])
            account = make_account(
                provider=entry["provider"],
                name=entry["name"],
                external_id=entry["external_id"],
                api_version=entry["api_version"],
                base_url=self.url,
                token=token,
                now=now,
                account_id=sandbox_id(entry["provider"], entry["name"]),
            )
            given.append(GivenAccount(account=account, token=token))
        return given


def sandbox_id(provider: str, name: str) -> str:
    """Accounts of the sandbox have the same ids at every start: the example documents name them."""
    return hashlib.sha256(f"{provider}\n{name}".encode()).hexdigest()[:16]


@contextmanager
def fake_providers(providers: Sequence[str] | None = None) -> Iterator[list[FakeProvider]]:
    """Starts all fake providers, or the named ones, and ends them together. They also end when this process ends."""
    providers = list(startable()) if providers is None else providers
    with ExitStack() as stack:
        processes = [stack.enter_context(_process(provider)) for provider in providers]
        yield [
            _await_ready(provider, process) for provider, process in zip(providers, processes, strict=True)
        ]


@contextmanager
def _process(provider: str) -> Iterator["subprocess.Popen[str]"]:
    command = [sys.executable, "-m", "sandbox", provider, "--exit-with-stdin"]
    # A session of its own, so that Ctrl-C reaches only the runner, which ends the others in order.
    process = subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, start_new_session=True
    )
    try:
        yield process
    finally:
        process.terminate()
        process.wait()
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                pipe.close()


def _await_ready(provider: str, process: "subprocess.Popen[str]") -> FakeProvider:
    assert process.stdout is not None
    line = process.stdout.readline()
    if not line:
        raise SandboxError(f"the sandbox of {provider} ended before it was ready (exit {process.wait()})")
    started = json.loads(line)
    return FakeProvider(provider=provider, url=started["url"], pid=started["pid"])
