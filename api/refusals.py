"""Refusals of requests that are not GraphQL, or not yet: coded JSON in the shape of a GraphQL answer."""

from typing import Any

import orjson
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response


def refusal(status: int, code: str, message: str, **hints: Any) -> Response:
    """Return the answer to a request that is refused; `hints` are put beside the code."""
    body: dict[str, Any] = {"errors": [{"message": message, "extensions": {"code": code, **hints}}]}
    headers = {"www-authenticate": "Bearer"} if status == 401 else {}  # noqa: PLR2004  # RFC 9110, 15.5.2
    return Response(orjson.dumps(body), status_code=status, headers=headers, media_type="application/json")


def astray(_request: Request, error: Exception) -> Response:
    """Return the answer where no route takes a request: Starlette's own has no code."""
    assert isinstance(error, HTTPException)  # noqa: S101  # what it is registered for
    if error.status_code == 405:  # noqa: PLR2004  # RFC 9110, 15.5.6
        told = "This address is asked in another way; the header Allow says how."
        answer = refusal(405, "METHOD_NOT_ALLOWED", told)
    else:
        answer = refusal(error.status_code, "PATH_UNKNOWN", "There is nothing at this address; GraphQL is at /graphql.")
    answer.headers.update(error.headers or {})
    return answer
