"""Refusals of requests that are not GraphQL, or not yet: coded JSON in the shape of a GraphQL answer."""

from typing import Any

import orjson
from starlette.responses import Response


def refusal(status: int, code: str, message: str, **hints: Any) -> Response:
    """Return the answer to a request that is refused; `hints` are put beside the code."""
    body: dict[str, Any] = {"errors": [{"message": message, "extensions": {"code": code, **hints}}]}
    headers = {"www-authenticate": "Bearer"} if status == 401 else {}  # noqa: PLR2004  # RFC 9110, 15.5.2
    return Response(orjson.dumps(body), status_code=status, headers=headers, media_type="application/json")
