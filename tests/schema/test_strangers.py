"""What somebody without a token may ask."""

import pytest
from graphql import get_introspection_query

from schema.strangers import asks_for_schema_alone

MOST = 4_000


@pytest.mark.parametrize(
    "document",
    [
        get_introspection_query(),
        "{ __typename }",
        "query Q($n: String!) { a: __type(name: $n) { ...T } __schema { description } } fragment T on __Type { name }",
        "query A { __typename } query B { __typename }",
    ],
)
def test_the_schema_is_for_everybody(document: str) -> None:
    """GraphiQL and code generators load it before there is a token."""
    assert asks_for_schema_alone(document, MOST)


@pytest.mark.parametrize(
    "document",
    [
        "",
        "{",
        "{ viewer { role } }",
        "{ viewer { __typename } }",
        "{ __typename viewer { role } }",
        "{ __nothing }",
        "mutation { __typename }",
        "subscription { __typename }",
        "query A { __typename } query B { viewer { role } }",
        "{ ...F } fragment F on Query { __typename }",
        "{ ... on Query { __typename } }",
        "fragment F on Query { __typename }",
        "{ __typename " * 3_000,
        "{ __typename " + "{ a " * 1_900 + "}" * 1_900 + "}",
        "{ " + "__typename " * 5_000 + "}",
    ],
    ids=lambda document: document[:60],
)
def test_nothing_else_is(document: str) -> None:
    """Nor what would take long to tell."""
    assert not asks_for_schema_alone(document, MOST)
