"""The contract that every adapter keeps, as tests that take the adapter and a fake provider as arguments.

In a test module of the provider, wherever it lives:

    from fleetgraph.testing import Kit, contract_of

    TestAcme = contract_of(Kit(adapter=AcmeAdapter, fake=Acme, ...))

It needs pytest, pytest-asyncio and uvicorn.
"""

import pytest

for name in ("changing", "describing", "failing", "integrations", "quality", "reading"):
    pytest.register_assert_rewrite(f"fleetgraph.testing.{name}")

from fleetgraph.testing.contract import contract_of  # noqa: E402 - what rewrites asserts comes before what asserts
from fleetgraph.testing.kit import Kit  # noqa: E402

__all__ = ["Kit", "contract_of"]
