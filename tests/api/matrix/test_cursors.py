"""A cursor of somebody else's list is a place like any other: it shows nothing, and tells nothing."""

import base64
import json
from uuid import uuid4

import pytest
from graphql import GraphQLObjectType

from tests.api.journey import SCHEMA
from tests.api.matrix.asking import told
from tests.api.matrix.conftest import WHOSE, World

UNDER = {
    "Query": ("", "{}"),
    "Service": ("service", "service(by: {{id: $id}}) {{ {} }}"),
    "Upload": ("draft", "upload(by: {{id: $id}}) {{ {} }}"),
}
"""Of which part of a ground a list is, and how it is reached, by the type that the list belongs to."""

OF_INTEGRATED = {"drifts"}

LISTS = sorted(
    (kind.name, name)
    for kind in SCHEMA.type_map.values()
    if isinstance(kind, GraphQLObjectType) and kind is not SCHEMA.subscription_type
    for name, field in kind.fields.items()
    if "before" in field.args and name != "callingProfiles"  # the platform's, and everybody reads them
)


def _document(parent: str, name: str, way: str) -> str:
    listed = (
        f"{name}({way}: $cursor) {{ edges {{ cursor node {{ __typename }} }} pageInfo {{ startCursor }} totalCount }}"
    )
    declared = "$cursor: String" if parent == "Query" else "$cursor: String, $id: ID!"
    return f"query({declared}) {{ {UNDER[parent][1].format(listed)} }}"


def _made_up(cursor: str) -> str:
    """Return a cursor in the same shape, at a row that there is not."""
    place = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    if len(place[-1]) >= len(uuid4().hex):
        place[-1] = place[-1][:-12] + uuid4().hex[:12]
    return base64.urlsafe_b64encode(json.dumps(place, separators=(",", ":")).encode()).decode().rstrip("=")


@pytest.mark.parametrize("way", ["after", "before"])
@pytest.mark.parametrize(("parent", "name"), LISTS)
async def test_a_cursor_of_somebody_else_is_like_one_that_was_made_up(
    world: World, parent: str, name: str, way: str
) -> None:
    """In every list, both ways; a list that is reached in a new way needs a line in `UNDER`."""
    part = "integrated" if name in OF_INTEGRATED else UNDER[parent][0]
    document = _document(parent, name, way)

    def named(ground: object) -> dict[str, str]:
        return {"id": getattr(ground, part).id} if part else {}

    # A customer has nothing but its own, and no tenant.
    owner = world.owners[WHOSE[0]] if name == "tenants" else world.customer
    ground = world.standing[WHOSE[0]]
    answer = await owner.query(document, **named(ground))
    listed = answer[name] if parent == "Query" else next(iter(answer.values()))[name]
    foreign = listed["edges"][0]["cursor"]

    for stranger in [those[0] for those in world.strangers]:
        found = [
            await stranger.api.post(document, cursor=cursor, **named(stranger.ground))
            for cursor in (foreign, _made_up(foreign))
        ]
        assert found[0].content == found[1].content
        assert told(found[0].headers.items()) == told(found[1].headers.items())
        assert "errors" not in found[0].json()
