"""`python -m local`: see `make run`."""

import asyncio
import logging
import os
import sys
from contextlib import ExitStack
from datetime import UTC, datetime

from fleet.observing.schedule import Pace
from fleet.providers import PROVIDERS
from local.accounts import AccountsError, GivenAccount, read_accounts
from local.fake_providers import FakeProvider, SandboxError, fake_providers
from local.ministack import MinistackError, ministack
from local.progress import say
from local.runner import SANDBOX_PACE, listen, run
from local.settings import RunnerSettings, SettingsError, read_settings


def main() -> int:
    logging.basicConfig(
        level=logging.WARNING, format="%(asctime)s %(levelname)s %(message)s", datefmt="%H:%M:%S"
    )
    logging.getLogger("fleet").setLevel(logging.INFO)
    try:
        settings = read_settings(os.environ)
        given = None
        if settings.accounts is not None:
            given = read_accounts(settings.accounts, os.environ, datetime.now(UTC))
        with ExitStack() as stack:
            return _run(settings, given, stack)
    except (AccountsError, SettingsError, SandboxError, MinistackError) as error:
        print(f"fleetgraph: {error}", file=sys.stderr)
        return 2


def _run(settings: RunnerSettings, given: list[GivenAccount] | None, stack: ExitStack) -> int:
    listener = stack.enter_context(listen(settings.host, settings.port))
    endpoint = settings.endpoint
    is_first = endpoint is None and not settings.state.exists()
    if endpoint is None:
        if is_first:
            say(f"Starting an emulator of DynamoDB, which keeps its table in {settings.state.name}/")
        endpoint = stack.enter_context(ministack(settings.state))
        # The table beside us knows no accounts of AWS, and must never be shown the keys of a real one.
        os.environ |= {
            "AWS_ACCESS_KEY_ID": "local",
            "AWS_SECRET_ACCESS_KEY": "local",
            "AWS_REGION": "us-east-1",
        }
        os.environ.pop("AWS_SESSION_TOKEN", None)
    running: list[FakeProvider] = []
    table, pace = "fleetgraph", Pace()
    if given is None:
        if is_first:
            say(f"Starting {len(PROVIDERS)} fake providers: {', '.join(PROVIDERS)}")
        running = stack.enter_context(fake_providers())
        given = [one for fake in running for one in fake.accounts(datetime.now(UTC))]
        table, pace = "fleetgraph-sandbox", SANDBOX_PACE
    _greet(settings, listener.getsockname()[1], given, running)
    whole = run(
        given,
        endpoint=endpoint,
        table=table,
        pace=pace,
        base_urls={fake.provider: fake.url for fake in running},
        listener=listener,
        admin_key=settings.admin_key,
        api=settings.api,
        allowed_origins=settings.allowed_origins,
    )
    asyncio.run(whole)
    print("\nFleetgraph has ended.")
    return 0


def _greet(
    settings: RunnerSettings, port: int, given: list[GivenAccount], running: list[FakeProvider]
) -> None:
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    origin = f"http://{host}:{port}"
    print(f"Fleetgraph observes {len(given)} accounts.\n")
    print(f"  explorer and GraphQL   {origin}/graphql")
    print(f"  health                 {origin}/health")
    print(
        f"  state                  {settings.endpoint or f'{settings.state.name}/  (make clean forgets it)'}"
    )
    for fake in running:
        print(f"  sandbox                {fake.provider:<12} {fake.url}  (kill {fake.pid} for an outage)")
    asked_for = "Authorization: Bearer $ADMIN_KEY" if settings.admin_key else "none, to this machine alone"
    print(f"  key                    {asked_for}")
    print("\nCtrl-C ends all of it.", flush=True)


if __name__ == "__main__":
    sys.exit(main())
