"""A list of numbers reads only the columns behind the fields asked for; each field must still be true."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from graphql import GraphQLObjectType, build_schema, get_named_type, is_leaf_type

from tests.api.journey import Api, Site, block, integrated_site, submitted

SCHEMA = build_schema((Path(__file__).parents[2] / "schema.graphql").read_text())


def selections(type_name: str, depth: int) -> Iterator[str]:
    """Yield a selection for every field of a type, alone, and for every field of the objects behind it."""
    type_ = SCHEMA.type_map[type_name]
    assert isinstance(type_, GraphQLObjectType)
    for name, field in type_.fields.items():
        behind = get_named_type(field.type)
        if is_leaf_type(behind):
            yield name
        elif depth and isinstance(behind, GraphQLObjectType) and not field.args:
            yield from (f"{name} {{ {inner} }}" for inner in selections(behind.name, depth - 1))


@pytest.fixture(scope="session")
async def integrated_number(shared: Api) -> dict[str, Any]:
    """A number of an Integrated service, with all there is to say about it, and its neighbour."""
    site: Site = await integrated_site(shared)
    start = block()
    await submitted(shared, site, f"{start}001", f"{start}002", webexPhoneType="DID", serviceInfo="Head office")
    document = "query($id: ID!) { numbers(filter: { service: {id: $id} }, orderBy: NUMBER) { nodes { id } } }"
    found = await shared.query(document, id=site.service)
    return {"service": site.service, "ids": [node["id"] for node in found["numbers"]["nodes"]]}


@pytest.mark.parametrize("selection", [*selections("Number", 2), "location { service { fullName } }"])
async def test_a_field_asked_for_alone_says_in_a_list_what_it_says_of_the_node(
    api: Api, integrated_number: dict[str, Any], selection: str
) -> None:
    """Whichever columns it takes."""
    document = f"""query($service: ID!, $ids: [ID!]!) {{
      numbers(filter: {{ service: {{id: $service}} }}, orderBy: NUMBER) {{ nodes {{ {selection} }} }}
      nodes(ids: $ids) {{ ... on Number {{ {selection} }} }}
    }}"""

    found = await api.query(document, **integrated_number)

    assert found["numbers"]["nodes"] == found["nodes"]
    assert len(found["nodes"]) == 2
