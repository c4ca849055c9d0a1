"""What a document may ask for at once."""

import re
from pathlib import Path
from typing import Any

import pytest
from graphql import get_introspection_query

from schema.build import NumberlineSchema
from schema.connections import LARGEST_PAGE
from schema.context import Context
from schema.limits import DEEPEST, MOST_ALIASES, MOST_DIRECTIVES, MOST_ROWS, MOST_TOKENS
from schema.queries.nodes import MOST_NODES


async def code(schema: NumberlineSchema, context: Context, document: str, **variables: Any) -> str | None:
    """Return the code of the first error of a document; None where there is none."""
    result = await schema.execute(document, variable_values=variables, context_value=context)
    return (result.errors[0].extensions or {})["code"] if result.errors else None


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        ("{ " + "viewer { " * 21 + "x" + " }" * 22, "DOCUMENT_TOO_DEEP"),
        ("{ " + "viewer { " * 2_000 + "x" + " }" * 2_001, "GRAPHQL_PARSE_FAILED"),
        ("{ " + " ".join(f"a{n}: __typename" for n in range(201)) + " }", "TOO_MANY_ALIASES"),
        ("{ __typename " + "@include(if: true) " * 201 + "}", "TOO_MANY_DIRECTIVES"),
        ("{ " + "__typename " * 10_000 + "}", "GRAPHQL_PARSE_FAILED"),
        ("{ ...a } fragment a on Query { ...a }", "GRAPHQL_VALIDATION_FAILED"),
        ("{ ...a }", "GRAPHQL_VALIDATION_FAILED"),
    ],
    ids=["deep", "deeper than the parser goes", "aliases", "directives", "tokens", "circle", "nothing"],
)
async def test_a_document_that_asks_for_too_much_is_refused_with_a_code(
    schema: NumberlineSchema, context: Context, document: str, expected: str
) -> None:
    """Before it is validated, which takes long for such documents."""
    assert await code(schema, context, document) == expected


async def test_depth_is_counted_through_fragments(schema: NumberlineSchema, context: Context) -> None:
    """Each of them is walked once, however often it is spread."""
    spread = "... on Query { ...f1 ...f1 } ...f1"
    chain = " ".join(f"fragment f{n} on Query {{ viewer {{ ...f{n + 1} ...f{n + 1} }} }}" for n in range(1, 40))
    assert await code(schema, context, f"{{ {spread} }} {chain} fragment f40 on Query {{ __typename }}") == (
        "DOCUMENT_TOO_DEEP"
    )


async def test_introspection_is_within_the_limits(schema: NumberlineSchema, context: Context) -> None:
    """As GraphiQL and code generators ask for it."""
    assert await code(schema, context, get_introspection_query(input_value_deprecation=True)) is None


@pytest.mark.parametrize(
    ("document", "rows"),
    [
        ("{ viewer { level } }", None),
        ("{ services { totalCount } }", 50),
        ("{ services(first: 10) { nodes { id } } }", 10),
        ("{ services(last: 7) { edges { node { id } } } }", 7),
        ("{ services(first: 10) { nodes { locations(first: 5) { nodes { id } } } } }", 60),
        ("{ ...all } fragment all on Query { a: services(first: 3) { ... on ServiceConnection { totalCount } } }", 3),
        ('{ nodes(ids: ["a", "b"]) { ... on Service { locations(first: 5) { totalCount } } } }', 12),
        ("query($n: Int = 4) { services(first: $n) { totalCount } }", 4),
    ],
)
async def test_the_rows_of_lists_within_lists_are_multiplied_and_told(
    schema: NumberlineSchema, context: Context, document: str, rows: int | None
) -> None:
    """In `extensions.cost`, where there are lists at all."""
    result = await schema.execute(document, context_value=context)
    assert result.errors is None
    assert result.extensions == ({"cost": {"rows": rows, "limit": MOST_ROWS}} if rows else {})


def test_the_guide_states_the_limits() -> None:
    """As they are."""
    page = (Path(__file__).parents[2] / "docs" / "guide" / "schema.md").read_text()
    stated = re.findall(r"^\| .+ \| ([0-9,]+) \| `\w+` \|$", page, re.MULTILINE)
    most = (MOST_TOKENS, DEEPEST, MOST_ALIASES, MOST_DIRECTIVES, LARGEST_PAGE, MOST_NODES, MOST_ROWS)
    assert stated == [f"{figure:,}" for figure in most]


async def test_variables_count_as_they_are_given(schema: NumberlineSchema, context: Context) -> None:
    """The same document may be small or too large."""
    document = """query($n: Int!) {
      services(first: $n) { nodes { locations(first: $n) { nodes { service {
        locations(first: $n) { totalCount }
      } } } } }
    }"""
    assert await code(schema, context, document, n=40) is None
    assert await code(schema, context, document, n=100) == "TOO_MANY_ROWS"
