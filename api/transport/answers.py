"""A GraphQL result over HTTP: its body, and its status by media type (GraphQL over HTTP, section 6.4)."""

from typing import Any

import orjson
from graphql import GraphQLError
from starlette.responses import Response
from strawberry.types import ExecutionResult

from api.transport.media import RESPONSE
from store.errors import NumberlineError


def body(result: ExecutionResult) -> dict[str, Any]:
    """Return the body of an answer. Where nothing was run there is no `data` (GraphQL, section 7.1)."""
    answer: dict[str, Any] = {}
    if result.errors:
        answer["errors"] = [error.formatted for error in result.errors]
    if result.data is not None or not _is_request_error(result.errors):
        answer["data"] = result.data
    if result.extensions:
        answer["extensions"] = result.extensions
    return answer


def refused(error: NumberlineError) -> ExecutionResult:
    """Return the result of a document that is refused before it is parsed."""
    return ExecutionResult(None, [GraphQLError(error.message, extensions={"code": error.code})])


def answer(result: ExecutionResult, media: str) -> Response:
    """Return the answer in one of the two JSON media types."""
    content = body(result)
    return Response(orjson.dumps(content), _status(content, media), media_type=media)


def _is_request_error(errors: list[GraphQLError] | None) -> bool:
    """Return whether no field was run: an error of a field has a path."""
    return bool(errors) and all(error.path is None for error in errors or ())


def _status(content: dict[str, Any], media: str) -> int:
    if "data" in content:
        return 200
    if any(error["extensions"]["code"] == "INTERNAL_ERROR" for error in content["errors"]):
        return 500
    return 400 if media == RESPONSE else 200
