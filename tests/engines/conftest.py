"""A Postgres, by itself and through Ibis, and a Spark: for all tests that want one."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.engines.on_spark import opened
from tests.engines.postgres import Server


@pytest.fixture(scope="session")
def server(postgres_folder: Path) -> Iterator[Server]:
    found = Server(postgres_folder / "asked")
    yield found
    found.close()


@pytest.fixture(scope="session")
def backend(server: Server) -> Iterator[Any]:
    """Ibis, on that Postgres."""
    import ibis

    found = ibis.connect(server.uri)
    yield found
    found.disconnect()


@pytest.fixture(scope="module")
def spark() -> Iterator[Any]:
    with opened() as session:
        yield session
