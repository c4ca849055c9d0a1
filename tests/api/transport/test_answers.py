"""What a result looks like over HTTP."""

from typing import Any

import orjson
import pytest
from graphql import GraphQLError
from strawberry.types import ExecutionResult

from api.transport.answers import answer
from api.transport.media import JSON, RESPONSE

HERE = GraphQLError("No.", path=["viewer"], extensions={"code": "FORBIDDEN"})
NOWHERE = GraphQLError("No.", extensions={"code": "GRAPHQL_VALIDATION_FAILED"})
OURS = GraphQLError("No.", extensions={"code": "INTERNAL_ERROR"})


@pytest.mark.parametrize(
    ("data", "errors", "keys", "legacy", "modern"),
    [
        ({"a": 1}, None, {"data"}, 200, 200),
        ({"a": None}, [HERE], {"data", "errors"}, 200, 200),
        (None, [HERE], {"data", "errors"}, 200, 200),
        (None, [NOWHERE], {"errors"}, 200, 400),
        (None, [NOWHERE, NOWHERE], {"errors"}, 200, 400),
        (None, [OURS], {"errors"}, 500, 500),
    ],
)
def test_the_status_says_whether_anything_was_run(
    data: Any, errors: list[GraphQLError] | None, keys: set[str], legacy: int, modern: int
) -> None:
    """An error of a field, which has a path, is part of an answer; one without is instead of it."""
    result = ExecutionResult(data, errors)

    answers = [answer(result, media) for media in (JSON, RESPONSE)]

    assert [found.status_code for found in answers] == [legacy, modern]
    assert [set(orjson.loads(found.body)) for found in answers] == [keys, keys]
