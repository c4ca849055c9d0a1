"""GraphQL over HTTP: media types, methods and statuses."""

from typing import Any

import httpx
import pytest

from tests.api.journey import Api, Site

SUBJECT = "{ viewer { subject } }"
STATUS = "subscription($s: ServiceBy!) { serviceStatusChanged(services: [$s]) { status } }"
LEGACY, MODERN = "application/json", "application/graphql-response+json"


async def ask(api: Api, accept: str | None, **body: Any) -> httpx.Response:
    """Send a request by POST with an Accept header, or without any."""
    request = api.http.build_request("POST", f"{api.address}/graphql", json=body, headers=api.headers)
    del request.headers["accept"]
    if accept is not None:
        request.headers["accept"] = accept
    return await api.http.send(request)


def code(answer: httpx.Response) -> str:
    """Return the code of the only error."""
    (error,) = answer.json()["errors"]
    assert error["message"]
    found: str = error["extensions"]["code"]
    return found


@pytest.mark.parametrize(("accept", "media"), [(None, LEGACY), ("*/*", LEGACY), (LEGACY, LEGACY), (MODERN, MODERN)])
async def test_an_answer_comes_in_the_media_type_that_is_wanted(api: Api, accept: str | None, media: str) -> None:
    """And in application/json where nothing is said."""
    answer = await ask(api, accept, query=SUBJECT)

    assert (answer.status_code, answer.headers["content-type"]) == (200, media)
    assert answer.json()["data"] == {"viewer": {"subject": "tester"}}


async def test_who_takes_nothing_that_we_have_is_told_so(api: Api) -> None:
    """In JSON all the same: it is for people."""
    answer = await ask(api, "text/html", query=SUBJECT)

    assert (answer.status_code, code(answer)) == (406, "NOT_ACCEPTABLE")


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ({"query": "{ viewer {"}, "GRAPHQL_PARSE_FAILED"),
        ({"query": "{ viewer { age } }"}, "GRAPHQL_VALIDATION_FAILED"),
        ({"query": "query($id: ID!) { node(id: $id) { id } }"}, "GRAPHQL_VALIDATION_FAILED"),
        ({"query": "query A { __typename }", "operationName": "B"}, "OPERATION_UNKNOWN"),
        ({"query": "query A { __typename } query B { __typename }"}, "GRAPHQL_VALIDATION_FAILED"),
        ({"query": "fragment F on Query { __typename }"}, "OPERATION_UNKNOWN"),
    ],
)
@pytest.mark.parametrize(("accept", "status"), [(LEGACY, 200), (MODERN, 400)])
async def test_a_document_that_cannot_run_has_the_status_of_its_media_type(
    api: Api, accept: str, status: int, body: dict[str, str], reason: str
) -> None:
    """And no data, for nothing was run."""
    answer = await ask(api, accept, **body)

    assert (answer.status_code, answer.headers["content-type"]) == (status, accept)
    assert (code(answer), set(answer.json()) - {"extensions"}) == (reason, {"errors"})


async def test_one_of_several_operations_runs_where_it_is_named(api: Api) -> None:
    """The others are not looked at."""
    answer = await ask(api, MODERN, query="query A { a: __typename } query B { b: __typename }", operationName="B")

    assert answer.json() == {"data": {"b": "Query"}}


@pytest.mark.parametrize("accept", [LEGACY, MODERN])
async def test_an_answer_in_part_is_an_answer(api: Api, accept: str) -> None:
    """What went wrong stands beside what went well."""
    answer = await ask(api, accept, query='{ __typename numbers(first: 5, after: "x") { nodes { id } } }')

    assert answer.status_code == 200
    assert "data" in answer.json()
    assert code(answer) == "CURSOR_INVALID"


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS"])
async def test_another_method_is_refused(api: Api, method: str) -> None:
    """With those that there are."""
    answer = await api.http.request(method, f"{api.address}/graphql", json={"query": SUBJECT}, headers=api.headers)

    assert (answer.status_code, answer.headers["allow"], code(answer)) == (405, "GET, POST", "METHOD_NOT_ALLOWED")


@pytest.mark.parametrize(
    "kind",
    [None, "text/plain", "application/x-www-form-urlencoded", "application/json; charset=utf-16", "application/jsonx"],
)
async def test_a_content_type_that_is_not_read_is_refused(api: Api, kind: str | None) -> None:
    """Also where there is none: a form on another page could send that."""
    headers = api.headers | ({} if kind is None else {"content-type": kind})

    answer = await api.http.post(f"{api.address}/graphql", content=b'{"query":"{ __typename }"}', headers=headers)

    assert (answer.status_code, code(answer)) == (415, "CONTENT_TYPE_UNSUPPORTED")


@pytest.mark.parametrize(
    "kind", ["Application/JSON", 'application/json; charset="UTF-8"', "application/json;charset=utf8"]
)
async def test_json_is_json_however_it_is_written(api: Api, kind: str) -> None:
    """Media types have no case."""
    headers = api.headers | {"content-type": kind}

    answer = await api.http.post(f"{api.address}/graphql", content=b'{"query":"{ __typename }"}', headers=headers)

    assert answer.json() == {"data": {"__typename": "Query"}}


@pytest.mark.parametrize(
    "parameters",
    [
        {},
        {"query": ""},
        {"query": "{ __typename }", "variables": "{"},
        {"query": "{ __typename }", "variables": "[]"},
        {"query": "{ __typename }", "extensions": "5"},
        {"query": ["{ __typename }", "{ a: __typename }"]},
    ],
)
async def test_a_link_that_is_no_request_is_refused(api: Api, parameters: dict[str, Any]) -> None:
    """Rather than guessed at."""
    answer = await api.http.get(f"{api.address}/graphql", params=parameters, headers=api.headers)

    assert (answer.status_code, code(answer)) == (400, "BAD_REQUEST")


async def test_a_link_may_hold_variables(api: Api) -> None:
    """As JSON; caches have to keep the media types apart."""
    parameters = {"query": "query($n: String!) { __type(name: $n) { name } }", "variables": '{"n": "Query"}'}

    answer = await api.http.get(f"{api.address}/graphql", params=parameters, headers={"accept": MODERN})

    assert answer.json()["data"] == {"__type": {"name": "Query"}}
    assert answer.headers["vary"] == "accept"


@pytest.mark.parametrize("accept", [LEGACY, MODERN])
async def test_a_bad_token_is_refused_in_the_media_type_that_is_wanted(api: Api, accept: str) -> None:
    """401 with a challenge, before anything is run."""
    answer = await ask(api.as_("garbage"), accept, query=SUBJECT)

    assert (answer.status_code, answer.headers["content-type"]) == (401, accept)
    assert (answer.headers["www-authenticate"], code(answer)) == ("Bearer", "UNAUTHENTICATED")


@pytest.mark.parametrize("accept", [None, "*/*", MODERN])
async def test_a_subscription_without_a_stream_is_told_where_to_go(api: Api, site: Site, accept: str | None) -> None:
    """It would otherwise answer null and look as if there were nothing."""
    answer = await ask(api, accept, query=STATUS, variables={"s": {"id": site.service}})

    assert (answer.status_code, code(answer)) == (406, "SUBSCRIPTION_NOT_STREAMED")
    assert "WebSocket" in answer.text
    assert "text/event-stream" in answer.text
