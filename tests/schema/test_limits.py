"""How much one operation may ask for."""

import asyncio
import re
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import strawberry
from graphql import (
    GraphQLInputObjectType,
    GraphQLSchema,
    get_introspection_query,
    get_named_type,
    get_operation_ast,
    parse,
)
from graphql import build_schema as read_schema
from strawberry.types.execution import ExecutionResult

from provisioning import choosing
from provisioning.reconciliation import choice
from provisioning.uploads.fill import MOST_ENTRIES
from schema.build import build_schema
from schema.connections import LARGEST_PAGE
from schema.context import Context
from schema.documents import MOST_MISTAKES, DocumentValidator
from schema.limits import OperationLimits
from schema.limits.cost import COUNTS, LIST, PAGE, TOLD, cost, sizes
from schema.limits.size import PASTED
from schema.queries.nodes import MOST_NODES
from schema.subscriptions.services import MOST_SERVICES
from tests.schema.abuse import ABUSE

SDL = read_schema((Path(__file__).parents[2] / "schema.graphql").read_text())
LIMITS = OperationLimits()
LONG = "x" * (LIMITS.text + 1)
IMPORT = {"upload": {"id": "a"}, "source": {"text": LONG}}

PAGED = 1 + PAGE
"""What a page costs without its rows."""


@pytest.mark.parametrize("name", ABUSE)
async def test_too_much_is_refused_with_a_code(name: str) -> None:
    """Before anything is resolved."""
    document, code = ABUSE[name]

    found = await executed(document)

    assert {codes(found)[0]} == {code or "GRAPHQL_VALIDATION_FAILED"}
    assert found.data is None


@pytest.mark.parametrize(
    ("given", "document"),
    [
        ({"tokens": 11}, "{ viewer { role } node(id: 1) }"),
        ({"depth": 1}, "{ viewer { role } }"),
        ({"fields": 1}, "{ a: viewer b: viewer }"),
        ({"selections": 2}, "{ viewer { role level } }"),
        ({"aliases": 1}, "{ a: viewer { b: role } }"),
        ({"directives": 1}, "{ viewer @a { role @a } }"),
        ({"variables": 1}, "query($a: Int, $b: Int) { viewer { role } }"),
        ({"fragments": 0}, "{ ...A } fragment A on Query { a }"),
        ({"repetitions": 2}, "{ viewer viewer viewer }"),
        ({"repetitions": 2}, "{ ...A ...A ...A } fragment A on Query { a }"),
        ({"cost": 160}, "{ numbers { nodes { location { id } service { id } } } }"),
        ({"introspection": False}, '{ viewer { role } __type(name: "Query") { name } }'),
    ],
    ids=str,
)
async def test_a_limit_is_what_it_says(given: dict[str, int], document: str) -> None:
    """What it allows is not refused for its size; one more is, and is told so."""
    beyond = await executed(document, replace(LIMITS, **given))
    within = await executed(document, replace(LIMITS, **{name: most + 1 for name, most in given.items()}))

    refusals = [code for code in codes(beyond) if code.startswith(("TOO_", "DOCUMENT_", "INTROSPECTION_"))]
    assert len(refusals) == 1
    assert not set(refusals) & set(codes(within))
    assert "{" not in (beyond.errors or [])[0].message


@pytest.mark.parametrize(
    "given",
    [["a", "b", "c"], [["a"], "b"], {"a": {"b": ["c"]}}, [{"single": "a"}, "b"], {"ids": ["a", "b"]}],
    ids=str,
)
async def test_variables_hold_so_many_values(given: Any) -> None:
    """Each is looked at before anything can be answered, to somebody else either. Lists and objects count as well."""
    document = "query($ids: [ID!]!) { nodes(ids: $ids) { id } }"
    refusals = [codes(await executed(document, replace(LIMITS, values=most), ids=given)) for most in (3, 4)]

    assert refusals[0] == ["TOO_MANY_VALUES"]
    assert refusals[1] != ["TOO_MANY_VALUES"]


@pytest.mark.parametrize(
    ("document", "variables"),
    [
        ("query($a: String!) { services(filter: {search: $a}) { totalCount } }", {"a": LONG}),
        ("query($text: String!) { services(filter: {search: $text}) { totalCount } }", {"text": LONG}),
        ("query($a: UploadStatus!) { uploads(filter: {status: [$a]}) { totalCount } }", {"a": LONG}),
        ("query($a: [ID!]!) { nodes(ids: $a) { id } }", {"a": ["a", LONG]}),
        ("query($a: NumbersFilter!) { numbers(filter: $a) { totalCount } }", {"a": {"search": LONG}}),
        ("query($a: NumbersFilter!) { numbers(filter: $a) { totalCount } }", {"a": {LONG: 1}}),
        ("query($a: NumbersFilter!) { numbers(filter: $a) { totalCount } }", {"a": {"text": [LONG]}}),
        (
            "mutation($a: String!) { uploadImport(input: {upload: {id: $a}, source: {text: $a}}) { __typename } }",
            {"a": LONG},
        ),
        ("{ viewer { role } }", {"a": LONG}),
    ],
    ids=range(9),
)
async def test_a_text_in_variables_is_so_long(document: str, variables: dict[str, Any]) -> None:
    """Wherever it stands, names within objects included; what is within the limit is not refused for it."""
    beyond = await executed(document, **variables)
    within = await executed(document, replace(LIMITS, text=len(LONG)), **variables)

    assert codes(beyond) == ["TEXT_TOO_LONG"]
    assert len((beyond.errors or [])[0].message) < len(LONG)
    assert "TEXT_TOO_LONG" not in codes(within)


