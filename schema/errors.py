"""Errors as clients see them: refusals as data beside the result, faults as coded GraphQL errors, the rest masked."""

import logging
import uuid
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import strawberry
from graphql import GraphQLError, GraphQLSyntaxError
from strawberry.schema.exceptions import CannotGetOperationTypeError, InvalidOperationTypeError

from provisioning.errors import AboutItem, AboutNumber, LimitPassed, Refused
from schema.describing import described
from schema.enums import ErrorCode
from schema.scalars import ScalarInvalid
from store.errors import NumberlineError, Unavailable

logger = logging.getLogger(__name__)

OPERATION_CODES: Mapping[type[BaseException | None], str] = MappingProxyType(
    {
        CannotGetOperationTypeError: "OPERATION_UNKNOWN",
        InvalidOperationTypeError: "METHOD_NOT_ALLOWED",
    }
)
"""What Strawberry finds before it validates."""


@strawberry.interface(
    description="Why a mutation was refused: `code` for programs, `message` for people, `path` for the field of a form "
    "to show it at. Some say more: see ItemError and LimitError. Further types may come."
)
class UserError:
    """One refusal."""

    code: str = described("What is wrong; stable, compare with this.", graphql_type=ErrorCode)
    message: str = described("What is wrong and what to do about it, for people.")
    path: list[str] = described('Which input it is about, from the argument down: ["input", "name"].')


@strawberry.type(description="A refusal about which there is no more to say than what every refusal says.")
class InputError(UserError):
    """A plain refusal."""


@strawberry.type(
    description="A refusal of one of the many things that a mutation names: numbers, entries, drifts. Each that is "
    "refused has an error of its own, up to 100 of them."
)
class ItemError(UserError):
    """A refusal of one of many."""

    index: int | None = described(
        "The place, from 0, in the list that names it: `entries`, `numbers`, `ids`. Null where it was not named one by "
        "one: an upload or a kind of drifts was."
    )
    number: str | None = described(
        "The number it is about, in E.164 format; as it came where that cannot be read; null where there is none."
    )


@strawberry.type(description="A refusal of more than may be: of characters, numbers, drifts.")
class LimitError(UserError):
    """A limit that was passed."""

    limit: int = described("How many there may be at most.")


USER_ERRORS = (InputError, ItemError, LimitError)
"""What a user error can be; nothing in the schema names them, so that they have to be given to it."""


def user_errors(error: NumberlineError | Refused) -> list[UserError]:
    """Return a refusal as data."""
    errors = error.errors if isinstance(error, Refused) else (error,)
    return [_user_error(one) for one in errors]


def _user_error(error: NumberlineError) -> UserError:
    code, message, path = error.code, error.message, ["input", *error.path]
    if isinstance(error, AboutItem):
        number = error.number if isinstance(error, AboutNumber) else None
        return ItemError(code=code, message=message, path=path, index=error.index, number=number)
    if isinstance(error, LimitPassed):
        return LimitError(code=code, message=message, path=path, limit=error.most)
    return InputError(code=code, message=message, path=path)


def is_refusal(error: Exception) -> bool:
    """Return whether an exception is the caller's to mend; that the database is away is not."""
    return isinstance(error, NumberlineError | Refused) and not isinstance(error, Unavailable)


def put_code(error: GraphQLError) -> None:
    """Give an error its `extensions.code`, and mask what nobody foresaw behind an id that is in the log."""
    cause = _cause(error)
    if isinstance(cause, Refused):
        cause = cause.errors[0]
    if isinstance(cause, ScalarInvalid):
        error.extensions = {"code": cause.code}
    elif isinstance(cause, NumberlineError):
        error.message, error.extensions = cause.message, {"code": cause.code, **_hints(cause)}
    elif type(cause) in OPERATION_CODES:
        error.extensions = {"code": OPERATION_CODES[type(cause)]}
    elif isinstance(error, GraphQLSyntaxError):
        error.extensions = {"code": "GRAPHQL_PARSE_FAILED"}
    elif cause is None:
        error.extensions = {"code": "GRAPHQL_VALIDATION_FAILED", **(error.extensions or {})}
    else:
        _mask(error, cause)


def _cause(error: GraphQLError) -> BaseException | None:
    """Return what was raised; the value of a variable is told by an error about an error."""
    cause = error.original_error
    while isinstance(cause, GraphQLError):
        cause = cause.original_error
    return cause


def _hints(cause: NumberlineError) -> dict[str, Any]:
    return {"retryable": True} if isinstance(cause, Unavailable) else {}


def _mask(error: GraphQLError, cause: BaseException) -> None:
    correlation_id = uuid.uuid4().hex
    logger.error("internal error %s at %s", correlation_id, error.path, exc_info=cause)
    error.message = f"Something went wrong here; report it with the id {correlation_id}."
    error.extensions = {"code": "INTERNAL_ERROR", "correlationId": correlation_id}
