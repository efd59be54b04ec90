"""A Postgres, by itself and through Ibis, and a Spark: for all tests that want one."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

import pytest

from tests.engines.on_spark import opened
from tests.engines.postgres import Server


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    runtime = tmp_path_factory.mktemp("runtime")
    runtime.chmod(0o700)
    os.environ.setdefault("XDG_RUNTIME_DIR", str(runtime))
    found = Server(tmp_path_factory.mktemp("postgres"))
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