@pytest.mark.parametrize(
    ("document", "variables"),
    [
        ("mutation($a: UploadImportInput!) { uploadImport(input: $a) { __typename } }", {"a": IMPORT}),
        (
            "mutation($a: ImportSource!) { uploadImport(input: {upload: {id: 1}, source: $a}) { __typename } }",
            {"a": IMPORT["source"]},
        ),
        (
            "mutation($a: String!) { uploadImport(input: {upload: {id: 1}, source: {text: $a}}) { __typename } }",
            {"a": LONG},
        ),
        (
            "mutation A { ...A } fragment A on Mutation { numbersUpload(input: {source: {text: $a}}) { __typename } }",
            {"a": LONG},
        ),
    ],
    ids=["input", "source", "text", "fragment"],
)
async def test_a_pasted_file_may_be_longer(document: str, variables: dict[str, Any]) -> None:
    """However it is handed over; the limit of a body is its own."""
    assert "TEXT_TOO_LONG" not in codes(await executed(document, **variables))


def test_only_pasted_files_are_called_so() -> None:
    """What is called `text` may be long, so that no other input may have a field of that name, or hold anything."""
    inputs = [one for one in SDL.type_map.values() if isinstance(one, GraphQLInputObjectType)]
    taken = [(one.name, name, get_named_type(field.type)) for one in inputs for name, field in one.fields.items()]

    assert [(owner, str(kind)) for owner, name, kind in taken if name == PASTED] == [("ImportSource", "String")]
    assert "JSON" not in {str(kind) for _, _, kind in taken}


async def test_some_mistakes_of_a_document_are_told() -> None:
    """Each is compared with all that might have been meant, which takes long."""
    document = "{" + " ".join(f"... on UploadsFilterPayload{number} {{ role }}" for number in range(50)) + "}"

    found = await executed(document)

    assert len(codes(found)) == MOST_MISTAKES + 1  # the last one says that there are more
    assert set(codes(found)) == {"GRAPHQL_VALIDATION_FAILED"}


@pytest.mark.parametrize("source", ['{text: "a", file: null}', "{}"])
async def test_one_of_several_is_asked_for_in_the_document_as_well(source: str) -> None:
    """What Strawberry adds to the rules of validation is kept."""
    found = await executed(
        f"mutation {{ uploadImport(input: {{upload: {{id: 1}}, source: {source}}}) {{ __typename }} }}"
    )

    assert codes(found) == ["GRAPHQL_VALIDATION_FAILED"]


async def test_ten_thousand_ranges_are_not_too_many_values() -> None:
    """So many an upload takes at once."""
    entries = [{"range": {"first": "a", "last": "b"}}] * MOST_ENTRIES
    document = "mutation($input: UploadAddNumbersInput!) { uploadAddNumbers(input: $input) { upload { id } } }"

    found = await executed(document, input={"upload": {"id": "a"}, "entries": entries})

    assert codes(found) == ["UNAUTHENTICATED"]


@pytest.mark.parametrize(
    ("document", "variables", "expected"),
    [
        ("{ viewer { role level } }", {}, 1),
        ("{ numbers { nodes { id } } }", {}, PAGED + 50),
        ("{ numbers(first: 100) { nodes { id } pageInfo { endCursor } } }", {}, PAGED + 100 + 1),
        ("{ numbers(last: 3) { edges { node { location { id } service { id } } } } }", {}, PAGED + 3 * (1 + 1 + 2)),
        ("query($n: Int) { numbers(first: $n) { nodes { id } } }", {"n": 7}, PAGED + 7),
        ("query($n: Int) { numbers(first: $n) { nodes { id } } }", {}, PAGED + 50),
        ("query($n: Int = 9) { numbers(first: $n) { nodes { id } } }", {}, PAGED + 9),
        ("query($n: Int = 9) { numbers(first: $n) { nodes { id } } }", {"n": 8}, PAGED + 8),
        ("{ numbers(first: 1000000000) { nodes { id } } }", {}, PAGED + 100),
        ("{ numbers(first: -5) { nodes { id } } }", {}, PAGED + 1),
        ("{ numbers { totalCount } }", {}, PAGED + COUNTS["totalCount"]),
        ("{ a: services(first: 3) { ... on ServiceConnection { totalCount } } }", {}, PAGED + COUNTS["totalCount"]),
        ("{ services(first: 2) { nodes { locations(first: 3) { nodes { id } } } } }", {}, PAGED + 2 * (1 + PAGED + 3)),
        ("{ callingProfiles(first: 2) { nodes { sbcDevices { name } } } }", {}, PAGED + 2 * (1 + LIST)),
        ('{ nodes(ids: ["a", "b"]) { id } }', {}, 2),
        ("query($ids: [ID!]!) { nodes(ids: $ids) { id ... on Number { service { id } } } }", {"ids": ["a"] * 5}, 10),
        (
            (
                "{ ...A } fragment A on Query { numbers(first: 2) { ...B } }"
                "fragment B on NumberConnection { nodes { id } }"
            ),
            {},
            PAGED + 2,
        ),
        ("query($n: Int) { numbers(first: $n) { nodes { id } } }", {"n": 8.0}, PAGED + 8),
        ('query($ids: [ID!]! = ["a", "b", "c"]) { nodes(ids: $ids) { id } }', {}, 3),
        ("{ numberCounts { total byStatus { count } } }", {}, 1 + COUNTS["numberCounts"] + LIST),
        ("{ uploads(first: 2) { nodes { entryCounts { total } } } }", {}, PAGED + 2 * (1 + 1 + COUNTS["entryCounts"])),
        ("query A { viewer { role } } query B { numbers { nodes { id } } }", {}, 1),
    ],
)
def test_a_cost_is_how_many_objects_might_be_fetched(document: str, variables: dict[str, Any], expected: int) -> None:
    """Told from the document and its variables alone."""
    assert of(SDL, document, variables) == expected


