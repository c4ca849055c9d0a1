"""What stands before every route."""

import logging
from collections.abc import AsyncIterator, Mapping

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus
from websockets.typing import Origin

from api.graphiql.page import POLICY
from api.guard import HEADERS, guarded, names
from api.settings import Settings
from tests.api.journey import Api

EVIL = "https://evil.example"
MUTATION = 'mutation { tenantCreate(input: {kind: SERVICE_PROVIDER, name: "NAME"}) { tenant { id } } }'


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("POST", "/graphql", 200),
        ("DELETE", "/graphql", 405),
        ("GET", "/numbers.csv", 401),
        ("GET", "/templates/numbers.csv", 200),
        ("GET", "/healthz", 200),
        ("GET", "/nothing", 404),
        ("GET", "/consent/nothing", 404),
    ],
)
async def test_every_answer_tells_browsers_what_they_may_do_with_it(
    api: Api, method: str, path: str, status: int
) -> None:
    """It is not shown within another page, not taken for a script, and says nothing of itself to others."""
    answer = await api.http.request(method, api.address + path, json={"query": "{ __typename }"})

    assert answer.status_code == status
    for name, value in HEADERS.items():
        assert answer.headers[name] == value or (path.startswith("/consent") and name == "content-security-policy")
    assert "strict-transport-security" not in answer.headers
    assert "default-src 'none'" in answer.headers["content-security-policy"]


async def test_graphiql_has_a_policy_of_its_own(api: Api) -> None:
    """It runs scripts, those of this server alone, and none that stand in the page."""
    page = await api.http.get(f"{api.address}/graphql", headers={"accept": "text/html"})

    assert page.headers["content-security-policy"] == POLICY
    assert "unsafe" not in POLICY.replace("style-src 'self' 'unsafe-inline'", "")
    assert page.text.count("<script") == page.text.count("<script defer src=")


@pytest.mark.parametrize(
    ("kind", "body", "status", "code"),
    [
        ("text/plain", '{"query": "QUERY"}', 415, "CONTENT_TYPE_UNSUPPORTED"),
        ("text/plain;application/json", '{"query": "QUERY"}', 415, "CONTENT_TYPE_UNSUPPORTED"),
        ("application/x-www-form-urlencoded", "query=QUERY", 415, "CONTENT_TYPE_UNSUPPORTED"),
        (None, '{"query": "QUERY"}', 415, "CONTENT_TYPE_UNSUPPORTED"),
        (
            "multipart/form-data; boundary=b",
            '--b\r\ncontent-disposition: form-data; name="operations"\r\n\r\n{"query": "QUERY"}\r\n--b--\r\n',
            400,
            "PREFLIGHT_MISSING",
        ),
    ],
)
async def test_a_form_of_another_page_changes_nothing(
    api: Api, unique: str, kind: str | None, body: str, status: int, code: str
) -> None:
    """Browsers send these without asking first (the Fetch standard of WHATWG, CORS-safelisted request headers)."""
    headers = api.headers | ({"content-type": kind} if kind else {})
    content = body.replace("QUERY", MUTATION.replace("NAME", unique).replace('"', '\\"'))

    answer = await api.http.post(f"{api.address}/graphql", content=content, headers=headers)
    link = await api.http.get(
        f"{api.address}/graphql", params={"query": MUTATION.replace("NAME", unique)}, headers=api.headers
    )

    assert (answer.status_code, answer.json()["errors"][0]["extensions"]["code"]) == (status, code)
    assert (link.status_code, link.json()["errors"][0]["extensions"]["code"]) == (405, "METHOD_NOT_ALLOWED")
    tenants = await api.query("{ tenants(last: 100) { nodes { name } } }")
    assert unique not in str(tenants)


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "evil.example:80",
        "localhost.evil.example",
        "10.0.0.1",
        "[::2]",
        "[",
        "evil@localhost",
        "localhost@evil.example",
    ],
)
async def test_a_name_that_was_made_to_lead_here_is_not_answered(api: Api, host: str) -> None:
    """A page of that name would count as one of ours (DNS rebinding)."""
    answer = await api.http.get(f"{api.address}/healthz", headers={"host": host})

    assert (answer.status_code, answer.json()["errors"][0]["extensions"]["code"]) == (421, "HOST_UNKNOWN")


@pytest.mark.parametrize("path", ["/graphql/", "//evil.example", "/healthz/", "/consent/"])
async def test_no_answer_leads_to_where_the_host_header_says(api: Api, path: str) -> None:
    """A slash too many leads nowhere."""
    answer = await api.http.get(api.address + path)

    assert (answer.status_code, answer.json()["errors"][0]["extensions"]["code"]) == (404, "PATH_UNKNOWN")


