"""Pages: what may be asked for, and what a cursor is good for."""

import base64
import json
from uuid import uuid4

import pytest

from schema.build import NumberlineSchema
from schema.connections import encode_cursor
from schema.context import Context
from schema.queries.narrowing import ordered
from schema.queries.services import ServicesFilter
from store import services
from store.tables import Service
from store.vocabulary import ServiceMode

LISTS = ["tenants", "customers", "callingProfiles", "services", "numbers", "uploads"]


def cursor(*parts: object) -> str:
    """Return a cursor as somebody who knows its making would forge it."""
    return base64.urlsafe_b64encode(json.dumps(parts).encode()).decode().rstrip("=")


@pytest.mark.parametrize("field", LISTS)
@pytest.mark.parametrize("size", ["first: 0", "first: -1", "first: 101", "last: 0", "last: -1", "last: 101"])
async def test_a_page_has_one_to_a_hundred_rows(
    schema: NumberlineSchema, context: Context, field: str, size: str
) -> None:
    """Anything else is told so, on every list."""
    assert await code(schema, context, f"{{ {field}({size}) {{ totalCount }} }}") == "PAGE_SIZE_OUT_OF_RANGE"


@pytest.mark.parametrize("field", LISTS)
@pytest.mark.parametrize("place", ["first: 1, last: 1", 'first: 1, before: "x"', 'after: "x", last: 1'])
async def test_a_page_goes_one_way(schema: NumberlineSchema, context: Context, field: str, place: str) -> None:
    """Forward or backward."""
    assert await code(schema, context, f"{{ {field}({place}) {{ totalCount }} }}") == "PAGE_BOTH_WAYS"


@pytest.mark.parametrize("field", LISTS)
@pytest.mark.parametrize(
    "bad",
    [
        "",
        "x",
        "garbage",
        "ünïcode",
        "\x00",
        "====",
        cursor(),
        cursor("NAME"),
        cursor("OTHER", "a", "b"),
        cursor("CREATED_AT", "not a key"),
        cursor("NAME", "a", "not a key"),
        cursor("NAME", 1, 2),
        cursor("NAME", None, None),
        base64.urlsafe_b64encode(b'{"NAME": 1}').decode(),
        base64.urlsafe_b64encode(b"\xff\xfe").decode(),
    ],
)
async def test_a_bad_cursor_is_told_so(schema: NumberlineSchema, context: Context, field: str, bad: str) -> None:
    """Garbage, truncated, or of another order: never a leak of what is behind it."""
    document = f"query($after: String) {{ {field}(after: $after) {{ nodes {{ id }} }} }}"
    assert await code(schema, context, document, after=bad) == "CURSOR_INVALID"


@pytest.mark.parametrize("order", ["LAST_MODIFIED_AT", "CONSENTED_AT", "NAME", "CUSTOMER", "FULL_NAME", "STATUS"])
async def test_a_cursor_is_good_for_its_own_order_alone(schema: NumberlineSchema, context: Context, order: str) -> None:
    """In another order it would stand somewhere else."""
    created = encode_cursor(ordered(services.BY_CREATION, None, None), (Service(id=uuid4()),))
    document = f"query($after: String) {{ services(orderBy: {order}, after: $after) {{ nodes {{ id }} }} }}"

    assert await code(schema, context, document, after=created) == "CURSOR_INVALID"


GIVEN = [
    {"search": "b"},
    {"search": "a", "status": ["READY"]},
    {"search": "a", "mode": ["INTEGRATED"]},
    {"search": "a", "mode": ["INTEGRATED", "NON_INTEGRATED"], "kind": "CX"},
    {"search": "a", "mode": ["INTEGRATED", "NON_INTEGRATED"], "consentedAt": {"since": "2026-11-01T00:00:00Z"}},
    {},
    None,
]


@pytest.mark.parametrize("given", GIVEN)
async def test_a_cursor_is_good_for_its_own_filter_alone(
    schema: NumberlineSchema, context: Context, given: object
) -> None:
    """Among other rows it would stand anywhere."""
    own = ServicesFilter(search="a", mode=[ServiceMode.INTEGRATED, ServiceMode.NON_INTEGRATED])
    there = encode_cursor(ordered(services.BY_CREATION, None, own), (Service(id=uuid4()),))

    assert await code(schema, context, FILTERED, after=there, filter=given) == "CURSOR_INVALID"


@pytest.mark.parametrize(
    "given", [{"search": "a", "mode": ["NON_INTEGRATED", "INTEGRATED", "INTEGRATED"], "status": [], "kind": None}]
)
async def test_the_same_filter_may_be_said_in_another_way(
    schema: NumberlineSchema, context: Context, given: object
) -> None:
    """In which order values stand, and how often, means nothing; nor does what does not narrow."""
    own = ServicesFilter(search="a", mode=[ServiceMode.INTEGRATED, ServiceMode.NON_INTEGRATED])
    there = encode_cursor(ordered(services.BY_CREATION, None, own), (Service(id=uuid4()),))

    result = await schema.execute(FILTERED, variable_values={"after": there, "filter": given}, context_value=context)

    assert result.errors is None


@pytest.mark.parametrize(("direction", "good"), [(None, True), ("DESC", True), ("ASC", False)])
async def test_a_cursor_is_good_for_its_own_direction_alone(
    schema: NumberlineSchema,
    context: Context,
    direction: str | None,
    good: bool,  # noqa: FBT001
) -> None:
    """The order's own direction may be said or not."""
    there = encode_cursor(ordered(services.BY_CREATION, None, None), (Service(id=uuid4()),))
    given = {"after": there, "direction": direction}

    result = await schema.execute(FILTERED, variable_values=given, context_value=context)

    assert (result.errors is None) is good


FILTERED = """query($after: String, $filter: ServicesFilter, $direction: OrderDirection) {
  services(after: $after, filter: $filter, direction: $direction) { nodes { id } }
}"""


async def code(schema: NumberlineSchema, context: Context, document: str, **variables: object) -> str:
    """Return the code of the one error of a document."""
    result = await schema.execute(document, variable_values=variables, context_value=context)
    (error,) = result.errors or ()
    found: str = (error.extensions or {})["code"]
    return found
