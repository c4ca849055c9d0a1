"""Numbers on their way to Control Hub: the time they take, against a client that does nothing but send the requests."""

import asyncio
import tempfile
import time
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import psycopg

from api.demo.consenting import approve
from api.processes import server, simulator
from api.settings import WEBEX_SCOPES, Settings
from api.wiring import DATABASE_NAME
from schema.ids import decode
from store.embedded import EmbeddedServer
from store.migrate import ensure_database
from tests.api.conftest import environment
from tests.api.journey import Api, added, ended, integrated_site, started
from tests.api.programs import token
from tests.bench.page import UNHURRIED

NUMBERS = 10_000
"""How many numbers are sent."""

IN_AN_ADDITION, IN_A_VALIDATION = 10, 100
"""How many numbers a request of each kind takes."""

LATENCY_MS = 150
"""Long enough for the simulator not to be the bottleneck: five requests at once make 33 a second."""

LIMITED_LATENCY_MS = 50
"""With this, as many as a hundred a second would go through, were it not for the limit."""

RATE_LIMIT = 20
"""Requests a second after which the simulator answers 429, where there is a limit."""


def measured() -> str:
    """Measure and return lines for the report."""
    return asyncio.run(_measured())


async def _measured() -> str:
    async with _stage(LATENCY_MS) as stage:
        free, _ = await stage.push("+1212210")
        bare = await stage.sent_bare("+1212221")
    async with _stage(LIMITED_LATENCY_MS) as stage:
        await stage.limit(RATE_LIMIT)
        limited, log = await stage.push("+1212210")
    settled = sum(entry["status"] != 429 for entry in log)
    turned_away, bound = len(log) - settled, settled / RATE_LIMIT
    return (
        f"{NUMBERS:,} numbers to Control Hub at {LATENCY_MS} ms a request: {free:.1f} s, {free / bare:.2f} of a bare "
        f"client's time for the same requests ({bare:.1f} s, {_workers()} at once)\n"
        f"{NUMBERS:,} numbers under a limit of {RATE_LIMIT} requests a second: {limited:.1f} s, {limited / bound:.2f} "
        f"of what {settled:,} requests take at that rate; {turned_away / len(log):.1%} of all were answered 429"
    )


def _workers() -> int:
    requests: int = Settings.model_fields["control_hub_requests"].default
    return requests


@dataclass(frozen=True, slots=True)
class _Stage:
    """A server and a simulator of their own, and a service that takes numbers."""

    api: Api
    control_hub: str
    site: Any
    owner_url: str

    @property
    def routes(self) -> str:
        return self.control_hub.removesuffix("/v1")

    async def limit(self, rate: float) -> None:
        """Let the simulator turn away what comes faster."""
        (await self.api.http.post(f"{self.routes}/_faults", json={"rate_limit": rate})).raise_for_status()

    async def push(self, prefix: str) -> tuple[float, list[dict[str, Any]]]:
        """Return how long the sync of an upload takes, from its submit to its end, and the requests of it."""
        upload = await started(self.api, self.site, webexPhoneType="DID")
        await added(self.api, upload, (f"{prefix}0000", f"{prefix}9999"))
        after = await self._newest()
        await self.api.make("uploadSubmit", upload={"id": upload})
        start = time.perf_counter()
        status = await ended(self.api, upload, 600)
        seconds = time.perf_counter() - start
        assert status == "COMPLETED", status  # otherwise the figure is of something else
        return seconds, [entry for entry in await self._log(after) if "/telephony/" in entry["path"]]

    async def sent_bare(self, prefix: str) -> float:
        """Return how long the same requests take when nobody decides or stores anything."""
        numbers = [f"{prefix}{subscriber:04}" for subscriber in range(NUMBERS)]
        location = self._location()
        headers = {"authorization": f"Bearer {await _token(self.control_hub, self.site.estate.organization)}"}
        async with httpx.AsyncClient(base_url=self.control_hub, headers=headers, timeout=60) as http:
            requests = iter(list(_requests(http, location, numbers)))
            start = time.perf_counter()
            async with asyncio.TaskGroup() as group:
                for _ in range(_workers()):
                    group.create_task(_send(http, requests))
            return time.perf_counter() - start

    def _location(self) -> str:
        with psycopg.connect(self.owner_url) as owner:
            row = owner.execute("SELECT hub_id FROM location WHERE id = %s", [decode(self.site.location)[1]]).fetchone()
        assert row is not None
        return str(row[0])

    async def _newest(self) -> int:
        return int((await self._log(0))[-1]["id"])

    async def _log(self, after: int) -> list[dict[str, Any]]:
        answer = await self.api.http.get(f"{self.routes}/_log", params={"after": after})
        entries: list[dict[str, Any]] = answer.raise_for_status().json()["requests"]
        return entries


def _requests(http: httpx.AsyncClient, location: str, numbers: list[str]) -> Iterable[httpx.Request]:
    """Yield the requests of a sync, in its order."""
    kind = {"numberType": "DID", "numberUsageType": "NONE", "state": "ACTIVE"}
    for begin in range(0, len(numbers), IN_A_VALIDATION):
        chunk = numbers[begin : begin + IN_A_VALIDATION]
        path = "/telephony/config/actions/validateNumbers/invoke"
        yield http.build_request("POST", path, json={"phoneNumbers": chunk})
        for first in range(0, len(chunk), IN_AN_ADDITION):
            body = {"phoneNumbers": chunk[first : first + IN_AN_ADDITION], **kind}
            yield http.build_request("POST", f"/telephony/config/locations/{location}/numbers", json=body)


async def _send(http: httpx.AsyncClient, requests: Iterable[httpx.Request]) -> None:
    for request in requests:
        (await http.send(request)).raise_for_status()


async def _token(control_hub: str, organization: str) -> str:
    """Consent for the bare client, and return its access token."""
    client = {"client_id": "numberline", "redirect_uri": "http://127.0.0.1/bench"}
    query = httpx.QueryParams({**client, "response_type": "code", "scope": " ".join(WEBEX_SCOPES), "state": "-"})
    async with httpx.AsyncClient() as http:
        answer = await approve(http, f"{control_hub}/authorize?{query}", organization)
        code = parse_qs(urlsplit(answer.headers["location"]).query)["code"][0]
        form = {**client, "grant_type": "authorization_code", "code": code, "client_secret": "simulated-secret"}
        granted = (await http.post(f"{control_hub}/access_token", data=form)).raise_for_status()
    return str(granted.json()["access_token"])


@asynccontextmanager
async def _stage(latency_ms: int) -> AsyncIterator[_Stage]:
    with tempfile.TemporaryDirectory(prefix="nl-", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o755)  # noqa: ASYNC240  # a moment
        data_dir = Path(folder) / "server"
        with simulator(Path(folder) / "state.sqlite", latency_ms=latency_ms) as control_hub:
            own = environment(data_dir, control_hub, **UNHURRIED)
            with server(own) as address:
                embedded = EmbeddedServer(data_dir)
                owner_url = ensure_database(embedded.start(), DATABASE_NAME)
                async with httpx.AsyncClient(timeout=60) as http:
                    api = Api(http, address, await token(own))
                    yield _Stage(api, control_hub, await integrated_site(api), owner_url)
                embedded.stop()
