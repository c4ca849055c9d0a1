"""Our scalars: what they take, and how they say that something is none of theirs."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from graphql import GraphQLScalarType, build_schema, specified_scalar_types

from schema.build import NumberlineSchema, print_sdl
from schema.context import Context
from schema.scalars import (
    SCALARS,
    CallingCode,
    CallingCodeInvalid,
    CountryCode,
    CountryCodeInvalid,
    DateTimeInvalid,
    PhoneNumber,
    PhoneNumberInvalid,
    ScalarInvalid,
)

CREATE = "mutation($input: LocationCreateInput!) { locationCreate(input: $input) { userErrors { code } } }"
GIVEN = {"service": {"reference": "s"}, "name": "Rome", "country": "IT"}


@pytest.mark.parametrize(
    ("scalar", "value"),
    [
        (PhoneNumber, "+12127881500"),
        (PhoneNumber, "+390612345678"),
        (CountryCode, "IT"),
        (CountryCode, "it"),
        (CallingCode, "39"),
        (CallingCode, "+1"),
    ],
)
def test_what_is_of_the_form_comes_in_as_it_is(scalar: object, value: str) -> None:
    """Small letters and a plus are read kindly; whether there is such a thing is asked later."""
    assert SCALARS[scalar].parse_value(value) == value


@pytest.mark.parametrize(
    ("scalar", "value", "error"),
    [
        *(
            (PhoneNumber, value, PhoneNumberInvalid)
            for value in ("", "2127881500", "+0212", "+1 212", "+" + "1" * 16, 1)
        ),
        *((CountryCode, value, CountryCodeInvalid) for value in ("", "Italy", "I", "ÌT", "39", 39, None)),
        *((CallingCode, value, CallingCodeInvalid) for value in ("", "039", "1234", "x", 39, ["39"])),
        *(
            (datetime, value, DateTimeInvalid)
            for value in (
                "",
                "2026-05-01",
                "2026-05-01T09:30:00",
                "2026-02-30T09:30:00Z",
                "20260501T093000Z",
                1777627800,
            )
        ),
        (datetime, "2026-05-01T09:30:00+25:00", DateTimeInvalid),
        (datetime, "2026-05-01T09:30:00.1²Z", DateTimeInvalid),
    ],
)
def test_what_is_not_of_the_form_is_refused(scalar: object, value: object, error: type[ScalarInvalid]) -> None:
    """Whatever JSON can bring."""
    with pytest.raises(error):
        SCALARS[scalar].parse_value(value)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-05-01T09:30:00Z", datetime(2026, 5, 1, 9, 30, tzinfo=UTC)),
        ("2026-05-01t09:30:00.1234567z", datetime(2026, 5, 1, 9, 30, 0, 123456, tzinfo=UTC)),
        ("2026-05-01T11:30:00.5+02:00", datetime(2026, 5, 1, 11, 30, 0, 500000, tzinfo=timezone(timedelta(hours=2)))),
    ],
)
def test_a_moment_is_read_as_rfc_3339_writes_it(text: str, moment: datetime) -> None:
    """With any offset."""
    assert SCALARS[datetime].parse_value(text) == moment


def test_a_moment_that_we_write_can_be_sent_back() -> None:
    """To the microsecond."""
    moment = datetime(2026, 5, 1, 9, 30, 0, 123456, tzinfo=UTC)
    scalar = SCALARS[datetime]
    assert scalar.parse_value(scalar.serialize(moment)) == moment


@pytest.mark.parametrize(
    ("given", "code"),
    [({"country": "Italy"}, "COUNTRY_CODE_INVALID"), ({"callingCode": 39}, "CALLING_CODE_INVALID")],
)
async def test_a_variable_that_is_no_such_scalar_has_a_code_and_says_where_it_stands(
    schema: NumberlineSchema, context: Context, given: dict[str, object], code: str
) -> None:
    """So that a client need not read messages."""
    result = await schema.execute(CREATE, variable_values={"input": GIVEN | given}, context_value=context)

    (error,) = result.errors or ()
    assert error.extensions == {"code": code}
    assert f"'$input' has invalid value at .{next(iter(given))}" in error.message


async def test_a_literal_that_is_no_such_scalar_has_a_code(schema: NumberlineSchema, context: Context) -> None:
    """It is found when the document is validated."""
    given = '{ service: { reference: "s" }, name: "Rome", country: "Italy" }'

    result = await schema.execute(
        f"mutation {{ locationCreate(input: {given}) {{ userErrors {{ code }} }} }}", context_value=context
    )

    assert [error.extensions for error in result.errors or ()] == [{"code": "COUNTRY_CODE_INVALID"}]


def test_every_scalar_of_ours_names_its_specification() -> None:
    """Those that GraphQL itself specifies aside."""
    scalars = [kind for kind in build_schema(print_sdl()).type_map.values() if isinstance(kind, GraphQLScalarType)]
    assert {kind.name for kind in scalars if not kind.specified_by_url} <= specified_scalar_types.keys()
    assert {"PhoneNumber", "DateTime", "CountryCode", "CallingCode"} <= {kind.name for kind in scalars}
