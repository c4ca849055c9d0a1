"""Errors leave the schema with a code, and what nobody foresaw leaves nothing of itself."""

import logging

import psycopg
import pytest
from psycopg import sql
from sqlalchemy import make_url

from schema.build import NumberlineSchema
from schema.context import Context

FAULTS = [
    ("{ viewer { ", "GRAPHQL_PARSE_FAILED"),
    ("{ viewer { age } }", "GRAPHQL_VALIDATION_FAILED"),
    ('{ services(first: "ten") { totalCount } }', "GRAPHQL_VALIDATION_FAILED"),
    ("query($id: ID!) { node(id: $id) { id } }", "GRAPHQL_VALIDATION_FAILED"),
    ('{ service(by: { id: "a", reference: "b" }) { id } }', "GRAPHQL_VALIDATION_FAILED"),
    ("{ service(by: { }) { id } }", "GRAPHQL_VALIDATION_FAILED"),
]


@pytest.mark.parametrize(("document", "code"), FAULTS)
async def test_a_document_that_cannot_run_is_told_so_with_a_code(
    schema: NumberlineSchema, context: Context, document: str, code: str
) -> None:
    """Syntax, validation and variables."""
    result = await schema.execute(document, context_value=context)

    assert result.errors
    assert {(error.extensions or {}).get("code") for error in result.errors} == {code}


async def test_a_variable_of_the_wrong_type_is_told_so_with_a_code(schema: NumberlineSchema, context: Context) -> None:
    """And says which one."""
    document = "query($first: Int) { services(first: $first) { totalCount } }"

    result = await schema.execute(document, variable_values={"first": "ten"}, context_value=context)

    (error,) = result.errors or ()
    assert error.extensions == {"code": "GRAPHQL_VALIDATION_FAILED"}
    assert "$first" in error.message


async def test_a_user_error_of_one_thing_among_many_says_which(schema: NumberlineSchema, context: Context) -> None:
    """Its place in the list of the input, for the row of a form; every bad row is told at once."""
    document = """mutation($numbers: [EntryInput!]!) {
      numbersReclaim(input: { numbers: $numbers, reason: "squatted" }) {
        userErrors { __typename code path ... on ItemError { index number } }
      }
    }"""
    numbers = [{"single": "reception"}, {"single": "+12125550100"}, {"range": {"first": "+12125550109", "last": "x"}}]

    result = await schema.execute(document, variable_values={"numbers": numbers}, context_value=context)

    item = {"__typename": "ItemError", "code": "NOT_E164", "path": ["input", "numbers"]}
    assert result.data == {
        "numbersReclaim": {
            "userErrors": [{**item, "index": 0, "number": "reception"}, {**item, "index": 2, "number": "+12125550109"}]
        }
    }


@pytest.mark.parametrize(
    ("name", "error"),
    [
        ("x" * 201, {"__typename": "LimitError", "code": "TEXT_TOO_LONG", "limit": 200}),
        ("", {"__typename": "InputError", "code": "BLANK"}),
    ],
)
async def test_a_user_error_says_the_limit_that_was_passed(
    schema: NumberlineSchema, context: Context, name: str, error: dict[str, object]
) -> None:
    """What has no more to say is an InputError."""
    document = """mutation($input: TenantCreateInput!) {
      tenantCreate(input: $input) { userErrors { __typename code ... on LimitError { limit } } }
    }"""
    given = {"kind": "SERVICE_PROVIDER", "name": name}

    result = await schema.execute(document, variable_values={"input": given}, context_value=context)

    assert result.data == {"tenantCreate": {"userErrors": [error]}}


async def test_what_nobody_foresaw_is_masked_behind_an_id_that_is_in_the_log(
    schema: NumberlineSchema, own_context: Context, owner_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    """The caller learns nothing of our insides; whoever reads the log finds all of them."""
    with psycopg.connect(owner_url, autocommit=True) as owner:
        owner.execute("ALTER TABLE customer RENAME TO secret_place")

    with caplog.at_level(logging.ERROR, "schema.errors"):
        result = await schema.execute("{ customers { nodes { id } } }", context_value=own_context)

    (error,) = result.errors or ()
    correlation_id = (error.extensions or {})["correlationId"]
    assert error.extensions == {"code": "INTERNAL_ERROR", "correlationId": correlation_id}
    assert error.message == f"Something went wrong here; report it with the id {correlation_id}."
    assert correlation_id in caplog.text
    assert 'relation "customer" does not exist' in caplog.text


async def test_a_failed_field_leaves_its_siblings_alone(
    schema: NumberlineSchema, own_context: Context, owner_url: str
) -> None:
    """`number` may be null, so the rest of the answer comes."""
    with psycopg.connect(owner_url, autocommit=True) as owner:
        owner.execute("ALTER TABLE number RENAME TO secret_place")

    result = await schema.execute(
        '{ viewer { subject } number(by: { e164: "+12125550100" }) { id } }', context_value=own_context
    )

    assert result.data == {"viewer": {"subject": "tester"}, "number": None}
    assert [error.path for error in result.errors or ()] == [["number"]]


async def test_a_database_that_is_away_is_a_retryable_error(
    schema: NumberlineSchema, own_context: Context, owner_url: str, embedded: str
) -> None:
    """It is not the caller's to mend, so it is no user error either."""
    name = make_url(owner_url).database
    with psycopg.connect(embedded, autocommit=True) as owner:
        owner.execute(sql.SQL("ALTER DATABASE {} ALLOW_CONNECTIONS false").format(sql.Identifier(name or "")))
        owner.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [name])

    mutation = 'mutation { tenantCreate(input: { kind: SERVICE_PROVIDER, name: "N" }) { userErrors { code } } }'
    result = await schema.execute(mutation, context_value=own_context)

    (error,) = result.errors or ()
    assert error.extensions == {"code": "UNAVAILABLE", "retryable": True}
