"""The clients of the guide that keep a cache: Apollo Client, urql and Relay. Each of them does the same things."""

from contextlib import aclosing
from pathlib import Path
from typing import Any

import pytest

from tests.api.journey import Api, Site, block, plain_site, started, submitted
from tests.conformance.clients.driving import Drivers
from tests.conformance.clients.line import Line
from tests.conformance.clients.project import Project

every_client = pytest.mark.parametrize("client", ["apollo", "urql", "relay"])
every_transport = pytest.mark.parametrize("client", ["apollo", "urql", "urql-streams", "relay"])

PROGRESS = """subscription($by: UploadBy!, $after: String) {
  uploadProgressed(upload: $by, after: $after) { cursor status }
}"""


@pytest.fixture
def drivers(project: Project) -> Drivers:
    """The drivers."""
    return project.drivers


@every_client
async def test_a_list_grows_by_pages_while_a_sync_adds_rows(
    api: Api, integrated: Site, drivers: Drivers, client: str
) -> None:
    """Each number that was there comes once, and of those that are added what comes behind the page."""
    own = block()
    there, before, behind = (
        [f"{own}{n}" for n in numbers] for numbers in (range(500, 525), range(100, 105), range(900, 905))
    )
    await submitted(api, integrated, *there, webexPhoneType="DID")
    given = {"service": integrated.service, "first": 10}

    async with drivers.drive(client, "browse", api.address, api.token or "", **given) as driven:
        first = await driven.next()
        await submitted(api, integrated, *before, *behind, webexPhoneType="DID")
        driven.go_on()
        second = await driven.next()
        driven.go_on()
        third = await driven.next()

    assert first + second + third == there + behind


@pytest.mark.parametrize("client", ["apollo", "urql", "urql-streams", "urql-plain", "relay"])
async def test_a_file_is_uploaded_and_followed_to_its_end(
    api: Api, integrated: Site, drivers: Drivers, client: str, tmp_path: Path
) -> None:
    """The file by a multipart request, its progress by a subscription."""
    file = tmp_path / "numbers.csv"
    own = block()
    file.write_text("number\n" + "".join(f"{own}{n}\n" for n in range(100, 120)))
    header = integrated.header(webexPhoneType="DID", idempotencyKey=client)

    upload = await drivers.answer(client, "upload", api.address, api.token or "", file=str(file), header=header)
    async with drivers.drive(client, "follow", api.address, api.token or "", upload=upload) as driven:
        event = await driven.next()
        while event["status"] != "COMPLETED":
            event = await driven.next()

    assert event["counts"].items() >= {"submitted": 20, "pending": 0, "added": 20, "failed": 0}.items()


@every_transport
async def test_a_lost_network_loses_no_event(api: Api, line: Line, drivers: Drivers, client: str) -> None:
    """What happened meanwhile comes once and in order, however often the line is cut."""
    site = await plain_site(api)
    upload = await started(api, site)

    async with drivers.drive(client, "follow", line.address, api.token or "", upload=upload) as driven:
        seen = [await driven.next()]
        line.cut()
        await api.make("uploadAddNumbers", upload={"id": upload}, entries=[{"single": f"{block()}100"}])
        await api.make("uploadValidate", upload={"id": upload})
        line.mend()
        seen += [await driven.next()]
        line.cut()
        await api.make("uploadSubmit", upload={"id": upload})
        happened = await history(api, upload, after=seen[0]["cursor"], until="COMPLETED")
        line.mend()
        while seen[-1]["status"] != "COMPLETED":
            seen += [await driven.next()]

    assert [event["cursor"] for event in seen[1:]] == [event["cursor"] for event in happened]


async def history(api: Api, upload: str, after: str, until: str) -> list[dict[str, Any]]:
    """Return what has become of an upload, as one who was never away would have seen it."""
    found: list[dict[str, Any]] = []
    async with aclosing(api.follow(PROGRESS, by={"id": upload}, after=after)) as events:
        async for event in events:
            found.append(event["uploadProgressed"])
            if found[-1]["status"] == until:
                break
    return found


@pytest.mark.parametrize("client", ["apollo", "relay"])
async def test_an_event_moves_what_is_in_the_cache(api: Api, drivers: Drivers, client: str) -> None:
    """Whoever watches the upload sees its status change, without asking again."""
    upload = await started(api, await plain_site(api))

    async with drivers.drive(client, "watch", api.address, api.token or "", upload=upload) as driven:
        first = await driven.next()
        await api.make("uploadAddNumbers", upload={"id": upload}, entries=[{"single": f"{block()}100"}])
        await api.make("uploadSubmit", upload={"id": upload})
        last = await driven.next()
        while last != "COMPLETED":
            last = await driven.next()

    assert first == "DRAFT"


@every_transport
async def test_each_kind_of_failure_is_told_apart(api: Api, drivers: Drivers, client: str) -> None:
    """By the codes of the server, of which there are none where it was not reached."""
    found = await drivers.answer(client, "fail", api.address, api.token or "", nowhere="http://127.0.0.1:9")

    assert found == {
        "refused": ["NOT_FOUND", "NOT_FOUND"],
        "request": ["NOT_FOUND"],
        "token": ["UNAUTHENTICATED"],
        "subscription": ["NOT_FOUND"],
        # A socket that is closed with 4403 has no more to say.
        "stranger": ["UNAUTHENTICATED"] if client == "urql-streams" else [],
        "away": [],
    }
