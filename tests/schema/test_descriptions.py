"""What explorers such as GraphiQL show beside every name."""

import re
from collections.abc import Iterator
from typing import Any

from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLSchema,
    build_schema,
    specified_scalar_types,
)

from schema.build import print_sdl

SCHEMA: GraphQLSchema = build_schema(print_sdl())
BY_SPECIFICATION = specified_scalar_types.keys()


def described(schema: GraphQLSchema) -> Iterator[tuple[str, str | None]]:
    """Yield every name that a client can meet, dotted, with its description."""
    own = (kind for name, kind in schema.type_map.items() if not name.startswith("__") and name not in BY_SPECIFICATION)
    for kind in own:
        yield kind.name, kind.description
        for name, member in _members(kind):
            yield f"{kind.name}.{name}", member.description
            for argument, value in getattr(member, "args", {}).items():
                yield f"{kind.name}.{name}({argument})", value.description


def _members(kind: GraphQLNamedType) -> Iterator[tuple[str, Any]]:
    if isinstance(kind, GraphQLObjectType | GraphQLInterfaceType | GraphQLInputObjectType):
        yield from kind.fields.items()
    elif isinstance(kind, GraphQLEnumType):
        yield from kind.values.items()


def test_everything_says_what_it_is() -> None:
    """A description on every type, field, argument, input field and enum value."""
    assert [name for name, text in described(SCHEMA) if not text] == []


def test_descriptions_are_sentences_without_the_indentation_of_our_source() -> None:
    """They are read by people, in a narrow column."""
    texts = [(name, text or "") for name, text in described(SCHEMA)]

    assert [name for name, text in texts if text != text.strip() or "\n  " in text] == []
    assert [name for name, text in texts if not re.search(r"""[.)\]"]$""", text)] == []


def test_every_field_that_may_be_null_says_what_null_means() -> None:
    """Otherwise nobody knows whether to wait, to ask again or to show nothing."""
    objects = (kind for kind in SCHEMA.type_map.values() if isinstance(kind, GraphQLObjectType))
    nullable = {
        f"{kind.name}.{name}": field.description or ""
        for kind in objects
        if not kind.name.startswith("__")
        for name, field in kind.fields.items()
        if not isinstance(field.type, GraphQLNonNull)
    }

    assert "Number.problem" in nullable
    assert [name for name, text in nullable.items() if "null" not in text.lower()] == []


def test_a_page_and_its_rows_say_of_what_they_are() -> None:
    """Though all of them are made of one type."""
    pages = {kind.name: kind.description or "" for kind in SCHEMA.type_map.values() if kind.name.startswith("Sip")}
    assert "`SipConnection`" in pages["SipConnectionConnection"]
    assert "`SipConnection`" in pages["SipConnectionEdge"]


def test_a_mutation_says_who_may_use_it() -> None:
    """By the table that the gate goes by."""
    mutations = SCHEMA.mutation_type.fields if SCHEMA.mutation_type else {}
    described = {name: field.description or "" for name, field in mutations.items()}
    assert described["tenantCreate"].endswith("Least role: ADMIN; levels: SYSTEM.")
    assert described["uploadSubmit"].endswith("Least role: OPERATOR; levels: SYSTEM, PROVIDER, CHANNEL.")
    assert [name for name, text in described.items() if "Least role: " not in text] == []


def test_the_walk_sees_every_sort_of_name() -> None:
    """So that the test above cannot pass by looking at nothing."""
    names = dict(described(SCHEMA))
    assert names.keys() >= {
        "Query",
        "Query.services",
        "Query.services(filter)",
        "ServicesFilter.search",
        "ServiceStatus.READY",
        "Node.id",
        "PhoneNumber",
    }
