"""Pages: what may be asked for, and what a cursor is good for."""

import base64
import json
from uuid import uuid4

import pytest

from schema.build import NumberlineSchema
from schema.connections import encode_cursor
from schema.context import Context
from store import services
from store.tables import Service

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


@pytest.mark.parametrize("order", ["LAST_MODIFIED_AT", "NAME", "CUSTOMER"])
async def test_a_cursor_is_good_for_its_own_order_alone(schema: NumberlineSchema, context: Context, order: str) -> None:
    """In another order it would stand somewhere else."""
    created = encode_cursor(services.BY_CREATION, (Service(id=uuid4()),))
    document = f"query($after: String) {{ services(orderBy: {order}, after: $after) {{ nodes {{ id }} }} }}"

    assert await code(schema, context, document, after=created) == "CURSOR_INVALID"


async def code(schema: NumberlineSchema, context: Context, document: str, **variables: str) -> str:
    """Return the code of the one error of a document."""
    result = await schema.execute(document, variable_values=variables, context_value=context)
    (error,) = result.errors or ()
    found: str = (error.extensions or {})["code"]
    return found
