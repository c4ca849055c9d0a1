"""Our scalars, with the documents that specify them."""

from dataclasses import dataclass
from typing import Any, BinaryIO, NewType

import strawberry
from strawberry.types.scalar import ScalarDefinition

from store.errors import NumberlineError


@dataclass(eq=False)
class FileMissing(NumberlineError):
    """Send the file as a part of a multipart request; see the GraphQL multipart request specification."""

    code = "FILE_MISSING"


PhoneNumber = NewType("PhoneNumber", str)
CountryCode = NewType("CountryCode", str)
CallingCode = NewType("CallingCode", str)
File = NewType("File", object)

SCALARS: dict[object, ScalarDefinition] = {
    PhoneNumber: strawberry.scalar(
        name="PhoneNumber",
        description="A phone number in E.164 format: a plus, the calling code and the rest, for example +12127881500.",
        specified_by_url="https://www.itu.int/rec/T-REC-E.164",
        serialize=str,
        parse_value=str,
    ),
    CountryCode: strawberry.scalar(
        name="CountryCode",
        description="A country as two capital letters of ISO 3166-1, for example IT.",
        specified_by_url="https://www.iso.org/iso-3166-country-codes.html",
        serialize=str,
        parse_value=str,
    ),
    CallingCode: strawberry.scalar(
        name="CallingCode",
        description="A country calling code without the plus, for example 39.",
        specified_by_url="https://www.itu.int/rec/T-REC-E.164",
        serialize=str,
        parse_value=str,
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
