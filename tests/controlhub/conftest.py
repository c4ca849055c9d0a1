"""The simulator as a process of its own, and hubs and customers to try it with."""

import re
import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

import httpx
import pytest
import pytest_asyncio

from api.settings import WEBEX_SCOPES
from controlhub.client import WebexHub, WebexSettings
from controlhub.exchange import Exchange
from controlhub.lanes import Lanes
from controlhub.retries import RetryPolicy

ROOT = Path(__file__).parents[2]
REDIRECT_URI = "http://127.0.0.1:1/consent"
SECRET = "simulated-secret"
NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class RunningSimulator:
    """A simulator that listens."""

    process: subprocess.Popen[str]
    url: str

    def stop(self) -> None:
        """End it, as a supervisor would."""
        self.process.terminate()
        self.process.communicate(timeout=10)

    def kill(self) -> None:
        """End it without warning."""
        self.process.kill()
        self.process.communicate(timeout=10)


@dataclass(frozen=True, slots=True)
class Customer:
    """An organization that consented."""

    organization: str
    access_token: str
    refresh_token: str
    milan: str
    munich: str
    london: str


def start_simulator(state: Path, *options: str) -> RunningSimulator:
    """Start a simulator at a free port and wait until it listens."""
    command = [sys.executable, "-m", "controlhub.simulator", "--port", "0", "--state", str(state), *options]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)  # noqa: S603 - our own command
    line = process.stdout.readline()
    return RunningSimulator(process, line.removeprefix("simulator listening on ").strip())


async def consent(http: httpx.AsyncClient, hub: WebexHub, organization: str) -> str:
    """Go the browser's way through the consent page and return the code."""
    page = await http.get(hub.authorize_url("a-state", REDIRECT_URI))
    fields = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', page.text))
    form = {**fields, "organization": organization, "decision": "approve"}
    answer = await http.post(page.url.copy_with(query=None), data=form)
    return parse_qs(urlsplit(answer.headers["location"]).query)["code"][0]


async def become_customer(http: httpx.AsyncClient, hub: WebexHub, organization: str) -> Customer:
    """Consent for an organization and learn its locations."""
    tokens = await hub.tokens_for_code(await consent(http, hub, organization), REDIRECT_URI)
    token = tokens.access_token
    ids = {location.name: location.id for location in await hub.locations(token)}
    organization_id = await hub.organization_id(token)
    return Customer(organization_id, token, tokens.refresh_token, ids["Milan"], ids["Munich"], ids["London"])


@pytest.fixture(scope="session")
def launch() -> Iterator[Callable[..., RunningSimulator]]:
    """Start simulators of one's own: `launch(state, *options)`."""
    running: list[RunningSimulator] = []

    def launch_one(state: Path, *options: str) -> RunningSimulator:
        running.append(start_simulator(state, *options))
        return running[-1]

    yield launch_one
    for simulator in running:
        simulator.stop()


@pytest.fixture(scope="session")
def simulator(launch: Callable[..., RunningSimulator], tmp_path_factory: pytest.TempPathFactory) -> RunningSimulator:
    """Return the simulator that tests share, each with an organization of its own."""
    return launch(tmp_path_factory.mktemp("simulator") / "state.db")


@pytest_asyncio.fixture(scope="session")
async def http() -> AsyncIterator[httpx.AsyncClient]:
    """Return an HTTP client, as api/ would build it."""
    async with httpx.AsyncClient(timeout=10) as client:
        yield client


@pytest.fixture
def naps() -> list[float]:
    """Return the seconds that the hub would have slept, in their order."""
    return []


@pytest.fixture
def build_hub(http: httpx.AsyncClient, simulator: RunningSimulator, naps: list[float]) -> Callable[..., WebexHub]:
    """Return a builder of hubs for the shared simulator; every part can be another one."""

    async def nap(seconds: float) -> None:
        naps.append(seconds)

    def build(
        *,
        url: str = simulator.url,
        client: httpx.AsyncClient = http,
        secret: str = SECRET,
        slots: int = 10,
        sleep: Callable[[float], Awaitable[None]] = nap,
        policy: RetryPolicy | None = None,
    ) -> WebexHub:
        settings = WebexSettings(f"{url}/v1", "numberline", secret, WEBEX_SCOPES)
        exchange = Exchange(
            client,
            Lanes(slots),
            lambda: NOW + timedelta(seconds=sum(naps)),
            sleep,
            lambda: 0.0,
            policy or RetryPolicy(),
        )
        return WebexHub(settings, exchange)

    return build


