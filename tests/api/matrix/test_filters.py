"""However a list is ordered or narrowed, it shows one's own: every value of every argument that names nothing."""

from collections.abc import Iterator

import pytest
from graphql import (
    GraphQLArgument,
    GraphQLEnumType,
    GraphQLInputField,
    GraphQLInputObjectType,
    get_named_type,
)
from psycopg import sql

from schema.ids import encode
from store import tables
from store.vocabulary import Level
from tests.api.matrix.asking import ROOTS
from tests.api.matrix.cells import NAMING
from tests.api.matrix.conftest import Stranger, World

LISTS = sorted(
    name
    for name, field in ROOTS["Query"].fields.items()
    if "filter" in field.args and name != "callingProfiles"  # the platform's, and everybody reads them
)

_TEXTS = {"Boolean": ["true", "false"], "DateTime": ['"2000-01-01T00:00:00Z"', '"2100-01-01T00:00:00Z"']}
"""What to give for scalars that name nothing."""

_ELSEWHERE = {*NAMING, "Int"}
"""Scalars that are not walked: those that name something have cells, and an Int is the size of a page."""

_AT_ONCE = 40
"""How many calls stand in one document: it may have 50, and cost 5,000."""

_OWNED = {Level.PROVIDER: "provider_id", Level.CHANNEL: "channel_id", Level.CUSTOMER: "customer_id"}
"""In which column stands whom a row belongs to."""


def _written(name: str, field: GraphQLArgument | GraphQLInputField) -> Iterator[str]:
    """Yield every value of an argument or input field as a document has it."""
    kind = get_named_type(field.type)
    if isinstance(kind, GraphQLEnumType):
        yield from (f"{name}: {value}" for value in kind.values)
    elif isinstance(kind, GraphQLInputObjectType):
        for inner, definition in {} if kind.is_one_of else kind.fields.items():
            yield from (f"{name}: {{{text}}}" for text in _written(inner, definition))
    elif kind.name not in _ELSEWHERE:
        yield from (f"{name}: {text}" for text in _TEXTS[kind.name])


def _documents(name: str) -> Iterator[str]:
    """Yield documents that call a list in all these ways."""
    field = ROOTS["Query"].fields[name]
    is_counted = "first" not in field.args
    page, selection = ("", "total") if is_counted else (", first: 50", "totalCount nodes { id }")
    given = [text for argument, definition in field.args.items() for text in _written(argument, definition)]
    for start in range(0, len(given), _AT_ONCE):
        some = given[start : start + _AT_ONCE]
        calls = (f"_{place}: {name}({text}{page}) {{ {selection} }}" for place, text in enumerate(some))
        yield f"{{ {' '.join(calls)} }}"


def _own(world: World, stranger: Stranger, kind: str) -> set[str]:
    """Return the ids of all that belongs to a stranger, whether or not it may see it."""
    ground = stranger.ground
    whose = {Level.PROVIDER: ground.provider, Level.CHANNEL: ground.tenant, Level.CUSTOMER: ground.customer}
    table = getattr(tables, kind).__table__
    column = _OWNED[stranger.level]
    column = column if column in table.columns else "id"
    query = sql.SQL("SELECT id FROM {} WHERE {} = %s").format(sql.Identifier(table.name), sql.Identifier(column))
    found = world.land.database.execute(query, [whose[stranger.level].key])
    return {encode(kind, key) for (key,) in found.fetchall()}


@pytest.mark.parametrize("name", LISTS)
async def test_no_order_and_no_filter_shows_what_is_somebody_elses(world: World, name: str) -> None:
    """Nor counts it, at any level."""
    kind = get_named_type(ROOTS["Query"].fields[name].args["filter"].type).name.removesuffix("sFilter")
    seen = False
    for stranger in [those[0] for those in world.strangers]:
        answers = [await stranger.api.query(document) for document in _documents(name)]
        found = [page for answer in answers for page in answer.values()]
        own = _own(world, stranger, kind)
        assert {node["id"] for page in found for node in page.get("nodes", ())} <= own, stranger.who
        most = max(page.get("totalCount", page.get("total")) for page in found)
        assert most <= len(own), stranger.who
        seen = seen or most > 0
    assert seen, "nobody is shown anything"
