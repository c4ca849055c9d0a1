"""A lane of rounds: a simulator that lives on through all of them, and a house in which things are killed."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from socket import socket

import httpx

from api.processes import simulator
from api.wiring import DATABASE_NAME
from store.embedded import EmbeddedServer
from store.migrate import ensure_database
from tests.api.conftest import environment
from tests.api.journey import Api
from tests.api.programs import token
from tests.crash.agreement import Behind
from tests.crash.caller import Caller
from tests.crash.house import House
from tests.crash.rounds import Outcome, Plan, Round

_SETTLING_S = 60.0
"""How long jobs may take to come to rest after the last round."""


@dataclass(frozen=True, slots=True)
class Kind:
    """How the work is shared: whether the web process runs jobs too, and how many workers there are beside it."""

    inner_worker: bool
    workers: int


@dataclass(frozen=True, slots=True)
class Lane:
    """Where rounds are played, one after another."""

    house: House
    control_hub: str
    behind: Behind
    caller: Caller

    async def play(self, plan: Plan) -> Outcome:
        """Play one round."""
        return await Round(plan, self.house, self.control_hub, self.behind, self.caller).play()

    async def leftovers(self) -> list[str]:
        """Return the jobs that were given up, or that do not end although nothing is left to do."""
        async with asyncio.timeout(_SETTLING_S + 10):
            for _ in range(int(_SETTLING_S)):
                left = self.behind.unfinished()
                if not [job for job in left if job["status"] in ("doing", "todo")]:
                    break
                await asyncio.sleep(1)
        return [f"job {job}" for job in left]


@asynccontextmanager
async def lane(folder: Path, kind: Kind, latency_ms: int) -> AsyncIterator[Lane]:
    """Start a lane; `folder` has a path short enough for sockets."""
    folder.mkdir(mode=0o755)  # noqa: ASYNC240  # a moment
    with simulator(folder / "simulator.sqlite", latency_ms=latency_ms) as control_hub:
        port = free_port()
        more = {"NUMBERLINE_PORT": str(port), "NUMBERLINE_WORKER": str(kind.inner_worker).lower()}
        own = {**environment(folder / "house", control_hub), **more}
        (folder / "house").mkdir(mode=0o755)  # a moment
        house = House(folder / "house", own, kind.workers)
        embedded = EmbeddedServer(folder / "house")
        await house.start(house.names)
        try:
            async with httpx.AsyncClient(timeout=60) as http:
                behind = Behind(ensure_database(await asyncio.to_thread(embedded.start), DATABASE_NAME))
                caller = Caller(Api(http, f"http://127.0.0.1:{port}", await token(own)))
                yield Lane(house, control_hub, behind, caller)
        finally:
            await house.stop()
            embedded.stop()


def free_port() -> int:
    """Return a port that nobody listens at just now."""
    with socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
