"""Bookmarks: a subscription that its transport can resume, whatever its document selects."""

from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing
from typing import Any

from graphql import GraphQLResolveInfo, GraphQLSchema

from schema.context import Bookmark

Events = AsyncGenerator[Any]
"""The events of a subscription, each with a `cursor`."""

Subscribe = Callable[..., Awaitable[Events] | Events]
"""Begins a subscription; graphql-core takes it either way."""


def put_in(schema: GraphQLSchema) -> None:
    """Let every subscription that takes `after` begin at the bookmark of its transport, and keep it up to date."""
    for field in schema.subscription_type.fields.values() if schema.subscription_type else ():
        if "after" in field.args and field.subscribe:
            field.subscribe = _marked(field.subscribe)


def _marked(subscribe: Subscribe) -> Subscribe:
    def marked(source: object, info: GraphQLResolveInfo[Any], **arguments: Any) -> Awaitable[Events] | Events:
        bookmark: Bookmark | None = info.context.bookmark
        if bookmark is None:
            return subscribe(source, info, **arguments)
        # A browser that connects again repeats its request as it was, with the `after` that it began with.
        arguments["after"] = bookmark.after or arguments.get("after")
        return _noted(subscribe(source, info, **arguments), bookmark)

    return marked


async def _noted(begun: Awaitable[Events] | Events, bookmark: Bookmark) -> Events:
    async with aclosing(await begun if isinstance(begun, Awaitable) else begun) as events:
        async for event in events:
            bookmark.cursor = event.cursor
            yield event
