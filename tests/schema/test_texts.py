"""Texts that no database takes."""

import pytest

from schema.build import NumberlineSchema
from schema.context import Context

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