async def test_nor_does_a_socket_open_under_that_name(api: Api) -> None:
    """Its origin would be the same as its host."""
    here, origin = httpx.URL(api.address), Origin("http://evil.example")
    with pytest.raises(InvalidStatus, match="403"):
        async with connect("ws://evil.example/graphql", host=here.host, port=here.port, origin=origin):
            pass


@pytest.mark.parametrize(
    ("trusted", "public_url", "is_public", "host", "status"),
    [
        ([], "http://127.0.0.1:8000", False, "localhost", 200),
        ([], "http://127.0.0.1:8000", False, "[::1]:8000", 200),
        ([], "https://n.example", False, "N.Example:443", 200),
        ([], "https://n.example", False, "m.example", 421),
        ([], "https://n.example", True, "m.example", 200),
        (["m.example"], "https://n.example", True, "m.example", 200),
        (["m.example"], "https://n.example", True, "n.example", 200),
        (["m.example"], "https://n.example", True, "o.example", 421),
        (["*"], "https://n.example", False, "o.example", 200),
    ],
)
async def test_a_server_has_the_names_that_it_was_given(
    trusted: list[str],
    public_url: str,
    is_public: bool,  # noqa: FBT001  # a case
    host: str,
    status: int,
) -> None:
    """Those of the settings and of its public address; with an issuer and nothing set, any."""
    found = names(trusted, public_url, is_public=is_public)

    answer = await asked(_app(found, public_url), "/", {"host": host})

    assert answer.status_code == status
    assert ("strict-transport-security" in answer.headers) == public_url.startswith("https:")


@pytest.mark.parametrize(
    ("given", "host"),
    [
        ("Numbers.Example", "numbers.example:8000"),
        ("numbers_1.example.", "NUMBERS_1.example."),
        ("192.0.2.1", "192.0.2.1:8000"),
        ("[2001:DB8:0::1]", "[2001:db8::1]:8000"),
        ("2001:db8::1", "[2001:db8::1]"),
        ("*", "any.example"),
    ],
)
async def test_a_name_of_a_server_may_be_written_in_several_ways(
    monkeypatch: pytest.MonkeyPatch, given: str, host: str
) -> None:
    """In any case, an IPv6 address with brackets or without, as short as it can be or not."""
    monkeypatch.setenv("NUMBERLINE_TRUSTED_HOSTS", f'["{given}"]')
    found = names(Settings().trusted_hosts, "https://public.example", is_public=True)

    assert (await asked(_app(found), "/", {"host": host})).status_code == 200


async def test_a_fault_is_answered_with_an_id_that_is_in_the_log(caplog: pytest.LogCaptureFixture) -> None:
    """And with nothing of what it was."""
    with caplog.at_level(logging.ERROR):
        answer = await asked(_app(["*"]), "/fault")

    (error,) = answer.json()["errors"]
    assert answer.status_code == 500
    assert error["extensions"]["code"] == "INTERNAL_ERROR"
    assert error["extensions"]["correlationId"] in caplog.text
    assert "the reason" in caplog.text
    assert "the reason" not in answer.text


async def test_what_was_filled_into_a_path_is_not_logged(caplog: pytest.LogCaptureFixture) -> None:
    """The link of an invitation is as good as a password."""
    with caplog.at_level(logging.ERROR):
        answer = await asked(_app(["*"]), "/fault/s3cret")

    assert answer.status_code == 500
    assert "at /fault/{token}" in caplog.text
    assert "s3cret" not in caplog.text


@pytest.mark.parametrize(("origin", "allowed"), [("http://page.example", "http://page.example"), (EVIL, None)])
async def test_a_page_of_a_listed_origin_may_read_the_id_of_a_fault(origin: str, allowed: str | None) -> None:
    """To show it; a page of another origin may not."""
    answer = await asked(_app(["*"]), "/fault", {"origin": origin})

    assert answer.status_code == 500
    assert answer.headers.get("access-control-allow-origin") == allowed
    assert set(HEADERS) <= set(answer.headers)


async def test_a_fault_within_an_answer_cuts_it_off() -> None:
    """Nobody takes half of it for the whole."""
    with pytest.raises(ValueError, match="the reason"):
        await asked(_app(["*"]), "/half")


def _app(hosts: list[str], public_url: str = "http://n.example") -> Starlette:
    async def well(_request: Request) -> Response:
        return Response("well")

    async def fault(_request: Request) -> Response:
        raise ValueError("the reason")

    async def half(_request: Request) -> Response:
        return StreamingResponse(_half())

    routes = [Route("/", well), Route("/fault", fault), Route("/fault/{token}", fault), Route("/half", half)]
    return Starlette(routes=routes, middleware=guarded(hosts, public_url, ["http://page.example"]))


async def _half() -> AsyncIterator[bytes]:
    yield b"half"
    raise ValueError("the reason")


async def asked(app: Starlette, path: str, headers: Mapping[str, str] | None = None) -> httpx.Response:
    """Send a request to an application of this process."""
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://n.example") as http:
        return await http.get(path, headers=headers)
