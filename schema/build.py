"""Building the schema."""

from collections.abc import Iterator
from contextlib import suppress

import strawberry
from graphql import DocumentNode, GraphQLError, GraphQLSyntaxError, OperationDefinitionNode
from strawberry.extensions import ParserCache, ValidationCache
from strawberry.schema.config import StrawberryConfig
from strawberry.types.execution import ExecutionContext

from schema import gate
from schema.errors import put_code
from schema.executor import Executor
from schema.mutations import Mutation
from schema.queries import Query
from schema.scalars import SCALARS
from schema.subscriptions import Subscription, bookmarks


class _ParserCache(ParserCache):
    """Strawberry's cache, but a syntax error is left to Strawberry's own parsing, which knows how to tell it."""

    def on_parse(self) -> Iterator[None]:
        with suppress(GraphQLSyntaxError, StopIteration):
            next(super().on_parse())
        yield


class _ValidationCache(ValidationCache):
    """Strawberry's cache, but of several operations one has to be named (GraphQL, section 6.1).

    Strawberry would run the first.
    """

    def on_validate(self) -> Iterator[None]:
        context = self.execution_context
        if context._provided_operation_name is None and _operations(context.graphql_document) > 1:  # noqa: SLF001
            context.pre_execution_errors = [GraphQLError("Say which operation is meant by `operationName`.")]
            yield
        else:
            yield from super().on_validate()


class NumberlineSchema(strawberry.Schema):
    """Our schema: every error leaves it with a code."""

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
    core = schema._schema  # noqa: SLF001  # Strawberry has no public way to the graphql-core schema
    bookmarks.put_in(core)
    gate.put_up(core)
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
        extensions=[_ParserCache, _ValidationCache],
        execution_context_class=Executor,
    )


def _operations(document: DocumentNode | None) -> int:
    return sum(isinstance(part, OperationDefinitionNode) for part in document.definitions) if document else 0
