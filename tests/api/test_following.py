"""Events miss nothing: whoever follows, over whichever server and however often they are cut off."""

import asyncio
import random
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest
from psycopg.rows import dict_row

from api.demo.client import Refused
from api.demo.consenting import consent
from api.processes import simulator
from api.wiring import DATABASE_NAME
from schema.ids import decode, encode
from schema.subscriptions.positions import decode_position, encode_position
from store.database import EVENT_CHANNEL
from store.embedded import EmbeddedServer
from store.migrate import ensure_database
from store.vocabulary import Level
from tests.api.conftest import Running, environment
from tests.api.followers import PROGRESS, STATUS, Follower, over_events, over_websocket
from tests.api.journey import (
    Api,
    Site,
    added,
    block,
    connected,
    ended,
    estate,
    invitation,
    locations,
    onboard,
    plain_site,
    started,
)
from tests.api.programs import serving, token

FOLLOWERS = 50

CUT_THE_LISTENERS = "SELECT pg_terminate_backend(pid) AS cut FROM pg_stat_activity WHERE query = %s"

HISTORY = "SELECT id, kind, before, after, counts FROM event WHERE {} = %s ORDER BY id"


@dataclass(frozen=True, slots=True)
class Pair:
    """Two servers on one database."""

    servers: list[Api]
    behind: str
    """The owner's URL of the database."""

    async def rows(self, statement: str, *values: object) -> list[dict[str, Any]]:
        """Return what the owner of the database sees."""
        async with await psycopg.AsyncConnection.connect(self.behind, autocommit=True, row_factory=dict_row) as owner:
            return await (await owner.execute(statement, values)).fetchall()  # type: ignore[arg-type]  # our own text


@pytest.fixture
def control_hub(tmp_path: Path) -> Iterator[str]:
    """A Control Hub that takes its time, so that a sync has a middle."""
    with simulator(tmp_path / "state.sqlite", latency_ms=60) as address:
        yield address


@pytest.fixture
async def pair(short_folder: Path, control_hub: str) -> AsyncIterator[Pair]:
    """Two servers with a worker each."""
    own = environment(short_folder / "pair", control_hub)
    database = EmbeddedServer(short_folder / "pair")
    async with AsyncExitStack() as stack:
        behind = ensure_database(database.start(), DATABASE_NAME)
        stack.callback(database.stop)
        http = await stack.enter_async_context(httpx.AsyncClient(timeout=30, limits=httpx.Limits(max_connections=None)))
        addresses = [(await stack.enter_async_context(serving(own)))[0] for _ in range(2)]
        key = await token(own)
        yield Pair([Api(http, address, key) for address in addresses], behind)


