"""The tabs that GraphiQL opens with, run as they stand."""

from pathlib import Path
from typing import Any

import httpx
import pytest
from graphql import OperationDefinitionNode, parse, validate
from starlette.requests import Request

from api.demo.client import Client
from api.demo.consenting import consent
from api.graphiql.development import development_token
from api.graphiql.guide import TO_FILL_IN, config
from api.graphiql.page import Tab
from api.settings import Settings
from store.vocabulary import Level, Role
from tests.api.conftest import Running
from tests.api.journey import SCHEMA, Api, estate, onboard

ORDER = ["WhoAmI", "Onboard", "Consent", "Attach", "Upload", "Submit", "Follow", "SearchNumbers"]
"""The operations of the tabs."""


class Page:
    """GraphiQL, loaded once: each tab is run with its own variables and headers."""

    def __init__(self, http: httpx.AsyncClient, address: str, tabs: list[Tab]) -> None:
        self._http = http
        self._address = address
        self._tabs = {operation(tab).name.value: tab for tab in tabs}  # type: ignore[union-attr]  # each has a name

    async def run(self, name: str) -> dict[str, Any]:
        """Press play in a tab; return the data that is answered without any refusal."""
        tab = self._tabs[name]
        body = {"query": tab["query"], "variables": tab["variables"]}
        answer = (await self._http.post(f"{self._address}/graphql", json=body, headers=tab["headers"])).json()
        assert "errors" not in answer, answer
        assert all(not field.get("userErrors") for field in answer["data"].values()), answer
        data: dict[str, Any] = answer["data"]
        return data

    async def follow(self, name: str, status: str) -> dict[str, Any]:
        """Press play in the tab of a subscription; return the event that brings the status."""
        tab = self._tabs[name]
        client = Client(self._http, self._address, tab["headers"]["Authorization"].removeprefix("Bearer "))
        async for event in client.follow(tab["query"], **tab["variables"]):
            ((step,),) = (event.values(),)
            if step["status"] == status:
                found: dict[str, Any] = step
                return found
        raise ConnectionError("the subscription ended before")


def operation(tab: Tab) -> OperationDefinitionNode:
    """Return the one operation of a tab."""
    (found,) = parse(tab["query"]).definitions
    assert isinstance(found, OperationDefinitionNode)
    return found


async def loaded(http: httpx.AsyncClient, running: Running) -> Page:
    """Load the page."""
    answer = (await http.get(f"{running.address}/graphiql/config.json")).raise_for_status()
    return Page(http, running.address, answer.json()["tabs"])


@pytest.mark.parametrize("load", [1, 2])
async def test_the_tabs_lead_in_order_to_a_ready_service(running: Running, http: httpx.AsyncClient, load: int) -> None:
    """As they stand, and again with every load of the page; nothing has to be waited for in between."""
    page = await loaded(http, running)

    me = (await page.run("WhoAmI"))["viewer"]
    onboarded = await page.run("Onboard")
    link = (await page.run("Consent"))["service"]["invitation"]["developmentLink"]
    thanks = await consent(link, f"Organization {load}")
    attached = (await page.run("Attach"))["locationAttach"]["location"]
    counts = (await page.run("Upload"))["uploadImport"]["upload"]["counts"]
    submitted = (await page.run("Submit"))["uploadSubmit"]["upload"]["counts"]["submitted"]
    end = await page.follow("Follow", "COMPLETED")
    found = (await page.run("SearchNumbers"))["numbers"]

    assert (me["level"], me["role"]) == ("SYSTEM", "ADMIN")
    assert onboarded["serviceOnboard"]["service"]["status"] == "PENDING_CONSENT"
    assert (thanks, attached["attached"]) == ("Thank you", True)
    assert (counts, submitted) == ({"total": 10, "valid": 9, "invalid": 1}, 9)
    assert end["upload"]["service"]["status"] == "READY"
    assert found["totalCount"] == 9
    assert {number["syncState"] for number in found["nodes"]} == {"SYNCED"}


async def test_a_tab_can_be_run_again(running: Running, http: httpx.AsyncClient) -> None:
    """Nothing is made twice, and nothing is refused but to submit again."""
    page = await loaded(http, running)
    first = await page.run("Onboard")
    assert await page.run("Onboard") == first
    assert (
        await consent((await page.run("Consent"))["service"]["invitation"]["developmentLink"], "Again") == "Thank you"
    )
    for name in ("Onboard", "Consent", "Attach", "Attach", "Upload", "Upload"):
        await page.run(name)

    assert (await page.run("Consent"))["service"]["invitation"]["developmentLink"] is None


