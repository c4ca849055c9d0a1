"""The application as a whole: its addresses, and what it answers before GraphQL begins."""

from typing import Any

import httpx
import pytest

from store.vocabulary import Level, Role
from tests.api.conftest import Running
from tests.api.journey import Api, Estate, estate, eventually, onboard


async def test_the_root_leads_to_graphiql(running: Running, http: httpx.AsyncClient) -> None:
    """Somebody who types the bare address ends up somewhere useful."""
    answer = await http.get(f"{running.address}/")
    assert (answer.status_code, answer.headers["location"]) == (307, "/graphql")


@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize("path", ["/nothing", "/graphql/x", "/graphiql/static/nothing", "/templates/other.csv"])
async def test_an_address_that_leads_nowhere_says_so_with_a_code(api: Api, method: str, path: str) -> None:
    """As every other refusal does; a HEAD has no body to say it in."""
    answer = await api.http.request(method, api.address + path)

    assert (answer.status_code, answer.headers["content-type"]) == (404, "application/json")
    assert method == "HEAD" or answer.json()["errors"][0]["extensions"] == {"code": "PATH_UNKNOWN"}


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/healthz",
        "/outbox",
        "/numbers.csv",
        "/templates/numbers.csv",
        "/graphiql/config.json",
        "/consent/callback",
        "/consent/any",
    ],
)
async def test_a_method_that_an_address_does_not_have_is_refused_with_a_code(api: Api, path: str) -> None:
    """And the header Allow says which it has."""
    answer = await api.http.request("DELETE", api.address + path)

    assert (answer.status_code, answer.headers["content-type"]) == (405, "application/json")
    assert answer.json()["errors"][0]["extensions"] == {"code": "METHOD_NOT_ALLOWED"}
    assert {"GET", "HEAD"} <= set(answer.headers["allow"].split(", "))


async def test_a_browser_gets_graphiql_where_programs_get_graphql(running: Running, http: httpx.AsyncClient) -> None:
    """The page where it is installed, and else a page that says what to do."""
    page = await http.get(f"{running.address}/graphql", headers={"accept": "text/html,application/xhtml+xml"})

    assert page.status_code in {200, 503}
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert "GraphiQL" in page.text


async def test_a_parameter_that_is_none_of_ours_leads_to_graphiql_all_the_same(
    running: Running, http: httpx.AsyncClient
) -> None:
    """Links get them on their way."""
    page = await http.get(f"{running.address}/graphql?utm_source=letter", headers={"accept": "text/html"})

    assert page.headers["content-type"] == "text/html; charset=utf-8"


async def test_a_query_by_get_is_answered_as_a_query(api: Api) -> None:
    """Even to a browser, since there is a query."""
    headers = {**api.headers, "accept": "text/html,application/json"}

    answer = await api.http.get(f"{api.address}/graphql", params={"query": "{ viewer { subject } }"}, headers=headers)

    assert answer.json()["data"] == {"viewer": {"subject": "tester"}}


async def test_a_mutation_by_get_does_nothing(api: Api, unique: str) -> None:
    """A link must not act."""
    document = (
        f'mutation {{ tenantCreate(input: {{ kind: SERVICE_PROVIDER, name: "{unique}" }}) {{ tenant {{ id }} }} }}'
    )

    answer = await api.http.get(f"{api.address}/graphql", params={"query": document}, headers=api.headers)

    assert (answer.status_code, answer.headers["allow"]) == (405, "POST")
    assert answer.json()["errors"][0]["extensions"] == {"code": "METHOD_NOT_ALLOWED"}
    assert await api.make("tenantCreate", kind="SERVICE_PROVIDER", name=unique)


@pytest.mark.parametrize(
    ("document", "variables", "code"),
    [
        ("{ viewer {", {}, "GRAPHQL_PARSE_FAILED"),
        ("{ viewer { age } }", {}, "GRAPHQL_VALIDATION_FAILED"),
        ("query($id: ID!) { node(id: $id) { id } }", {}, "GRAPHQL_VALIDATION_FAILED"),
        ("query($first: Int) { services(first: $first) { totalCount } }", {"first": "x"}, "GRAPHQL_VALIDATION_FAILED"),
    ],
)
async def test_a_document_that_cannot_run_has_a_code_over_http(
    api: Api, document: str, variables: dict[str, Any], code: str
) -> None:
    """Syntax, validation, variables."""
    assert await api.codes(document, **variables) == [code]


@pytest.mark.parametrize(
    ("level", "role"),
    [(Level.SYSTEM, Role.OPERATOR), (Level.SYSTEM, Role.MONITOR), (Level.PROVIDER, Role.ADMIN)],
)
async def test_the_outbox_is_for_the_systems_admin_alone(
    api: Api, running: Running, owner: Estate, level: Level, role: Role
) -> None:
    """Invitations are secrets."""
    bound_to = None if level is Level.SYSTEM else owner.provider
    token = running.token(level, role, bound_to)

    assert await _outbox(api.as_(token)) == (403, {"code": "FORBIDDEN"})
    assert await _outbox(api.as_(None)) == (401, {"code": "UNAUTHENTICATED"})
    assert await _outbox(api.as_("garbage")) == (401, {"code": "UNAUTHENTICATED"})


async def test_the_outbox_holds_the_invitations(api: Api) -> None:
    """Those to one address, the newest first, with a link each."""
    owner = await estate(api)
    for name in ("First", "Second"):
        await onboard(api, owner, mode="INTEGRATED", name=name)

    async def both() -> list[dict[str, str]]:
        answer = await api.http.get(f"{api.address}/outbox", params={"to": owner.admin}, headers=api.headers)
        letters: list[dict[str, str]] = answer.json()["letters"]
        return letters if len(letters) == 2 else []

    letters = await eventually(both)
    assert {letter["to"] for letter in letters} == {owner.admin}
    assert sorted(letter["subject"].rpartition(" ")[2] for letter in letters) == ["First", "Second"]
    assert letters[0]["at"] >= letters[1]["at"]
    assert all(f"{api.address}/consent/" in letter["text"] for letter in letters)


async def _outbox(api: Api) -> tuple[int, Any]:
    answer = await api.http.get(f"{api.address}/outbox", headers=api.headers)
    return answer.status_code, answer.json()["errors"][0]["extensions"]
