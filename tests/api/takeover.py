"""Two workers at one database, and the end of the one that holds the job."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx

from api.processes import simulator
from tests.api.conftest import environment
from tests.api.journey import Api, added, block, ended, eventually, in_simulator, integrated_site, started
from tests.api.programs import token
from tests.crash.house import House
from tests.crash.lane import free_port

_UNDER_WAY = timedelta(milliseconds=50)
"""What arrives so soon after the kill was on its way before it."""


@dataclass(frozen=True, slots=True)
class TakeOver:
    """What came of it. `after_s` is how long after the kill the other worker sent its first request."""

    status: str
    before: int
    """How many numbers had been added by the worker that was killed."""
    after_s: float
    log: list[dict[str, Any]]
    organization: str
    control_hub: str
    submitted: set[str]


@asynccontextmanager
async def taken_over(folder: Path, numbers: int) -> AsyncIterator[TakeOver]:
    """Kill the worker that adds numbers, and see the other one through; Control Hub lives on in the block."""
    folder.mkdir(mode=0o755)  # noqa: ASYNC240  # a moment
    port = free_port()
    with simulator(folder / "simulator.sqlite", latency_ms=100) as control_hub:
        own = environment(folder, control_hub, NUMBERLINE_WORKER="false", NUMBERLINE_PORT=str(port))
        house = House(folder, own, workers=2)
        await house.start(house.names)
        try:
            async with httpx.AsyncClient(timeout=30) as http:
                api = Api(http, f"http://127.0.0.1:{port}", await token(own))
                yield await _watched(api, house, control_hub, numbers)
        finally:
            await house.stop()


async def _watched(api: Api, house: House, control_hub: str, numbers: int) -> TakeOver:
    routes = control_hub.removesuffix("/v1")
    site = await integrated_site(api)
    upload, free = await started(api, site, webexPhoneType="DID"), block()
    await added(api, upload, (f"{free}000", f"{free}{numbers - 1:03}"))
    await eventually(lambda: _is_quiet(house, control_hub))
    await api.make("uploadSubmit", upload={"id": upload})
    done = await eventually(lambda: _additions(api.http, routes))
    (holder,) = house.busy(control_hub)
    killed_at = datetime.now(UTC)
    await house.kill([holder])
    status = await ended(api, upload, 90)
    log = (await in_simulator(api.http, routes, "/_log"))["requests"]
    moments = [datetime.fromisoformat(entry["at"]) for entry in log]
    next_at = min(moment for moment in moments if moment > killed_at + _UNDER_WAY)
    submitted = {f"{free}{number:03}" for number in range(numbers)}
    after_s = (next_at - killed_at).total_seconds()
    return TakeOver(status, len(done), after_s, log, site.estate.organization, control_hub, submitted)


async def _additions(http: httpx.AsyncClient, routes: str) -> list[str]:
    log = (await in_simulator(http, routes, "/_log", path_contains="/locations/"))["requests"]
    return [number for entry in log if entry["method"] == "POST" for number in entry["numbers"]]


async def _is_quiet(house: House, control_hub: str) -> bool:
    """Say whether what was done before, reading the locations, has left no connection open."""
    return not house.busy(control_hub)
