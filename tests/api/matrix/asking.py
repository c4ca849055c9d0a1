"""Asking the server, and what it answers, byte for byte."""

import asyncio
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from graphql import (
    GraphQLField,
    GraphQLObjectType,
    get_named_type,
    is_abstract_type,
    is_leaf_type,
)
from websockets.asyncio.client import connect

from api.demo.client import SUBPROTOCOL
from tests.api.journey import SCHEMA, Api

ROOTS = {kind.name: kind for kind in (SCHEMA.query_type, SCHEMA.mutation_type, SCHEMA.subscription_type) if kind}
"""Query, Mutation and Subscription."""

PLACEHOLDER = "NAME"
"""Stands in an answer for the text that was asked with, which may be repeated in it."""

ERRORS = "userErrors { code message path }"

_VARYING = {"date", "content-length"}
"""Headers that say when, and how long the name is."""


@dataclass(frozen=True, slots=True)
class Answer:
    """All that comes back."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: str

    def without(self, name: str) -> "Answer":
        """Return the answer with a placeholder for the name that was asked with."""
        return Answer(self.status, self.headers, self.body.replace(name, PLACEHOLDER))

    @property
    def succeeded(self) -> bool:
        """Whether it says that everything went well."""
        return not self.codes

    @property
    def codes(self) -> set[str]:
        """The codes of all that went wrong."""
        body = json.loads(self.body)
        refused = {error["code"] for error in _refusals(body.get("data") or {})}
        return refused | {error["extensions"]["code"] for error in body.get("errors", ())}

    @property
    def is_nothing(self) -> bool:
        """Whether it says that there is no such thing: by the error, or by having nothing to show."""
        if self.codes:
            return self.codes == {"NOT_FOUND"}
        return all(_is_nothing(found) for found in json.loads(self.body)["data"].values())


def _refusals(data: dict[str, Any]) -> Iterator[Any]:
    for payload in data.values():
        yield from payload.get("userErrors", []) if isinstance(payload, dict) else []


def _is_nothing(found: Any) -> bool:
    """Return whether it is null, a list that ends in null, an empty page or a count of none."""
    if isinstance(found, list):
        return found[-1] is None
    return found is None or found.get("nodes") == [] or found.get("total") == 0


def document(root: str, name: str, given: dict[str, Any], selection: str | None = None) -> str:
    """Return the document that calls a root field with variables, and selects whatever is near."""
    field = ROOTS[root].fields[name]
    variables = ", ".join(f"${each}: {field.args[each].type}" for each in given)
    arguments = ", ".join(f"{each}: ${each}" for each in given)
    return f"{root.lower()}({variables}) {{ {name}({arguments}) {selection or selected(field)} }}"


def selected(field: GraphQLField, depth: int = 2) -> str:
    """Return a selection of all that lies that deep under a field; deeper where nothing does."""
    kind = get_named_type(field.type)
    if is_leaf_type(kind):
        return ""
    if is_abstract_type(kind):
        return "{ __typename id }" if kind.name == "Node" else "{ code message path }"
    assert isinstance(kind, GraphQLObjectType)
    inner = " ".join(
        f"{name} {selected(each, depth - 1)}".strip()
        for name, each in kind.fields.items()
        if (depth > 1 or is_leaf_type(get_named_type(each.type))) and name != "edges"
    )
    return f"{{ {inner} }}" if inner else selected(field, depth + 1)


async def answer(api: Api, root: str, text: str, variables: dict[str, Any]) -> Answer:
    """Ask, and return what is answered; of a subscription the first message."""
    if root == "Subscription":
        return await first_message(api, text, variables)
    found = await api.post(text, **variables)
    return Answer(found.status_code, told(found.headers.items()), found.text)


def told(headers: Any) -> tuple[tuple[str, str], ...]:
    """Return the headers that may not differ."""
    return tuple(sorted((name, value) for name, value in headers if name not in _VARYING))


async def first_message(api: Api, text: str, variables: dict[str, Any]) -> Answer:
    """Subscribe over a WebSocket; return the first message, or the code with which the socket is closed."""
    address = api.address.replace("http", "ws", 1) + "/graphql"
    async with asyncio.timeout(20), connect(address, subprotocols=[SUBPROTOCOL]) as socket:  # type: ignore[list-item]  # a NewType of str
        await socket.send(json.dumps({"type": "connection_init", "payload": api.headers}))
        await socket.recv()
        await socket.send(
            json.dumps({"id": "1", "type": "subscribe", "payload": {"query": text, "variables": variables}})
        )
        message = json.loads(await socket.recv())
        payload = message["payload"]
        # An error message holds the errors alone.
        body = payload if message["type"] == "next" else {"errors": payload}
        return Answer(0, (("type", message["type"]),), json.dumps(body, separators=(",", ":")))
