"""Errors as clients see them: refusals as data beside the result, faults as coded GraphQL errors, the rest masked."""

import logging
import uuid
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import strawberry
from graphql import GraphQLError, GraphQLSyntaxError
from strawberry.schema.exceptions import CannotGetOperationTypeError, InvalidOperationTypeError

from provisioning.errors import Refused
from schema.describing import described
from schema.enums import ErrorCode
from store.errors import NumberlineError, Unavailable

logger = logging.getLogger(__name__)

OPERATION_CODES: Mapping[type[BaseException | None], str] = MappingProxyType(
    {
        CannotGetOperationTypeError: "OPERATION_UNKNOWN",
        InvalidOperationTypeError: "METHOD_NOT_ALLOWED",
    }
)
"""What Strawberry finds before it validates."""


@strawberry.type(description="Why a mutation was refused, in a form that a form can show beside the field.")
class UserError:
    """One refusal."""

    code: str = described("What is wrong; stable, compare with this.", graphql_type=ErrorCode)
    message: str = described("What is wrong and what to do about it, for people.")
    path: list[str] = described('Which input it is about, from the argument down: ["input", "name"].')


def user_errors(error: NumberlineError | Refused) -> list[UserError]:
    """Return a refusal as data."""
    errors = error.errors if isinstance(error, Refused) else (error,)
    return [UserError(code=one.code, message=one.message, path=["input", *one.path]) for one in errors]


def is_refusal(error: Exception) -> bool:
    """Return whether an exception is the caller's to mend; that the database is away is not."""
    return isinstance(error, NumberlineError | Refused) and not isinstance(error, Unavailable)


def put_code(error: GraphQLError) -> None:
    """Give an error its `extensions.code`, and mask what nobody foresaw behind an id that is in the log."""
    cause = error.original_error
    if isinstance(cause, Refused):
        cause = cause.errors[0]
    if isinstance(cause, NumberlineError):
        error.message, error.extensions = cause.message, {"code": cause.code, **_hints(cause)}
    elif type(cause) in OPERATION_CODES:
        error.extensions = {"code": OPERATION_CODES[type(cause)]}
    elif isinstance(error, GraphQLSyntaxError):
        error.extensions = {"code": "GRAPHQL_PARSE_FAILED"}
    elif cause is None or isinstance(cause, GraphQLError):
        error.extensions = {"code": "GRAPHQL_VALIDATION_FAILED", **(error.extensions or {})}
    else:
        _mask(error, cause)


def _hints(cause: NumberlineError) -> dict[str, Any]:
    return {"retryable": True} if isinstance(cause, Unavailable) else {}


def _mask(error: GraphQLError, cause: BaseException) -> None:
    correlation_id = uuid.uuid4().hex
    logger.error("internal error %s at %s", correlation_id, error.path, exc_info=cause)
    error.message = f"Something went wrong here; report it with the id {correlation_id}."
    error.extensions = {"code": "INTERNAL_ERROR", "correlationId": correlation_id}
