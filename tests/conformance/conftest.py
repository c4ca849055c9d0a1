"""The simulator as Webex's own SDK sees it."""

import os
from collections.abc import Callable, Iterator
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

import httpx
import pytest

from api.processes import simulator
from api.settings import WEBEX_SCOPES

# The SDK reads this when it is imported: its models then refuse a field or an enum value that they do not know.
os.environ["API_MODEL_ALLOW_EXTRA"] = "forbid"

from wxc_sdk import WebexSimpleApi
from wxc_sdk.integration import Integration
from wxc_sdk.rest import RestSession
from wxc_sdk.tokens import Tokens

REDIRECT_URI = "http://127.0.0.1:1/redirect"


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Return the base address of a simulator of these tests' own."""
    with simulator(tmp_path_factory.mktemp("simulator") / "state.sqlite") as address:
        yield address


@pytest.fixture
def integration(address: str) -> Integration:
    """Return the SDK's side of the consent."""
    return Integration(
        client_id="numberline",
        client_secret="simulated-secret",
        scopes=list(WEBEX_SCOPES),
        redirect_url=REDIRECT_URI,
        auth_service=f"{address}/authorize",
        token_service=f"{address}/access_token",
    )


@pytest.fixture
def tokens(integration: Integration) -> Tokens:
    """Return what a new organization's consent brings."""
    page = httpx.URL(integration.auth_url("a-state"))
    form = {**dict(page.params), "organization": f"Conforming {uuid4()}", "decision": "approve"}
    answer = httpx.post(page.copy_with(query=None), data=form)
    return integration.tokens_from_code(parse_qs(urlsplit(answer.headers["location"]).query)["code"][0])


@pytest.fixture
def api(address: str, tokens: Tokens) -> Iterator[WebexSimpleApi]:
    """Return the SDK, which knows Webex's address alone: its session is told another one."""

    class Session(RestSession):
        BASE = address

    with Session(tokens=tokens, concurrent_requests=2) as session:
        yield WebexSimpleApi(tokens=tokens, session=session)


@pytest.fixture
def organization(api: WebexSimpleApi) -> str:
    """Return the organization that consented."""
    return str(next(iter(api.locations.list())).org_id)


@pytest.fixture
def control(address: str) -> Iterator[Callable[..., None]]:
    """Return the way to the simulator's control routes: `control("/_switches", ...)`; faults end with the test."""
    url = address.removesuffix("/v1")

    def go(path: str, **body: object) -> None:
        httpx.post(url + path, json=body).raise_for_status()

    yield go
    httpx.delete(f"{url}/_faults").raise_for_status()
