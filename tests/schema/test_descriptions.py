"""What explorers such as GraphiQL show beside every name."""

import re
from collections.abc import Iterator
from typing import Any

from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLNamedType,
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
