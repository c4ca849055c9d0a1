"""The simulator as a process of its own, and a hub that speaks to it over HTTP."""

from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import count
from pathlib import Path
from typing import Any

import httpx
import pytest
import pytest_asyncio
from cryptography.fernet import Fernet

from api.mail import Outbox
from api.processes import simulator
from api.settings import WEBEX_SCOPES
from controlhub.client import WebexHub, WebexSettings
from controlhub.exchange import Exchange
from controlhub.lanes import Lanes
from controlhub.retries import RetryPolicy
from provisioning.sync.run import Outbound
from provisioning.vault import Vault
from tests.arrange import Hubside


@dataclass(frozen=True, slots=True)
class ControlHub:
    """The simulator's own routes: what it holds, what it was asked, and what is to go wrong."""

    http: httpx.AsyncClient
    address: str

    async def fail(self, *rules: dict[str, Any]) -> None:
        """Let requests fail by these rules."""
        (await self.http.post(f"{self.address}/_faults", json={"rules": list(rules)})).raise_for_status()

    async def heal(self) -> None:
        """Take back every rule."""
        await self.http.delete(f"{self.address}/_faults")

    async def revoke(self, organization: str | None) -> None:
        """Withdraw an organization's consent."""
        (await self.http.post(f"{self.address}/_tokens/revoke", json={"organization": organization})).raise_for_status()

    async def held(self, organization: str | None) -> list[str]:
        """Return the numbers an organization has, main numbers aside, ascending."""
        answer = await self.http.get(f"{self.address}/_numbers", params={"organization": organization or ""})
        return sorted(number["phoneNumber"] for number in answer.json() if not number["mainNumber"])

    async def asked(self, organization: str | None, method: str, part: str) -> list[dict[str, Any]]:
        """Return the logged requests of an organization, in order."""
        answer = await self.http.get(f"{self.address}/_log", params={"path_contains": part})
        return [r for r in answer.json()["requests"] if r["organization"] == organization and r["method"] == method]

    async def token_requests(self) -> int:
        """Return how often anybody asked for tokens."""
        answer = await self.http.get(f"{self.address}/_log", params={"path_contains": "/access_token", "limit": "1000"})
        return len(answer.json()["requests"])

    async def story(self, organization: str | None) -> list[tuple[str, int | None]]:
        """Return what was asked about numbers, as (method, status), validations aside."""
        answer = await self.http.get(f"{self.address}/_log", params={"path_contains": "/numbers"})
        mine = [row for row in answer.json()["requests"] if row["organization"] == organization]
        return [(row["method"], row["status"]) for row in mine]


@pytest.fixture(scope="session")
def control_hub_address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of one simulator for all tests; each has an organization of its own."""
    with simulator(tmp_path_factory.mktemp("simulator") / "state.sqlite") as address:
        yield address.removesuffix("/v1")


@pytest_asyncio.fixture(scope="session")
async def http() -> AsyncIterator[httpx.AsyncClient]:
    """An HTTP client, as api/ builds it."""
    async with httpx.AsyncClient(timeout=10) as client:
        yield client


@pytest.fixture
async def control_hub(control_hub_address: str, http: httpx.AsyncClient) -> AsyncIterator[ControlHub]:
    """The simulator, in good health again afterwards."""
    hub = ControlHub(http, control_hub_address)
    yield hub
    await hub.heal()


@pytest.fixture
def naps() -> list[float]:
    """The seconds that the hub would have slept, in their order."""
    return []


@pytest.fixture
def hub(control_hub: ControlHub, http: httpx.AsyncClient, clock: Callable[[], datetime], naps: list[float]) -> WebexHub:
    """The real client, its waits written down instead of waited."""

    async def nap(seconds: float) -> None:
        naps.append(seconds)

    settings = WebexSettings(f"{control_hub.address}/v1", "numberline", "simulated-secret", WEBEX_SCOPES)
    return WebexHub(settings, Exchange(http, Lanes(10), clock, nap, lambda: 0.0, RetryPolicy()))


@pytest.fixture
def keys() -> tuple[str, ...]:
    """Keys of this test's own."""
    return (Fernet.generate_key().decode(),)


@pytest.fixture
def vault(keys: tuple[str, ...]) -> Vault:
    """Where tokens are kept under them."""
    return Vault(keys)


@pytest.fixture
def outbox(tmp_path: Path, clock: Callable[[], datetime]) -> Outbox:
    """Where letters lie."""
    return Outbox(tmp_path / "outbox", clock)


@pytest.fixture
def side(hub: WebexHub, vault: Vault, http: httpx.AsyncClient, outbox: Outbox, keys: tuple[str, ...]) -> Hubside:
    """What it takes to consent."""
    return Hubside(hub, vault, http, outbox, keys)


@pytest.fixture
def outbound(hub: WebexHub, vault: Vault) -> Outbound:
    """What it takes to sync."""
    return Outbound(hub, vault)


@pytest.fixture(scope="session")
def fresh() -> Callable[[int], list[str]]:
    """A source of New York numbers that no other test uses, consecutive within a call."""
    serial = count(2_000_000)
    return lambda how_many: [f"+1212{next(serial)}" for _ in range(how_many)]
