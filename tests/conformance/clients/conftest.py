"""Fixtures for clients of others: Node.js with its packages, our server, and a line between them that can be cut."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import httpx
import pytest

from api.graphiql.install import STAMP
from api.processes import server
from tests.api.conftest import environment
from tests.api.journey import Api
from tests.api.programs import token
from tests.conformance.clients.line import Line
from tests.conformance.install import HERE


@pytest.fixture(scope="session", autouse=True)
def packages() -> None:
    """Skip everything where the packages are not installed."""
    if not (HERE / "node_modules" / STAMP).exists():
        pytest.skip("the npm packages are not installed: python -m tests.conformance.install")


@pytest.fixture(scope="session")
def own_environment(short_folder: Path) -> dict[str, str]:
    """The environment of a server that needs no Control Hub."""
    return environment(short_folder / "clients", "http://127.0.0.1:9/v1")


@pytest.fixture(scope="session")
def served(own_environment: dict[str, str]) -> Iterator[str]:
    """The address of our server."""
    with server(own_environment) as address:
        yield address


@pytest.fixture
async def api(served: str, own_environment: dict[str, str]) -> AsyncIterator[Api]:
    """A caller at system level."""
    async with httpx.AsyncClient(timeout=30) as http:
        yield Api(http, served, await token(own_environment))


@pytest.fixture
async def line(served: str) -> AsyncIterator[Line]:
    """A line to our server."""
    async with Line(httpx.URL(served).port or 0) as line:
        yield line