async def test_each_of_fifty_followers_gets_the_whole_history(pair: Pair) -> None:
    """Two servers, a sync under way, connections cut at random, the listeners cut off: no gap, no double."""
    chance = random.Random(20_261_123)
    api, other = pair.servers
    owner = await estate(api)
    service = await onboard(api, owner, mode="INTEGRATED")
    plain = await plain_site(other, owner)
    both = [{"id": service}, {"id": plain.service}]
    async with asyncio.TaskGroup() as following, asyncio.timeout(120):

        async def follow(document: str, of: Any, how_many: int) -> list[Follower]:
            ways = [(over_websocket, over_events)[n % 2] for n in range(how_many)]
            found = [Follower(pair.servers, way, document, of, random.Random(chance.random())) for way in ways]
            for follower in found:
                following.create_task(follower.follow())
            for follower in found:
                await follower.begun.wait()
            return found

        of_services = await follow(STATUS, both, FOLLOWERS // 2)
        await consent(await invitation(api, owner.admin), owner.organization)
        location = (await locations(api, service))["New York"]
        await api.make("locationAttach", location={"id": location})
        site = Site(owner, service, location, await connected(api, service, owner.profile))
        uploads = [await started(api, site, webexPhoneType="DID") for _ in range(2)]
        of_uploads = {upload: await follow(PROGRESS, {"id": upload}, FOLLOWERS // 4) for upload in uploads}
        of_uploads[uploads[0]] += await follow(PROGRESS, {"id": uploads[0]}, 1)
        meanwhile = await started(other, plain)
        await added(other, meanwhile, f"{block()}001")
        for upload in uploads:
            free = block()
            await added(api, upload, (f"{free}000", f"{free}299"))
            await api.make("uploadSubmit", upload={"id": upload})
        await syncing(other, uploads[0])
        cut_off = await pair.rows(CUT_THE_LISTENERS, f"LISTEN {EVENT_CHANNEL}")
        await other.make("uploadSubmit", upload={"id": meanwhile})
        ends = [await ended(api, upload) for upload in uploads]
        for gone in (plain.service, service):
            await other.make("serviceRemove", "status", service={"id": gone})

    assert (cut_off, ends) == ([{"cut": True}] * 2, ["COMPLETED", "COMPLETED"])
    assert len(of_services) + sum(map(len, of_uploads.values())) == FOLLOWERS
    for follower in of_services:
        await agree_on_services(pair, follower, [service, plain.service])
    for upload, followers in of_uploads.items():
        for follower in followers:
            await agree_on_upload(pair, follower, upload)
    everybody = [*of_services, *of_uploads[uploads[0]], *of_uploads[uploads[1]]]
    assert sum(follower.connections for follower in everybody) > 2 * FOLLOWERS


async def syncing(api: Api, upload: str) -> None:
    """Return once the first numbers of an upload have arrived."""
    async for step in api.follow(PROGRESS, of={"id": upload}):
        if step["uploadProgressed"]["counts"]["added"]:
            return


async def agree_on_services(pair: Pair, follower: Follower, services: list[str]) -> None:
    """Compare what somebody saw of services with the event table: the same changes, once each, in order."""
    present, changes = follower.seen[: len(services)], follower.seen[len(services) :]
    begun = decode_position(present[-1]["cursor"])
    keys = [decode(service)[1] for service in services]
    rows = await pair.rows(
        "SELECT id, service_id, before, after FROM event WHERE service_id = ANY(%s) AND kind = 'SERVICE_STATUS'"
        " AND id > %s ORDER BY id",
        keys,
        begun,
    )
    assert [(decode_position(c["cursor"]), c["serviceId"], c["previousStatus"], c["status"]) for c in changes] == [
        (row["id"], encode("Service", row["service_id"]), row["before"], row["after"]) for row in rows
    ]
    assert [change["status"] for change in changes].count(None) == len(services)


async def agree_on_upload(pair: Pair, follower: Follower, upload: str) -> None:
    """Compare what somebody saw of an upload with the event table: every status, and counts that are true."""
    present, *steps = follower.seen
    begun = decode_position(present["cursor"])
    rows = {row["id"]: row for row in await pair.rows(HISTORY.format("upload_id"), decode(upload)[1])}
    later = [id_ for id_ in rows if id_ > begun]
    ids = [decode_position(step["cursor"]) for step in steps]
    assert ids == sorted(set(ids))
    assert [id_ for id_ in ids if rows[id_]["kind"] == "UPLOAD_STATUS"] == [
        id_ for id_ in later if rows[id_]["kind"] == "UPLOAD_STATUS"
    ]
    assert [(step["status"], step["counts"]) for step in steps] == [
        (rows[id_]["after"], rows[id_]["counts"]) for id_ in ids
    ]
    assert ids[-1] == later[-1]


async def test_who_comes_back_to_an_upload_that_is_gone_hears_how_it_ended(api: Api, running: Running) -> None:
    """By its id, and only who was allowed to see it; then the subscription completes."""
    site = await plain_site(api)
    upload = await started(api, site)
    begun = [step async for step in first(api, upload)]
    await added(api, upload, f"{block()}001")
    await api.make("uploadSubmit", upload={"id": upload})
    await api.make("serviceRemove", "status", service={"id": site.service})
    stranger = api.as_(running.token(Level.PROVIDER, bound_to=(await estate(api)).provider))

    missed = await told(api, upload, begun[0]["cursor"])
    refusals = [
        await refusal(caller, given, after)
        for caller, given, after in (
            (api, upload, None),
            (stranger, upload, begun[0]["cursor"]),
            (api, encode("Upload", decode(site.service)[1]), begun[0]["cursor"]),
        )
    ]

    assert [step["status"] for step in missed] == ["SUBMITTED", "COMPLETED"]
    assert await told(api, upload, missed[0]["cursor"]) == missed[1:]
    assert await told(api, upload, missed[-1]["cursor"]) == []
    assert "NOT_FOUND" in refusals[0]
    assert refusals == refusals[:1] * 3


@pytest.mark.parametrize("position", [2**62, 10**30])
@pytest.mark.parametrize("over", [over_websocket, over_events])
@pytest.mark.parametrize("document", [STATUS, PROGRESS])
async def test_a_cursor_of_another_database_is_told_so(
    api: Api, site: Site, position: int, over: Any, document: str
) -> None:
    """Nothing would come until this one has got as far, in silence; the client begins anew instead."""
    of: Any = [{"id": site.service}] if document == STATUS else {"id": await started(api, site)}
    async with asyncio.timeout(10), over(api, document, of, encode_position(position)) as stream:
        with pytest.raises(AssertionError, match="CURSOR_INVALID"):
            await anext(aiter(stream))


async def first(api: Api, upload: str) -> AsyncIterator[dict[str, Any]]:
    """Yield the present of an upload."""
    async with asyncio.timeout(10), over_websocket(api, PROGRESS, {"id": upload}, None) as stream:
        present = await anext(aiter(stream))
        assert present is not None
    yield present


async def told(api: Api, upload: str, after: str | None) -> list[dict[str, Any]]:
    """Return all that somebody who comes back is told until it is over."""
    async with asyncio.timeout(10):
        steps = api.follow(PROGRESS, of={"id": upload}, after=after)
        return [step["uploadProgressed"] async for step in steps]


async def refusal(api: Api, upload: str, after: str | None) -> str:
    """Return why somebody may not follow."""
    with pytest.raises(Refused) as caught:
        await told(api, upload, after)
    return str(caught.value.args)
