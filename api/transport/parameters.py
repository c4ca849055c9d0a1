"""The parameters of a GraphQL request, from its URL, its JSON body or its parts (GraphQL over HTTP, section 5)."""

from collections.abc import Mapping
from email.message import Message
from types import MappingProxyType
from typing import Any

import orjson
from starlette.exceptions import HTTPException
from starlette.requests import Request
from strawberry.file_uploads.utils import replace_placeholders_with_files

from api.transport.errors import BadRequest, ContentTypeUnsupported, PreflightMissing
from api.transport.reading import read_json

PREFLIGHT_HEADER = "graphql-require-preflight"
"""A header that a form on somebody else's page cannot send; without it no multipart request is taken."""

KINDS: Mapping[str, tuple[type, str]] = MappingProxyType(
    {
        "query": (str, "a string"),
        "documentId": (str, "a string"),
        "operationName": (str, "a string"),
        "variables": (dict, "an object"),
        "extensions": (dict, "an object"),
    }
)
"""The parameters that are read, and what each is unless it is null. Others are ignored, as the specification says."""

LONGEST_NAME = 256
"""How many characters the name of an operation may have; one that is not there is told again in the answer."""

Parameters = Mapping[str, Any]
"""Parameters by name, each of its kind or None."""


async def parameters(request: Request) -> Parameters:
    """Read the parameters of a request. Raises a RequestRefused."""
    return checked(_of_url(request) if request.method == "GET" else await _of_body(request))


def checked(given: Any) -> Parameters:
    """Return parameters that are of their kinds. Raises BadRequest."""
    if not isinstance(given, dict):
        raise BadRequest("A GraphQL request is one JSON object; batches are not taken")
    for name, (kind, words) in KINDS.items():
        if not isinstance(given.get(name), kind | None):
            raise BadRequest(f"`{name}` has to be {words}")
    if len(given.get("operationName") or "") > LONGEST_NAME:
        raise BadRequest(f"`operationName` may have at most {LONGEST_NAME} characters")
    return given


def _of_url(request: Request) -> dict[str, Any]:
    given: dict[str, Any] = dict(request.query_params)
    if len(given) != len(request.query_params.multi_items()):
        raise BadRequest("A parameter is given more than once")
    for name in ("variables", "extensions"):
        if given.get(name):
            given[name] = _json(given[name], f"the parameter `{name}`")
    return {name: value for name, value in given.items() if value != ""}


async def _of_body(request: Request) -> Any:
    kind, charset = _content_type(request)
    if kind == "application/json" and charset in {"utf-8", "utf8"}:
        return _json(await request.body(), "the body")
    if kind == "multipart/form-data":
        if PREFLIGHT_HEADER not in request.headers:
            raise PreflightMissing
        return await _of_parts(request)
    raise ContentTypeUnsupported


async def _of_parts(request: Request) -> Any:
    """Put the files in the places that `map` names (GraphQL multipart request specification)."""
    try:
        form = await request.form()
    except HTTPException as error:
        raise BadRequest(f"The parts cannot be read: {error.detail}") from error
    operations = _json(form.get("operations", ""), "the part `operations`")
    places = _json(form.get("map", ""), "the part `map`")
    try:
        return replace_placeholders_with_files(operations, places, form)
    except (AttributeError, IndexError, KeyError, TypeError, ValueError, RecursionError) as error:
        raise BadRequest("The part `map` has to name the files, and their places in `operations`") from error


def _json(text: Any, where: str) -> Any:
    try:
        return read_json(text)
    except (orjson.JSONDecodeError, TypeError) as error:
        raise BadRequest(f"There is no JSON in {where}") from error


def _content_type(request: Request) -> tuple[str, str]:
    """Return the media type and the charset, both in lower case."""
    header = request.headers.get("content-type", "")
    if header == "application/json":
        return header, "utf-8"
    read = Message()
    read["content-type"] = header or "none/none"
    return read.get_content_type(), str(read.get_param("charset", "utf-8")).lower()
