"""A gateway to ask, and a folder as a client's author has it: copies of the schema and of the operations."""

import shutil
from pathlib import Path

import pytest

from tests.clients.tools import ROOT
from tests.gateway.conftest import app, open_store, origin, shared

__all__ = ["app", "open_store", "origin", "shared"]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    shutil.copy(ROOT / "graphql" / "schema.graphql", tmp_path)
    shutil.copytree(ROOT / "graphql" / "operations", tmp_path / "operations")
    return tmp_path
