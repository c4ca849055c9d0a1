"""Fixtures for clients of others: Node.js with its packages, our server, and a line between them that can be cut."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import httpx
import pytest

from api.graphiql.install import STAMP
from api.processes import server, simulator
from tests.api.conftest import environment
from tests.api.journey import Api, Site, integrated_site
from tests.api.programs import token
from tests.conformance.clients.line import Line
from tests.conformance.clients.project import Project
from tests.conformance.install import HERE


@pytest.fixture(scope="session", autouse=True)
def packages() -> None:
    """Skip everything where the packages are not installed."""
    if not (HERE / "node_modules" / STAMP).exists():
        pytest.skip("the npm packages are not installed: python -m tests.conformance.install")


@pytest.fixture(scope="session")
def control_hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of the simulator's Webex API; its own routes are beside `/v1`."""
    with simulator(tmp_path_factory.mktemp("simulator") / "state.sqlite") as address:
        yield address


@pytest.fixture(scope="session")
def own_environment(short_folder: Path, control_hub: str) -> dict[str, str]:
    """The environment of the server."""
    return environment(short_folder / "clients", control_hub, NUMBERLINE_DEVELOPMENT="true")


@pytest.fixture(scope="session")
def served(own_environment: dict[str, str]) -> Iterator[str]:
    """The address of our server."""
    with server(own_environment) as address:
        yield address


@pytest.fixture(scope="session")
async def bearer(served: str, own_environment: dict[str, str]) -> str:  # noqa: ARG001  # the server makes the key
    """A token at system level."""
    return await token(own_environment)


@pytest.fixture
async def api(served: str, bearer: str) -> AsyncIterator[Api]:
    """A caller at system level."""
    async with httpx.AsyncClient(timeout=30) as http:
        yield Api(http, served, bearer)


@pytest.fixture(scope="session")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A front-end project made of the guide's snippets."""
    return Project.made(tmp_path_factory.mktemp("project"))


@pytest.fixture
async def integrated(api: Api) -> Site:
    """An Integrated service after consent, of this test alone."""
    return await integrated_site(api)


@pytest.fixture
async def line(served: str) -> AsyncIterator[Line]:
    """A line to our server."""
    async with Line(httpx.URL(served).port or 0) as line:
        yield line
