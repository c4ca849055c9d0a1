"""`numberline serve --workers N`: several processes that behave as one."""

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path

import httpx
import psutil
import pytest

from store.processes import runs
from tests.api.conftest import Running, environment
from tests.api.events import events
from tests.api.followers import STATUS, Follower, over_events, over_websocket
from tests.api.journey import Api, block, estate, eventually, integrated_site, onboard, submitted
from tests.api.programs import run, serving, token


@dataclass(frozen=True, slots=True)
class Crew:
    """A server of two processes."""

    api: Api
    supervisor: asyncio.subprocess.Process
    data_dir: Path

    def members(self) -> list[psutil.Process]:
        """Return the processes that serve."""
        children = psutil.Process(self.supervisor.pid).children()
        return [child for child in children if _serves(child)]

    async def members_without(self, gone: psutil.Process) -> list[psutil.Process]:
        """Return the processes that serve once they are two again and one of before is not among them."""
        members = [member for member in self.members() if member != gone]
        return members if len(members) == 2 else []

    async def kill(self, member: psutil.Process) -> None:
        """Kill a member; return when another one has taken its place."""
        member.kill()
        await eventually(lambda: self.members_without(member))


def _serves(child: psutil.Process) -> bool:
    """Say whether this is one of the processes that serve, and not the one in which Python counts what they share."""
    try:
        return "spawn_main" in " ".join(child.cmdline())
    except psutil.NoSuchProcess:  # a zombie is one
        return False


@pytest.fixture
async def crew(short_folder: Path, running: Running, http: httpx.AsyncClient) -> AsyncIterator[Crew]:
    """A server of two processes, whose database neither has seen before."""
    data_dir = short_folder / "crew"
    own = environment(data_dir, running.control_hub)
    async with serving(own, "--workers", "2") as (address, supervisor):
        yield Crew(Api(http, address, await token(own)), supervisor, data_dir)


async def test_a_process_that_dies_is_replaced_and_its_followers_miss_nothing(crew: Crew) -> None:
    """Each of the two is killed in turn, so that every connection is cut at least once."""
    site = await integrated_site(crew.api)
    begun = crew.members()
    ways = [over_websocket, over_events] * 2
    of = [{"id": site.service}]
    followers = [Follower([crew.api], way, STATUS, of, random.Random(0), cuts=0) for way in ways]
    async with asyncio.TaskGroup() as following, asyncio.timeout(90):
        for follower in followers:
            following.create_task(follower.follow())
        for follower in followers:
            await follower.begun.wait()
        await crew.kill(begun[0])
        await submitted(crew.api, site, f"{block()}001", webexPhoneType="DID")
        await crew.kill(begun[1])
        await eventually(lambda: is_ready(crew.api, site.service))
        await crew.api.make("serviceRemove", "status", service={"id": site.service})

    seen = [[event["status"] for event in follower.seen] for follower in followers]
    assert seen == [["PENDING_PROVISIONING", "READY", "REMOVING", None]] * 4
    assert all(follower.connections > 1 for follower in followers)
    assert (len(begun), len({*begun, *crew.members()})) == (2, 4)


async def test_all_processes_end_together(crew: Crew) -> None:
    """Streams end, nobody waits for them, and the database of this machine ends with the last."""
    service = await onboard(crew.api, await estate(crew.api))
    members = crew.members()
    async with AsyncExitStack() as stack:
        streams = [await stack.enter_async_context(events(crew.api, STATUS, of=[{"id": service}])) for _ in range(4)]
        seen = [[(await anext(stream)).name] for stream in streams]
        crew.supervisor.terminate()
        for stream, names in zip(streams, seen, strict=True):
            names += [event.name async for event in stream]
        async with asyncio.timeout(20):
            code = await crew.supervisor.wait()

    assert (seen, code) == ([["next"]] * 4, 0)
    assert not any(member.is_running() for member in members)
    assert not runs(crew.data_dir / "pg")


async def test_no_process_outlives_a_supervisor_that_was_killed(crew: Crew) -> None:
    """It would hold the address, and nobody would replace it."""
    members = crew.members()
    crew.supervisor.kill()
    gone, alive = await asyncio.to_thread(psutil.wait_procs, members, 20)

    assert (len(gone), alive) == (2, [])


async def test_a_server_that_cannot_start_ends(short_folder: Path) -> None:
    """Rather than try for ever; whoever started it is told by its code."""
    folder = short_folder / "wrong"
    (folder / "keys").mkdir(parents=True)
    (folder / "keys" / "tokens.pem").write_text("no key")
    folder.chmod(0o755)

    code, out, _ = await run("serve", environment=environment(folder, "http://127.0.0.1:9/v1", NUMBERLINE_WORKERS="2"))

    assert (code, out) == (3, "")


async def is_ready(api: Api, service: str) -> bool:
    """Say whether a service is Ready."""
    found = await api.query("query($by: ServiceBy!) { service(by: $by) { status } }", by={"id": service})
    return bool(found["service"]["status"] == "READY")
