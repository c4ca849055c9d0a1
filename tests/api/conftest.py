"""Fixtures for tests of the running system: the real server, the real simulator, real clients."""

import uuid
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import httpx
import pytest

from api.demo.client import Client
from api.development import DevelopmentKey
from api.keys import token_key
from api.processes import server, simulator
from api.wiring import DATABASE_NAME, now
from provisioning.caller import Caller
from schema.ids import decode
from store.embedded import EmbeddedServer
from store.migrate import ensure_database
from store.vocabulary import Level, Role
from tests.api.journey import Api, Estate, Site, estate, integrated_site, plain_site


@dataclass(frozen=True, slots=True)
class Running:
    """A server and a simulator, each a process of its own."""

    address: str
    control_hub: str
    data_dir: Path

    def token(self, level: Level = Level.SYSTEM, role: Role = Role.ADMIN, bound_to: str | None = None) -> str:
        """Return a token such as `numberline token` prints; `bound_to` is a global id."""
        key = decode(bound_to)[1] if bound_to else None
        return DevelopmentKey(token_key(self.data_dir), now).issue(
            Caller("tester", level, role, key), timedelta(hours=1)
        )

    @property
    def simulator(self) -> str:
        """The address of the simulator's own routes."""
        return self.control_hub.removesuffix("/v1")


SMALL = {
    "NUMBERLINE_UPLOAD_NUMBERS": "10000",
    "NUMBERLINE_RANGE_NUMBERS": "10000",
    "NUMBERLINE_FILE_ROWS": "10000",
    "NUMBERLINE_FILE_BYTES": "10000000",
}
"""Limits that a test can pass in a moment; `test_large_uploads` has a server with the usual ones."""


@pytest.fixture(scope="session")
def running(tmp_path_factory: pytest.TempPathFactory, short_folder: Path) -> Iterator[Running]:
    """The system, for all tests of this run; each test makes tenants of its own."""
    data_dir = short_folder / "server"
    with (
        simulator(tmp_path_factory.mktemp("simulator") / "state.sqlite") as control_hub,
        server(environment(data_dir, control_hub, NUMBERLINE_DEVELOPMENT="true", **SMALL)) as address,
    ):
        yield Running(address, control_hub, data_dir)


def environment(data_dir: Path, control_hub: str, **more: str) -> dict[str, str]:
    """Return the environment of a server of its own."""
    own = {"NUMBERLINE_DATA_DIR": str(data_dir), "NUMBERLINE_PORT": "0"}
    hub = {"NUMBERLINE_CONTROL_HUB_URL": control_hub} if control_hub else {}
    return {"PATH": "/usr/bin:/bin:/usr/sbin:/sbin", **own, **hub, **more}


@pytest.fixture
async def http() -> AsyncIterator[httpx.AsyncClient]:
    """An HTTP client."""
    async with httpx.AsyncClient(timeout=30) as client:
        yield client


@pytest.fixture
def client(running: Running, http: httpx.AsyncClient) -> Client:
    """A caller at system level."""
    return Client(http, running.address, running.token())


@pytest.fixture(scope="session")
def behind(running: Running) -> Iterator[str]:
    """The owner's URL of the server's own database, for what no caller can arrange or see."""
    server = EmbeddedServer(running.data_dir)
    yield ensure_database(server.start(), DATABASE_NAME)
    server.stop()


@pytest.fixture
def api(running: Running, http: httpx.AsyncClient) -> Api:
    """A caller at system level who sees whole answers, errors included."""
    return Api(http, running.address, running.token())


@pytest.fixture(scope="session")
async def shared(running: Running) -> AsyncIterator[Api]:
    """The caller who arranges what tests share."""
    async with httpx.AsyncClient(timeout=30) as client:
        yield Api(client, running.address, running.token())


@pytest.fixture(scope="session")
async def owner(shared: Api) -> Estate:
    """Tenants, a calling profile and a customer for tests that only look at them or add to them."""
    return await estate(shared)


@pytest.fixture(scope="session")
async def site(shared: Api) -> Site:
    """A Non-Integrated service for tests that only look at it or upload to it."""
    return await plain_site(shared)


@pytest.fixture
async def own(api: Api) -> Site:
    """A Non-Integrated service of this test alone."""
    return await plain_site(api)


@pytest.fixture(scope="session")
async def integrated(shared: Api) -> Site:
    """An Integrated service after consent, for tests that only look at it or upload to it."""
    return await integrated_site(shared)


@pytest.fixture
def unique() -> str:
    """A text that no other test uses."""
    return uuid.uuid4().hex[:12]