@pytest.fixture
def hub(build_hub: Callable[..., WebexHub]) -> WebexHub:
    """Return a hub for the shared simulator."""
    return build_hub()


@pytest.fixture
async def customer(http: httpx.AsyncClient, hub: WebexHub) -> Customer:
    """Return an organization that nobody else uses."""
    return await become_customer(http, hub, f"Customer {uuid4()}")


@pytest.fixture
async def other_customer(http: httpx.AsyncClient, hub: WebexHub) -> Customer:
    """Return a second organization."""
    return await become_customer(http, hub, f"Customer {uuid4()}")


@pytest.fixture
def consent_again(http: httpx.AsyncClient) -> Callable[..., Awaitable[Customer]]:
    """Return the whole way of consent: `consent_again(hub, name)`."""

    async def go(hub: WebexHub, organization: str) -> Customer:
        return await become_customer(http, hub, organization)

    return go


@pytest.fixture
def code_for(http: httpx.AsyncClient, hub: WebexHub) -> Callable[[str], Awaitable[str]]:
    """Return the way to a code: `code_for(name)`."""

    async def go(organization: str) -> str:
        return await consent(http, hub, organization)

    return go


@pytest.fixture
def redirect_uri() -> str:
    """Return where consent leads back to; nobody listens there."""
    return REDIRECT_URI


@pytest.fixture(scope="session")
def fresh() -> Callable[[int], list[str]]:
    """Return a source of numbers no other test uses: `fresh(3)`."""
    serial = count(2_000_000)
    return lambda how_many: [f"+1212{next(serial)}" for _ in range(how_many)]


@pytest.fixture
async def fail(http: httpx.AsyncClient, simulator: RunningSimulator) -> AsyncIterator[Callable[..., Awaitable[None]]]:
    """Return the way to break the shared simulator for the rest of the test: `fail(status=502, times=1)`."""

    async def break_it(*rules: dict[str, object], **rule: object) -> None:
        answer = await http.post(f"{simulator.url}/_faults", json={"rules": [*rules, rule] if rule else rules})
        answer.raise_for_status()

    yield break_it
    await http.delete(f"{simulator.url}/_faults")


@pytest.fixture
def order(http: httpx.AsyncClient, simulator: RunningSimulator) -> Callable[..., Awaitable[httpx.Response]]:
    """Return the way to what happens behind our back: `order("/_numbers/remove", numbers=[...])`."""

    async def go(path: str, **body: object) -> httpx.Response:
        return (await http.post(f"{simulator.url}{path}", json=body)).raise_for_status()

    return go


@pytest.fixture
def turn(order: Callable[..., Awaitable[httpx.Response]], customer: Customer) -> Callable[..., Awaitable[None]]:
    """Return the way to the customer's switches: `turn(job_polls=0)`."""

    async def go(**switches: object) -> None:
        await order("/_switches", organization=customer.organization, switches=switches)

    return go


@pytest.fixture
def held(http: httpx.AsyncClient, simulator: RunningSimulator) -> Callable[[Customer], Awaitable[list[str]]]:
    """Return the way to what an organization really holds, main numbers aside: `held(customer)`."""

    async def look(customer: Customer) -> list[str]:
        answer = await http.get(f"{simulator.url}/_numbers", params={"organization": customer.organization})
        return [number["phoneNumber"] for number in answer.json() if not number["mainNumber"]]

    return look


@pytest.fixture
def logged(http: httpx.AsyncClient, simulator: RunningSimulator) -> Callable[..., Awaitable[list[dict[str, object]]]]:
    """Return the way to the rows of the request log that concern an organization: `logged(customer, path)`."""

    async def look(customer: Customer, path_contains: str = "") -> list[dict[str, object]]:
        answer = await http.get(f"{simulator.url}/_log", params={"path_contains": path_contains})
        return [row for row in answer.json()["requests"] if row["organization"] == customer.organization]

    return look
