"""Limits of the running server: what is refused, what others notice of it, and what clients may rely on."""

import asyncio
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import httpx
import psycopg
import pytest
from graphql import DocumentNode, OperationDefinitionNode, parse

from api.demo import documents
from api.processes import server
from schema.build import build_schema
from schema.ids import decode
from schema.limits import OperationLimits
from schema.limits.cost import cost, sizes
from schema.limits.size import refused
from tests.api.conftest import Running, environment
from tests.api.guide import steps
from tests.api.journey import Api, Site, eventually, mutation, started
from tests.schema.abuse import ABUSE

GUIDE = Path(__file__).parents[2] / "docs" / "guide"

OURS = [
    *((text, {}) for name, text in vars(documents).items() if name.isupper() and name != "ERRORS"),
    *(
        (step.parts["document"], json.loads(step.parts.get("variables", "{}")))
        for page in sorted(GUIDE.glob("*.md"))
        if page.name != "transport.md"
        for step in steps(page.read_text())
        if "document" in step.parts
    ),
]
"""The documents of the demo and of the guide, with their variables."""

LIMITS = OperationLimits()
HALF = OperationLimits(
    depth=LIMITS.depth // 2,
    fields=LIMITS.fields // 2,
    selections=LIMITS.selections // 2,
    aliases=LIMITS.aliases // 2,
    directives=LIMITS.directives // 2,
    variables=LIMITS.variables // 2,
    fragments=LIMITS.fragments // 2,
    repetitions=LIMITS.repetitions // 2,
)


def test_what_we_show_stays_far_below_the_limits() -> None:
    """Half of each is more than enough for the demo and the guide."""
    schema = build_schema()._schema  # Strawberry has no public way to the graphql-core schema

    assert len(OURS) > 20
    for text, variables in OURS:
        document = parse(text, max_tokens=LIMITS.tokens // 2)
        found = [cost(schema, document, operation, dict(sizes(variables))) for operation in _operations(document)]
        assert refused(document, HALF) is None, text
        assert max(found) <= LIMITS.cost // 2, text


async def test_abuse_is_refused_while_others_are_answered(api: Api) -> None:
    """All of it at once, ten times over; a small query beside it does not wait for the end of it."""
    viewer = {"viewer": {"role": "ADMIN"}}
    abuse = asyncio.gather(*(api.post(document) for document, _ in 10 * [*ABUSE.values()]))
    answered = 0
    async with httpx.AsyncClient(timeout=30) as http:
        while not abuse.done():
            assert await replace(api, http=http).query("{ viewer { role } }") == viewer
            answered += 1
    answers = await abuse

    assert answered >= 3
    for answer, (_, code) in zip(answers, 10 * [*ABUSE.values()], strict=True):
        assert answer.status_code == 200
        assert answer.json()["errors"][0]["extensions"]["code"] == (code or "GRAPHQL_VALIDATION_FAILED")


@pytest.mark.parametrize(
    "body", [[], [{"query": "{ viewer { role } }"}] * 1_000, "{}", 5], ids=["none", "many", "a text", "a number"]
)
async def test_batches_are_not_taken(api: Api, body: object) -> None:
    """One request, one operation: else a limit on requests would be none."""
    answer = await api.http.post(f"{api.address}/graphql", json=body, headers=api.headers)

    assert (answer.status_code, answer.json()["errors"][0]["extensions"]["code"]) == (400, "BAD_REQUEST")


async def test_a_document_has_an_end(api: Api) -> None:
    """Reading a megabyte of text takes a third of a second; as a variable, it is what looks at it that takes long."""
    assert await api.codes("{ viewer { role } } #" + "x" * 1_000_000) == ["DOCUMENT_TOO_LONG"]
    assert await api.codes("query($id: ID!) { node(id: $id) { id } }", id="x" * 1_000_000) == ["TEXT_TOO_LONG"]
    assert await api.query("query($id: ID!) { node(id: $id) { id } }", id="x" * LIMITS.text) == {"node": None}


async def test_too_large_a_page_is_told_as_what_it_is(api: Api) -> None:
    """Its cost is that of the largest page."""
    assert await api.codes("{ numbers(first: 1000000000) { nodes { id } } }") == ["PAGE_SIZE_OUT_OF_RANGE"]


@pytest.fixture(scope="module")
def impatient(running: Running) -> Iterator[str]:
    """A second server on the same data, where a query may take a fifth of a second, and so may waiting for others."""
    own = {"NUMBERLINE_WORKER": "false", "NUMBERLINE_QUERY_TIME": "PT0.2S", "NUMBERLINE_LOCK_TIME": "PT0.2S"}
    with server(environment(running.data_dir, running.control_hub, **own)) as address:
        yield address


async def test_a_query_that_takes_too_long_is_stopped_with_its_statement(impatient: str, api: Api, behind: str) -> None:
    """The database does not go on with what nobody waits for."""
    waiting = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE '%calling_profile%'"
    slow = Api(api.http, impatient, api.token)
    async with (
        await psycopg.AsyncConnection.connect(behind) as blocking,
        await psycopg.AsyncConnection.connect(behind, autocommit=True) as looking,
    ):
        await blocking.execute("LOCK TABLE calling_profile IN ACCESS EXCLUSIVE MODE")
        codes = await slow.codes("{ callingProfiles { nodes { id } } }")

        async def nobody_waits() -> bool | None:
            found = await (await looking.execute(waiting)).fetchone()
            return found == (0,) or None

        await eventually(nobody_waits)

    assert codes == ["TOO_SLOW"]
    assert await slow.query("{ callingProfiles(first: 1) { pageInfo { hasPreviousPage } } }")


async def test_who_meets_somebody_at_work_on_the_same_is_told_to_come_again(
    impatient: str, api: Api, own: Site, behind: str
) -> None:
    """Nothing was done, and the same request goes well afterwards."""
    slow = Api(api.http, impatient, api.token)
    upload = await started(api, own)
    cancel = {"input": {"upload": {"id": upload}}}
    async with await psycopg.AsyncConnection.connect(behind) as working:
        await working.execute("SELECT FROM upload WHERE id = %s FOR UPDATE", [decode(upload)[1]])
        (error,) = (await slow.post(mutation("uploadCancel"), **cancel)).json()["errors"]

    assert (error["extensions"]["code"], error["extensions"]["retryable"]) == ("BUSY", True)
    assert await slow.payload("uploadCancel", cancel["input"]) == {"upload": {"id": upload}, "userErrors": []}


def _operations(document: DocumentNode) -> list[OperationDefinitionNode]:
    return [node for node in document.definitions if isinstance(node, OperationDefinitionNode)]