def test_every_tab_teaches_and_is_valid() -> None:
    """In the order of the procedure, each with what it does, what to look at and what comes next."""
    tabs = config(None)["tabs"]

    assert [operation(tab).name.value for tab in tabs] == ORDER  # type: ignore[union-attr]  # each has a name
    for place, tab in enumerate(tabs, 1):
        comment = [line for line in tab["query"].splitlines() if line.startswith("#")]
        assert comment[0].startswith(f"# {place} of {len(ORDER)}: ")
        assert any(line.startswith("# In the answer: ") or "of the answer" in line for line in comment)
        assert max(map(len, comment)) <= 60, "wider is cut off beside the answer"
        assert validate(SCHEMA, parse(tab["query"])) == []
        needed = {variable.variable.name.value for variable in operation(tab).variable_definitions or ()}
        assert needed == tab["variables"].keys()


def test_no_tab_speaks_of_an_id() -> None:
    """Everything is named by the caller's own reference."""
    tabs = config(None)["tabs"]

    assert not any("id:" in tab["query"].lower() or " id\n" in tab["query"] for tab in tabs)
    assert len({tab["variables"]["ref"] for tab in tabs if "ref" in tab["variables"]}) == 1


@pytest.mark.parametrize(
    "headers",
    [
        {"X-Forwarded-For": "127.0.0.1"},
        {"Forwarded": "for=127.0.0.1"},
        {"X-Forwarded-Proto": "http"},
        {"X-Forwarded-Server": "proxy"},
        {"X-Client-IP": "127.0.0.1"},
        {"CF-Connecting-IP": "127.0.0.1"},
        {"True-Client-IP": "127.0.0.1"},
        {"Via": "1.1 proxy"},
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
)
async def test_no_token_is_handed_out_beyond_this_machine(
    running: Running, http: httpx.AsyncClient, headers: dict[str, str]
) -> None:
    """Not to a page of another origin, and not to whoever comes through a proxy."""
    there = await http.get(f"{running.address}/graphiql/config.json", headers=headers)
    here = await http.get(f"{running.address}/graphiql/config.json")

    assert there.json()["headers"] == {"Authorization": f"Bearer {TO_FILL_IN}"}
    assert TO_FILL_IN not in here.text


@pytest.mark.parametrize("host", ["numberline.example", "localhost.example"])
async def test_no_token_is_handed_out_to_a_page_elsewhere_whose_name_was_made_to_lead_here(
    running: Running, http: httpx.AsyncClient, host: str
) -> None:
    """It is not even answered."""
    there = await http.get(f"{running.address}/graphiql/config.json", headers={"Host": host})

    assert there.status_code == 421
    assert "Bearer" not in there.text


@pytest.mark.parametrize(
    ("changes", "client"),
    [
        ({"development": False}, "127.0.0.1"),
        ({"host": "192.0.2.1"}, "127.0.0.1"),
        ({"public_url": "https://numberline.example"}, "127.0.0.1"),
        ({"issuer": "https://issuer.example"}, "127.0.0.1"),
        ({}, "192.0.2.7"),
        ({}, None),
    ],
    ids=str,
)
def test_no_token_is_handed_out_by_any_other_server(
    tmp_path: Path, changes: dict[str, Any], client: str | None
) -> None:
    """Where one of the conditions fails."""
    settings = Settings(development=True, data_dir=tmp_path)

    def token(settings: Settings, client: str | None) -> str | None:
        headers = [(b"host", b"127.0.0.1:8000")]
        asked = {"type": "http", "path": "/", "headers": headers, "client": (client, 1) if client else None}
        return development_token(settings, Request(asked))

    assert token(settings, "127.0.0.1")
    assert token(settings.model_copy(update=changes), client) is None


@pytest.mark.parametrize(
    "given",
    [(Level.SYSTEM, Role.OPERATOR), (Level.SYSTEM, Role.MONITOR), (Level.PROVIDER, Role.ADMIN)],
    ids=str,
)
async def test_the_link_of_an_invitation_is_for_an_admin_at_system_level_alone(
    api: Api, running: Running, given: tuple[Level, Role]
) -> None:
    """It is a secret: whoever has it can consent."""
    owner = await estate(api)
    service = await onboard(api, owner, mode="INTEGRATED")
    document = "query($by: ServiceBy!) { service(by: $by) { invitation { email developmentLink } } }"
    bound_to = None if given[0] is Level.SYSTEM else owner.provider
    other = api.as_(running.token(*given, bound_to=bound_to))

    seen = (await other.query(document, by={"id": service}))["service"]["invitation"]
    link = (await api.query(document, by={"id": service}))["service"]["invitation"]["developmentLink"]

    assert seen == {"email": owner.admin, "developmentLink": None}
    assert link.startswith(f"{running.address}/consent/")
