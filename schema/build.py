"""Building the schema."""

from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import strawberry
from graphql import GraphQLError, GraphQLSyntaxError
from strawberry.extensions import ParserCache, ValidationCache
from strawberry.schema.config import StrawberryConfig
from strawberry.types.execution import ExecutionContext
from strawberry.types.graphql import OperationType

from schema import gate
from schema.errors import put_code
from schema.executor import Executor
from schema.mutations import Mutation
from schema.queries import Query
from schema.scalars import SCALARS
from schema.subscriptions import Subscription


class _ParserCache(ParserCache):
    """Strawberry's cache, but a syntax error is left to Strawberry's own parsing, which knows how to tell it."""

    def on_parse(self) -> Iterator[None]:
        with suppress(GraphQLSyntaxError, StopIteration):
            next(super().on_parse())
        yield


class NumberlineSchema(strawberry.Schema):
    """Our schema: every error leaves it with a code."""

    async def execute(self, query: str | None, **options: Any) -> Any:  # type: ignore[override]  # options are handed on
        """Run a query or a mutation; a subscription sent as one is refused rather than run to a misleading null."""
        allowed = set(options.pop("allowed_operation_types", None) or OperationType) - {OperationType.SUBSCRIPTION}
        return await super().execute(query, allowed_operation_types=allowed, **options)

    def process_errors(
        self,
        errors: list[GraphQLError],
        execution_context: ExecutionContext | None = None,  # noqa: ARG002  # Strawberry's signature
    ) -> None:
        """Give each error its code; those that nobody foresaw are masked and logged."""
        for error in errors:
            put_code(error)


def build_schema() -> NumberlineSchema:
    """Build the schema, with the gate before every root field.

    Raises FieldWithoutPermission where a root field has no entry in the permission table.
    """
    schema = _schema(StrawberryConfig(scalar_map=SCALARS))
    gate.put_up(schema._schema)  # noqa: SLF001  # Strawberry has no public way to the graphql-core schema
    return schema


def print_sdl() -> str:
    """Return the schema as SDL, sorted: what `schema.graphql` holds."""
    # Only for printing: a sorted schema hands plain strings to resolvers instead of enum members.
    return _schema(StrawberryConfig(scalar_map=SCALARS, sort_schema=True)).as_str().rstrip() + "\n"


def _schema(config: StrawberryConfig) -> NumberlineSchema:
    return NumberlineSchema(
        query=Query,
        mutation=Mutation,
        subscription=Subscription,
        config=config,
        extensions=[_ParserCache, ValidationCache],
        execution_context_class=Executor,
    )
