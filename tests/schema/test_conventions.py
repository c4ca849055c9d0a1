"""What holds for every part of the schema alike, so that a client learns it once."""

import pytest
from graphql import (
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLObjectType,
    build_schema,
    get_named_type,
)

from schema.build import print_sdl

SCHEMA = build_schema(print_sdl())
TYPES = SCHEMA.type_map
assert SCHEMA.mutation_type
assert SCHEMA.subscription_type
MUTATIONS = SCHEMA.mutation_type.fields
SUBSCRIPTIONS = SCHEMA.subscription_type.fields
OBJECTS = [kind for name, kind in TYPES.items() if isinstance(kind, GraphQLObjectType) and not name.startswith("__")]
LISTS = {
    f"{kind.name}.{name}": field
    for kind in OBJECTS
    for name, field in kind.fields.items()
    if isinstance(pages := get_named_type(field.type), GraphQLObjectType) and "pageInfo" in pages.fields
}
NODE = TYPES["Node"]


@pytest.mark.parametrize("name", MUTATIONS)
def test_a_mutation_takes_one_input_of_its_own_and_answers_with_a_payload_of_its_own(name: str) -> None:
    """With what was changed, where it was, and why not."""
    field, own = MUTATIONS[name], name[0].upper() + name[1:]
    payload = get_named_type(field.type)
    assert {argument: str(given.type) for argument, given in field.args.items()} == {"input": f"{own}Input!"}
    assert str(field.type) == f"{own}Payload!"
    assert isinstance(payload, GraphQLObjectType)
    assert str(payload.fields["userErrors"].type) == "[UserError!]!"
    assert len(payload.fields) > 1


@pytest.mark.parametrize("name", LISTS)
def test_a_list_is_a_connection_that_pages_both_ways(name: str) -> None:
    """With edges, nodes, page info and a count (Relay's cursor connections)."""
    field: GraphQLField = LISTS[name]
    pages = get_named_type(field.type)
    assert isinstance(pages, GraphQLObjectType)
    row = str(pages.fields["nodes"].type).strip("[]!")
    edge = TYPES[f"{row}Edge"]
    assert isinstance(edge, GraphQLObjectType)
    assert {argument: str(field.args[argument].type) for argument in ("first", "after", "last", "before")} == {
        "first": "Int",
        "after": "String",
        "last": "Int",
        "before": "String",
    }
    assert {part: str(given.type) for part, given in pages.fields.items()} == {
        "edges": f"[{row}Edge!]!",
        "nodes": f"[{row}!]!",
        "pageInfo": "PageInfo!",
        "totalCount": "Int!",
    }
    assert {part: str(given.type) for part, given in edge.fields.items()} == {"cursor": "String!", "node": f"{row}!"}


@pytest.mark.parametrize("name", SUBSCRIPTIONS)
def test_an_event_carries_its_node_and_a_cursor_to_resume_after(name: str) -> None:
    """So that a cache is brought up to date by itself, and nothing is missed."""
    event = get_named_type(SUBSCRIPTIONS[name].type)
    assert isinstance(event, GraphQLObjectType)
    carried = [get_named_type(field.type) for field in event.fields.values()]
    assert str(event.fields["cursor"].type) == "String!"
    assert str(SUBSCRIPTIONS[name].args["after"].type) == "String"
    assert any(isinstance(kind, GraphQLObjectType) and NODE in kind.interfaces for kind in carried)


def test_what_names_a_thing_is_exactly_one_of_several_ways() -> None:
    """By the directive that clients and servers both check."""
    names = [kind for name, kind in TYPES.items() if name.endswith("By") and isinstance(kind, GraphQLInputObjectType)]
    assert len(names) > 5
    assert [kind.name for kind in names if not kind.is_one_of] == []


def test_every_user_error_says_what_where_and_why() -> None:
    """Whatever more it says."""
    said = {"code": "ErrorCode!", "message": "String!", "path": "[String!]!"}
    kind = TYPES["UserError"]
    assert isinstance(kind, GraphQLInterfaceType)
    assert {name: str(field.type) for name, field in kind.fields.items()} == said
    assert sorted(each.name for each in SCHEMA.get_possible_types(kind)) == ["InputError", "ItemError", "LimitError"]


def test_an_order_is_an_enum_with_a_default() -> None:
    """A list is always in some order, or its pages would not hold together."""
    orders = [field.args["orderBy"] for field in LISTS.values() if "orderBy" in field.args]
    assert orders
    assert all(isinstance(get_named_type(order.type), GraphQLEnumType) for order in orders)
    assert all(order.default is not None for order in orders)
