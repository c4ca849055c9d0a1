"""The clients of the guide, those that need no framework and those that keep a cache: each does the same things."""

from contextlib import aclosing
from pathlib import Path
from typing import Any

import pytest

from tests.api.journey import Api, Site, block, plain_site, started, submitted
from tests.conformance.clients.driving import CLIENTS, ROOT, Driven, Drivers
from tests.conformance.clients.line import Line
from tests.conformance.clients.project import Project

CACHING = ("apollo", "urql", "relay")
"""The clients that keep a cache; urql as it subscribes by default, over a WebSocket."""

plain_client = pytest.mark.parametrize("client", CLIENTS)
every_client = pytest.mark.parametrize("client", [*CLIENTS, *CACHING])
caching_transport = pytest.mark.parametrize("client", [*CACHING, "urql-streams"])

PROGRESS = """subscription($by: UploadBy!, $after: String) {
  uploadProgressed(upload: $by, after: $after) { cursor status }
}"""


@pytest.fixture
def drivers(project: Project) -> Drivers:
    """The drivers."""
    return project.drivers


@every_client
async def test_every_number_is_listed_once_while_a_sync_adds_others(
    api: Api, integrated: Site, drivers: Drivers, client: str
) -> None:
    """Those that were there, and those that come where the client has not been yet."""
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


@pytest.mark.parametrize("client", [*CLIENTS, *CACHING, "urql-streams", "urql-plain"])
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


@pytest.mark.parametrize("client", ["fetch", "python-gql"])
async def test_an_upload_whose_answer_was_lost_is_sent_again_and_made_once(
    api: Api, line: Line, drivers: Drivers, client: str, tmp_path: Path
) -> None:
    """By its idempotency key; the bytes of the file are part of the request."""
    site = await plain_site(api)
    file = tmp_path / "numbers.csv"
    file.write_text(f"number\n{block()}100\n")
    given = {"file": str(file), "header": site.header(idempotencyKey=f"lost by {client}")}

    line.cut_at_answer()
    async with drivers.drive(client, "upload", line.address, api.token or "", **given) as driven:
        await line.was_cut.wait()
        made = await uploads(api, site)
        line.mend()
        told = await driven.next()

    assert made == await uploads(api, site) == [told]


async def uploads(api: Api, site: Site) -> list[str]:
    """Return the ids of the uploads of a service."""
    document = "query($service: ID!) { uploads(filter: {service: {id: $service}}) { nodes { id } } }"
    found = (await api.query(document, service=site.service))["uploads"]["nodes"]
    return [upload["id"] for upload in found]


@plain_client
async def test_who_was_cut_off_gets_what_was_missed_and_the_end(
    api: Api, line: Line, drivers: Drivers, client: str
) -> None:
    """Once and in order; nothing comes after the end."""
    site = await plain_site(api)
    upload = await started(api, site)

    async with drivers.drive(client, "follow", line.address, api.token or "", upload=upload) as driven:
        seen, happened = await followed_with_cuts(api, line, driven, upload)
        await api.make("serviceRemove", selection="status", service={"id": site.service})
        assert await driven.rest() == []

    assert seen == happened


@caching_transport
async def test_a_lost_network_loses_no_event(api: Api, line: Line, drivers: Drivers, client: str) -> None:
    """What happened meanwhile comes once and in order, however often the line is cut."""
    upload = await started(api, await plain_site(api))

    async with drivers.drive(client, "follow", line.address, api.token or "", upload=upload) as driven:
        seen, happened = await followed_with_cuts(api, line, driven, upload)

    assert seen == happened


async def followed_with_cuts(api: Api, line: Line, driven: Driven, upload: str) -> tuple[list[str], list[str]]:
    """Cut the line twice while an upload goes to its end; return the cursors that were seen, and those there were."""
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
    return [event["cursor"] for event in seen[1:]], [event["cursor"] for event in happened]


@plain_client
async def test_who_is_not_told_that_the_network_is_gone_finds_out(
    api: Api, line: Line, drivers: Drivers, client: str
) -> None:
    """By the silence, and comes back for what was missed."""
    upload = await started(api, await plain_site(api))

    async with drivers.drive(client, "follow", line.address, api.token or "", upload=upload) as driven:
        assert (await driven.next())["status"] == "DRAFT"
        line.hush()
        await api.make("uploadCancel", upload={"id": upload})
        assert (await driven.next())["status"] == "CANCELLED"


async def history(api: Api, upload: str, after: str, until: str) -> list[dict[str, Any]]:
    """Return what has become of an upload, as one who was never away would have seen it."""
    found: list[dict[str, Any]] = []
    async with aclosing(api.follow(PROGRESS, by={"id": upload}, after=after)) as events:
        async for event in events:
            found.append(event["uploadProgressed"])
            if found[-1]["status"] == until:
                break
    return found


@plain_client
async def test_a_document_that_cannot_run_has_a_code(api: Api, drivers: Drivers, client: str) -> None:
    """Whatever the transport."""
    found = await drivers.answer(
        client, "ask", api.address, api.token or "", document="{ viewer { age } }", variables={}
    )

    assert found["failed"] == ["GRAPHQL_VALIDATION_FAILED"]
    assert found.get("status", 400) == (400 if client == "fetch" else found.get("status", 400))


@plain_client
async def test_a_refused_mutation_has_codes(api: Api, drivers: Drivers, client: str) -> None:
    """Of user errors, beside a payload without its object."""
    document = (
        "mutation($input: UploadCancelInput!) { uploadCancel(input: $input) { userErrors { code message path } } }"
    )
    variables = {"input": {"upload": {"id": "nothing"}}}

    found = await drivers.answer(client, "ask", api.address, api.token or "", document=document, variables=variables)

    assert found == {"refused": ["NOT_FOUND"]}


@plain_client
async def test_a_bad_token_is_told_and_not_tried_again(api: Api, drivers: Drivers, client: str) -> None:
    """Nobody gets anywhere with it, however often."""
    for task, given in {"ask": {"document": "{ viewer { role } }", "variables": {}}, "follow": {"upload": "x"}}.items():
        found = await drivers.answer(client, task, api.address, "garbage", **given)
        assert found.get("failed") == ["UNAUTHENTICATED"] or found["code"] == 4403


async def test_statuses_say_how_it_went(api: Api, drivers: Drivers) -> None:
    """By the media type of GraphQL over HTTP."""
    given = {"document": "{ viewer { age } }", "variables": {}}

    found = await drivers.answer("fetch", "ask", api.address, api.token or "", **given)

    assert found["status"] == 400


async def test_gql_checks_a_document_against_the_schema_before_it_asks(api: Api, drivers: Drivers) -> None:
    """No server is needed for that."""
    given = {"document": "{ viewer { age } }", "variables": {}, "schema": str(ROOT / "schema.graphql")}

    found = await drivers.answer("python-gql", "ask", "http://127.0.0.1:9", api.token or "", **given)

    assert found == {"invalid": "Cannot query field 'age' on type 'Viewer'."}


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


@caching_transport
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
