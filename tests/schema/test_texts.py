"""Texts that no database takes."""

from typing import Any
from uuid import uuid4

import pytest

from schema.build import NumberlineSchema
from schema.context import Context
from schema.ids import encode

NUL, HALF = "a\x00b", "a\ud800b"
"""A NUL character, which PostgreSQL's text cannot hold, and half of a surrogate pair, which UTF-8 cannot."""

READS = [
    "query($text: String!) { services(filter: { search: $text }) { totalCount } }",
    "query($text: String!) { customers(filter: { search: $text }) { totalCount } }",
    "query($text: String!) { service(by: { reference: $text }) { id } }",
    "query($text: String!) { upload(by: { reference: $text }) { id } }",
    "query($text: String!) { numbers(filter: { startsWith: $text }) { totalCount } }",
    "query($text: String!) { numbers(filter: { search: $text }) { totalCount } }",
    "query($text: String!) { numberCounts(filter: { search: $text }) { total } }",
    "query($text: String!) { tenants(filter: { search: $text }) { totalCount } }",
    "query($text: String!) { callingProfiles(filter: { search: $text }) { totalCount } }",
    "query($text: String!) { services(filter: { organizationId: $text }) { totalCount } }",
    "query($text: PhoneNumber!) { number(by: { e164: $text }) { id } }",
]


@pytest.mark.parametrize("text", [NUL, HALF], ids=["NUL", "half"])
@pytest.mark.parametrize("document", READS)
async def test_a_text_that_cannot_be_stored_is_found_nowhere_or_told_so(
    schema: NumberlineSchema, context: Context, document: str, text: str
) -> None:
    """It is the caller's mistake, so it is no internal error."""
    result = await schema.execute(document, variable_values={"text": text}, context_value=context)

    assert "INTERNAL_ERROR" not in [(error.extensions or {})["code"] for error in result.errors or ()]


@pytest.mark.parametrize("text", [NUL, HALF], ids=["NUL", "half"])
async def test_a_name_that_cannot_be_stored_is_a_user_error(
    schema: NumberlineSchema, own_context: Context, text: str
) -> None:
    """With the path of the input it is about."""
    document = """mutation($input: TenantCreateInput!) {
      tenantCreate(input: $input) { tenant { id } userErrors { code path } }
    }"""
    given = {"kind": "SERVICE_PROVIDER", "name": text}

    result = await schema.execute(document, variable_values={"input": given}, context_value=own_context)

    errors = [{"code": "TEXT_INVALID", "path": ["input", "name"]}]
    assert result.data == {"tenantCreate": {"tenant": None, "userErrors": errors}}


PROFILE = {"name": "n", "carrier": "c", "region": "r", "sbcDevices": [{"name": "sbc", "trunks": ["a", "b"]}]}
CUSTOMER = {"name": "n", "fullName": "n", "adminEmail": "a@b.example"}
HEADER = {
    "service": {"id": encode("Service", uuid4())},
    "location": {"id": encode("Location", uuid4())},
    "numberType": "USER",
}
CALLED = {"called": {"service": {"reference": "s"}, "name": NUL}}
NAMED: list[tuple[str, str, dict[str, Any]]] = [
    ("callingProfileCreate", "emergencyStrings", {**PROFILE, "emergencyStrings": ["112", NUL]}),
    ("customerCreate", "tenant", {**CUSTOMER, "tenant": {"name": NUL}}),
    ("customerUpdate", "customer", {"customer": {"reference": NUL}}),
    ("serviceRemove", "service", {"service": {"reference": NUL}}),
    ("serviceRemove", "service", {"service": {"reference": NUL}, "force": True}),
    ("locationAttach", "location", {"location": {"reference": NUL}}),
    ("locationAttach", "location", {"location": CALLED}),
    ("uploadCancel", "upload", {"upload": {"reference": NUL}}),
    ("uploadStart", "sipConnection", {**HEADER, "sipConnection": {"name": NUL}}),
]


@pytest.mark.parametrize(("field", "path", "given"), NAMED)
async def test_a_text_that_nothing_can_be_called_is_told_where_it_stands(
    schema: NumberlineSchema, own_context: Context, field: str, path: str, given: dict[str, Any]
) -> None:
    """Whatever it names, or is to be kept for."""
    document = f"""mutation($input: {field[0].upper()}{field[1:]}Input!) {{
      {field}(input: $input) {{ userErrors {{ code path }} }}
    }}"""

    result = await schema.execute(document, variable_values={"input": given}, context_value=own_context)

    assert result.data == {field: {"userErrors": [{"code": "TEXT_INVALID", "path": ["input", path]}]}}


async def test_an_id_that_cannot_be_read_is_a_user_error_of_a_removal(
    schema: NumberlineSchema, own_context: Context
) -> None:
    """As of every other mutation."""
    document = """mutation { serviceRemove(input: { service: { id: "?" } }) { userErrors { code path } } }"""

    result = await schema.execute(document, context_value=own_context)

    assert result.data == {"serviceRemove": {"userErrors": [{"code": "NOT_FOUND", "path": ["input", "service"]}]}}
