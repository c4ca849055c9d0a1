"""Everything with an id is a node, and is found again by it."""

import pytest
from graphql import GraphQLInterfaceType, GraphQLObjectType, build_schema
from sqlmodel import col

from schema.build import NumberlineSchema, print_sdl
from schema.context import Context
from schema.ids import encode
from store.tables import AuditEvent, Drift, Number
from store.vocabulary import DriftKind
from tests.arrange import by_hand, put, rows, submitted

TYPES = build_schema(print_sdl()).type_map
NODE = TYPES["Node"]
NODES = sorted(name for name, kind in TYPES.items() if isinstance(kind, GraphQLObjectType) and NODE in kind.interfaces)


@pytest.fixture
async def ids(own_context: Context) -> dict[str, str]:
    """The id of a row of each kind."""
    desk = own_context.desk
    dialog = await by_hand(desk)
    upload = await submitted(desk, dialog, "+12125550100")
    service, number = dialog.service, (await rows(desk, Number, col(Number.id)))[0]
    await put(desk, Drift(service_id=service.id, kind=DriftKind.UNKNOWN_HERE, e164=number.e164, **service.ownership()))
    found = {
        "Tenant": service.provider_id,
        "Customer": service.customer_id,
        "Service": service.id,
        "Location": dialog.location.id,
        "SipConnection": dialog.connection.id,
        "CallingProfile": dialog.connection.calling_profile_id,
        "Upload": upload.id,
        "Number": number.id,
        "Drift": (await rows(desk, Drift, col(Drift.id)))[0].id,
        "AuditEvent": (await rows(desk, AuditEvent, col(AuditEvent.id)))[0].id,
    }
    return {kind: encode(kind, key) for kind, key in found.items()}


def test_whatever_has_an_id_is_a_node() -> None:
    """So that a cache needs one rule for all."""
    objects = [kind for kind in TYPES.values() if isinstance(kind, GraphQLObjectType | GraphQLInterfaceType)]
    assert sorted(kind.name for kind in objects if "id" in kind.fields) == sorted([*NODES, "Node"])


async def test_every_sort_of_node_is_found_by_its_id(
    schema: NumberlineSchema, own_context: Context, ids: dict[str, str]
) -> None:
    """Alone and among others; a sort that is not tried here fails the test."""
    document = """query($id: ID!, $ids: [ID!]!) {
      node(id: $id) { __typename id }
      nodes(ids: $ids) { __typename id }
    }"""
    wanted = [{"__typename": kind, "id": ids[kind]} for kind in NODES]

    for node in wanted:
        asked = {"id": node["id"], "ids": [ids[kind] for kind in NODES]}
        result = await schema.execute(document, variable_values=asked, context_value=own_context)
        assert result.data == {"node": node, "nodes": wanted}
