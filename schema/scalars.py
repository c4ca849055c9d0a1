"""Our scalars, with the documents that specify them."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, BinaryIO, NewType

import strawberry
from strawberry.types.scalar import ScalarDefinition

from store.errors import NumberlineError


@dataclass(eq=False)
class FileMissing(NumberlineError):
    """Send the file as a part of a multipart request; see the GraphQL multipart request specification."""

    code = "FILE_MISSING"


class ScalarInvalid(NumberlineError):
    """What was given for a scalar is not of its form; GraphQL itself says where that stands."""


@dataclass(eq=False)
class PhoneNumberInvalid(ScalarInvalid):
    """A phone number is text in E.164 format: a plus and 2 to 15 digits, for example +12127881500."""

    code = "PHONE_NUMBER_INVALID"


@dataclass(eq=False)
class CountryCodeInvalid(ScalarInvalid):
    """A country is text of two letters as in ISO 3166-1, for example IT."""

    code = "COUNTRY_CODE_INVALID"


@dataclass(eq=False)
class CallingCodeInvalid(ScalarInvalid):
    """A calling code is text of one to three digits, for example 39."""

    code = "CALLING_CODE_INVALID"


@dataclass(eq=False)
class DateTimeInvalid(ScalarInvalid):
    """A moment is text as in RFC 3339, with its offset from UTC, for example 2026-05-01T09:30:00Z."""

    code = "DATE_TIME_INVALID"


def _text(pattern: str, error: type[ScalarInvalid]) -> Callable[[object], str]:
    """Return a parser that takes texts of one form."""
    form = re.compile(pattern)

    def parse(value: object) -> str:
        if not isinstance(value, str) or not form.fullmatch(value):
            raise error
        return value

    return parse


_RFC_3339 = re.compile(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)", re.ASCII)
"""`date-time` of section 5.6; whether there is such a day is left to the calendar."""


def _moment(value: object) -> datetime:
    """Return the moment, aware; digits beyond microseconds are cut off. Raises DateTimeInvalid."""
    if not isinstance(value, str) or not _RFC_3339.fullmatch(value):
        raise DateTimeInvalid
    try:
        return datetime.fromisoformat(value.upper())
    except ValueError as error:
        raise DateTimeInvalid from error


PhoneNumber = NewType("PhoneNumber", str)
CountryCode = NewType("CountryCode", str)
CallingCode = NewType("CallingCode", str)
File = NewType("File", object)
Json = NewType("Json", object)

SCALARS: dict[object, ScalarDefinition] = {
    PhoneNumber: strawberry.scalar(
        name="PhoneNumber",
        description="A phone number in E.164 format: a plus, the calling code and the rest, for example +12127881500.",
        specified_by_url="https://www.itu.int/rec/T-REC-E.164",
        serialize=str,
        parse_value=_text(r"\+[1-9][0-9]{1,14}", PhoneNumberInvalid),
    ),
    CountryCode: strawberry.scalar(
        name="CountryCode",
        description="A country as two capital letters of ISO 3166-1, alpha-2, for example IT.",
        specified_by_url="https://www.iso.org/iso-3166-country-codes.html",
        serialize=str,
        parse_value=_text("[A-Za-z]{2}", CountryCodeInvalid),
    ),
    CallingCode: strawberry.scalar(
        name="CallingCode",
        description='A country calling code of one to three digits, without the plus, as text: "39", or "1" for the '
        "United States.",
        specified_by_url="https://www.itu.int/rec/T-REC-E.164",
        serialize=str,
        parse_value=_text(r"\+?[1-9][0-9]{0,2}", CallingCodeInvalid),
    ),
    datetime: strawberry.scalar(
        name="DateTime",
        description=(
            "A moment as in RFC 3339, for example 2026-05-01T09:30:00.123456+00:00. What comes from here is UTC, with "
            "up to six digits of a second; what is sent here may have any offset, but has to have one."
        ),
        specified_by_url="https://www.rfc-editor.org/rfc/rfc3339#section-5.6",
        serialize=datetime.isoformat,
        parse_value=_moment,
    ),
    Json: strawberry.scalar(
        name="JSON",
        description="Any JSON value: text, a number, true or false, a list, or an object. It is never sent here.",
        specified_by_url="https://www.rfc-editor.org/rfc/rfc8259",
        serialize=lambda value: value,
        parse_value=lambda value: value,
    ),
    File: strawberry.scalar(
        name="File",
        description=(
            "A file, sent as a part of a multipart request "
            "(GraphQL multipart request specification, with the header GraphQL-Require-Preflight)."
        ),
        specified_by_url="https://github.com/jaydenseric/graphql-multipart-request-spec",
        serialize=lambda value: value,
        parse_value=lambda value: value,
    ),
}


def file_of(value: Any) -> BinaryIO:
    """Return the readable, seekable stream behind a file of a multipart request.

    Raises FileMissing for anything else, such as text in a plain JSON request.
    """
    stream: BinaryIO | None = getattr(value, "file", None)
    if stream is None:
        raise FileMissing(path=("source",))
    return stream
