"""What an answer must not be, whatever was asked."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import graphql
import httpx

from tests.api.journey import SCHEMA, is_input_path
from tests.conformance.fuzz.aiming import Operation

_GUIDE = Path(__file__).parents[3] / "docs" / "guide"

FAULT = "INTERNAL_ERROR"
"""The code of what nobody foresaw."""

SELECTED = {"code", "message", "path"}
"""What is judged of a user error; a document that is sent as it was drawn may ask for less."""


def published_codes() -> frozenset[str]:
    """Return every code that the schema or the guide names, but that of faults."""
    kind = SCHEMA.type_map["ErrorCode"]
    assert isinstance(kind, graphql.GraphQLEnumType)
    pages = "".join(page.read_text() for page in _GUIDE.rglob("*.md"))
    return frozenset({*kind.values, *re.findall(r"`([A-Z][A-Z_]+)`", pages)}) - {FAULT}


def complaints(operation: Operation, response: httpx.Response, published: frozenset[str]) -> Iterator[str]:
    """Yield what is wrong with an answer."""
    if response.status_code >= httpx.codes.INTERNAL_SERVER_ERROR:
        yield f"status {response.status_code}"
    try:
        answer = response.json()
    except ValueError:
        yield "no JSON"
        return
    if not isinstance(answer, dict) or not (answer.get("errors") or "data" in answer):
        yield "neither data nor errors"
        return
    yield from _of_errors(answer.get("errors") or [], published)
    if operation.kind is graphql.OperationType.MUTATION:
        for payload in (answer.get("data") or {}).values():
            yield from _of_refusals(operation.root_field, (payload or {}).get("userErrors") or [])


def codes(answer: dict[str, Any]) -> list[str]:
    """Return the codes of errors and of user errors."""
    errors = [error["extensions"]["code"] for error in answer.get("errors") or []]
    payloads = [payload for payload in (answer.get("data") or {}).values() if isinstance(payload, dict)]
    return errors + [refusal.get("code", "?") for payload in payloads for refusal in payload.get("userErrors") or []]


def _of_errors(errors: list[dict[str, Any]], published: frozenset[str]) -> Iterator[str]:
    for error in errors:
        code = (error.get("extensions") or {}).get("code")
        if code not in published:
            yield f"an error with the code {code}: {error.get('message')}"


def _of_refusals(field: str, refusals: list[dict[str, Any]]) -> Iterator[str]:
    for refusal in (refusal for refusal in refusals if refusal.keys() >= SELECTED):
        if not refusal["code"] or not refusal["message"] or not is_input_path(field, tuple(refusal["path"])):
            yield f"a user error that leads nowhere: {refusal}"
