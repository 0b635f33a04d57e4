"""Starting a runner from its environment. An error becomes a sentence and the exit code 2."""

import asyncio
import os
import sys
from contextlib import ExitStack
from datetime import UTC, datetime

from fleet.providers import PROVIDERS
from infra.store.table import Contended, TableUnavailable
from local.accounts import AccountsError, GivenAccount, read_accounts
from local.adopting import Adopted
from local.clock import SteadyClock
from local.fake_providers import FakeProvider, SandboxError, fake_providers
from local.progress import say
from local.runner import SANDBOX_PACE, Runner, listen
from local.settings import RunnerSettings, SettingsError, read_settings
from local.state import StateError, dynamodb_at, file_of


def start() -> int:
    try:
        settings = read_settings(os.environ)
        given = None
        if settings.accounts is not None:
            given = read_accounts(settings.accounts, os.environ, datetime.now(UTC))
        with ExitStack() as stack:
            return _run(settings, given, stack)
    except (AccountsError, SettingsError, SandboxError, StateError, TableUnavailable, Contended) as error:
        print(f"fleetgraph: {error}", file=sys.stderr)
        return 2


def _run(settings: RunnerSettings, given: list[GivenAccount] | None, stack: ExitStack) -> int:
    listener = stack.enter_context(listen(settings.host, settings.port))
    clock = SteadyClock()
    name, table, pace = "fleetgraph", "fleetgraph", settings.pace
    if given is None:
        name, table, pace = "sandbox", "fleetgraph-sandbox", SANDBOX_PACE
    if settings.endpoint is None:
        state = stack.enter_context(file_of(settings.state, name))
    else:
        state = stack.enter_context(dynamodb_at(settings.endpoint, table, clock))
    running: list[FakeProvider] = []
    if given is None:
        if state.is_new:
            say(f"Starting {len(PROVIDERS)} fake providers: {', '.join(PROVIDERS)}")
        running = stack.enter_context(fake_providers())
        given = [one for fake in running for one in fake.accounts(datetime.now(UTC))]
    port = listener.getsockname()[1]
    runner = Runner(
        given=given,
        forgotten=settings.forgotten,
        state=state,
        clock=clock,
        pace=pace,
        base_urls={fake.provider: fake.url for fake in running},
        admin_key=settings.admin_key,
        api=settings.api,
        allowed_origins=settings.allowed_origins,
        allows_private_webhooks=settings.allows_private_webhooks,
        greet=lambda adopted: _greet(settings, port, adopted, running),
    )
    asyncio.run(runner.run(listener))
    print("\nFleetgraph has ended.")
    return 0


def _greet(settings: RunnerSettings, port: int, adopted: Adopted, running: list[FakeProvider]) -> None:
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    origin = f"http://{host}:{port}"
    print(f"Fleetgraph observes {len(adopted.observed)} accounts.\n")
    print(f"  the fleet              {origin}/")
    print(f"  explorer and GraphQL   {origin}/graphql")
    print(f"  health                 {origin}/health")
    print(f"  state                  {settings.endpoint or settings.state}")
    for fake in running:
        print(f"  sandbox                {fake.provider:<12} {fake.url}  (kill {fake.pid} for an outage)")
    asked_for = "Authorization: Bearer $ADMIN_KEY" if settings.admin_key else "none, to this machine alone"
    print(f"  key                    {asked_for}")
    if adopted.kept:
        print(
            f"\nRemembered, and not observed, because no token was given for them: {', '.join(adopted.kept)}."
            "\n`fleetgraph disconnect NAME` forgets one."
        )
    print("\nCtrl-C ends all of it.", flush=True)