async def test_an_answer_says_what_it_cost() -> None:
    """With the limit, so that a client sees how far it may go."""
    found = await executed("{ numbers(first: 20) { nodes { service { id } } } }")

    assert found.extensions == {"cost": {"requested": PAGED + 40, "limit": LIMITS.cost}}


@strawberry.type
class Query:
    """A query that never ends."""

    @strawberry.field
    async def forever(self) -> int:
        """Wait."""
        try:
            await asyncio.Event().wait()
        finally:
            ENDED.append("forever")
        return 0


ENDED: list[str] = []


async def test_an_operation_is_stopped_after_its_time() -> None:
    """And all that it waits for."""
    limits = replace(LIMITS, query_time=timedelta(0))
    slow = strawberry.Schema(Query, extensions=[lambda: DocumentValidator(limits)])

    async with asyncio.timeout(5):
        found = await slow.execute("{ forever }")

    assert found.errors
    assert type(found.errors[0].original_error).__name__ == "TooSlow"
    assert ENDED == ["forever"]


async def test_tools_may_ask_for_the_schema() -> None:
    """With all that graphql-js asks for, and GraphiQL."""
    found = await executed(
        get_introspection_query(input_value_deprecation=True, directive_is_repeatable=True, schema_description=True)
    )

    assert found.errors is None


@pytest.mark.parametrize(
    "document",
    [
        get_introspection_query(),
        "{ __schema { types { name kind description fields { name } } } }",
        "{ __schema { types { a: fields { ...A } b: fields { ...A } } } } fragment A on __Field { type { name kind } }",
        "{ __schema { types { fields { type { fields { type { name } } } } } } }",
        "{ __schema { types { enumValues { name } inputFields { name } possibleTypes { name } } } }",
        '{ __type(name: "Mutation") { fields { name args { name type { name } } } } }',
        '{ __type(name: "ErrorCode") { enumValues { name description } } }',
    ],
    ids=str,
)
async def test_asking_for_the_schema_costs_about_what_is_told(document: str) -> None:
    """Within a factor of five, although it is reckoned without looking."""
    found = await executed(document)
    told = fields(found.data)

    assert told / 5 <= of(SDL, document, {}) * TOLD <= told * 5


def fields(data: Any) -> int:
    """Return how many fields an answer has."""
    if isinstance(data, list):
        return sum(map(fields, data))
    return len(data) + sum(map(fields, data.values())) if isinstance(data, dict) else 0


def test_the_guide_states_how_long_lists_may_be() -> None:
    """As it is."""
    page = (Path(__file__).parents[2] / "docs" / "guide" / "schema.md").read_text()
    stated = re.findall(r"^\| .+ \| ([0-9,]+) \| `\w+` \|$", page, re.MULTILINE)

    figures = (LARGEST_PAGE, MOST_NODES, MOST_SERVICES, MOST_ENTRIES, choosing.MOST, choice.MOST)
    assert stated == [f"{figure:,}" for figure in figures]


def of(schema: GraphQLSchema, document: str, variables: dict[str, Any]) -> int:
    """Return the cost of the first operation of a document."""
    parsed = parse(document)
    operation = get_operation_ast(parsed) or next(iter(parsed.definitions))
    return cost(schema, parsed, operation, dict(sizes(variables)))  # type: ignore[arg-type]  # operations come first


async def executed(document: str, limits: OperationLimits = LIMITS, **variables: Any) -> ExecutionResult:
    """Run a document for nobody."""
    nobody = Context(None, None)  # type: ignore[arg-type]
    return await build_schema(limits).execute(document, variables, context_value=nobody)


def codes(found: ExecutionResult) -> list[str]:
    """Return the codes of all errors."""
    return [(error.extensions or {}).get("code", "") for error in found.errors or []]
