"""The contract as a test class of one provider."""

from collections.abc import AsyncIterator, Iterator
from types import ModuleType
from typing import Any, ClassVar

import httpx
import pytest
import pytest_asyncio

from fleetgraph.testing import changing, describing, failing, integrations, quality, reading
from fleetgraph.testing.kit import Kit
from fleetgraph.testing.rules import applies_to, rule_of, verbs_of
from fleetgraph.testing.setting import PLENTY, Setting, TurnedClock
from sandbox import ManualClock, Server, serve

MODULES: tuple[ModuleType, ...] = (describing, reading, changing, failing, integrations, quality)


class Contract:
    """The base of a test class. `contract_of` adds a kit and the tests that apply to its adapter."""

    of: ClassVar[Kit]

    @pytest.fixture
    def kit(self) -> Kit:
        return self.of

    @pytest.fixture
    def provable(self) -> frozenset[str]:
        """The rules that at least one test of this class proves."""
        tests = (getattr(self, name) for name in dir(self) if name.startswith("test_"))
        return frozenset(rule for test in tests if (rule := rule_of(test)) is not None)

    @pytest.fixture
    def server(self) -> Iterator[Server]:
        with serve(self.of.fake, clock=ManualClock(), rate_limit=PLENTY) as server:
            yield server

    @pytest_asyncio.fixture
    async def here(self, server: Server) -> AsyncIterator[Setting]:
        clock = server.clock
        assert isinstance(clock, ManualClock)
        async with httpx.AsyncClient(verify=False) as client:  # there is no TLS on this computer
            yield Setting(
                adapter_type=self.of.adapter,
                server=server,
                client=client,
                clock=TurnedClock(clock),
                sandbox_clock=clock,
            )

    def pytest_generate_tests(self, metafunc: pytest.Metafunc) -> None:
        """Parametrises a test by the verbs of this adapter, or by its kinds of credentials."""
        if "verb" in metafunc.fixturenames:
            metafunc.parametrize("verb", verbs_of(metafunc.function, self.of.adapter) or [])
        if "kind" in metafunc.fixturenames:
            metafunc.parametrize("kind", self.of.credentials)


def contract_of(kit: Kit) -> type[Contract]:
    """The tests that this provider has to pass, as a class for pytest to collect."""
    tests: dict[str, Any] = {}
    for module in MODULES:
        for name, test in vars(module).items():
            if not name.startswith("test_"):
                continue
            if rule_of(test) is None:
                raise ValueError(f"{name} does not say which rule it proves")
            if not applies_to(test, kit):
                continue
            if name in tests:
                raise ValueError(f"two tests of the contract are called {name}")
            tests[name] = staticmethod(test)
    return type(f"Test{kit.key.title()}", (Contract,), {"of": kit, **tests})
