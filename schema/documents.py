"""What becomes of a document before it runs: parsed and validated once, and held to the limits."""

from collections.abc import Iterator
from contextlib import suppress
from functools import lru_cache
from typing import Any

from graphql import DocumentNode, GraphQLError, GraphQLSyntaxError, OperationDefinitionNode
from strawberry.extensions import ParserCache, ValidationCache
from strawberry.types.execution import ExecutionContext

from schema import limits


class DocumentParser(ParserCache):
    """Strawberry's cache, but a syntax error is left to Strawberry's own parsing, which knows how to tell it."""

    def on_parse(self) -> Iterator[None]:
        """Parse, up to the limit of tokens."""
        self.execution_context.parse_options["max_tokens"] = limits.MOST_TOKENS
        with suppress(GraphQLSyntaxError, StopIteration):
            next(super().on_parse())
        yield


class DocumentValidator(ValidationCache):
    """Strawberry's cache, and what the specification and we ask of a document beyond it."""

    _rows = 0

    def on_validate(self) -> Iterator[None]:
        """Hold the document to its limits by its form, validate it, and count what it can bring."""
        context = self.execution_context
        error = self._before(context)
        if error is not None:
            context.pre_execution_errors = [error]
            yield
            return
        for _ in super().on_validate():
            if not context.pre_execution_errors:
                context.pre_execution_errors = self._after(context)
            yield

    def get_results(self) -> dict[str, Any]:
        """Tell what the lists of the document can bring, where there are any."""
        return {"cost": {"rows": self._rows, "limit": limits.MOST_ROWS}} if self._rows else {}

    @staticmethod
    def _before(context: ExecutionContext) -> GraphQLError | None:
        document = context.graphql_document
        # GraphQL, section 6.1: of several operations one has to be named; Strawberry would run the first.
        if context._provided_operation_name is None and _operations(document) > 1:  # noqa: SLF001
            return GraphQLError("Say which operation is meant by `operationName`.")
        error = _extent_refusal(document) if document else None
        return GraphQLError(error.message, original_error=error) if error else None

    def _after(self, context: ExecutionContext) -> list[GraphQLError]:
        core, document = context.schema._schema, context.graphql_document  # noqa: SLF001  # Strawberry has no public way to it
        try:
            self._rows = limits.rows(core, document, context.operation_name, context.variables) if document else 0
        except limits.TooManyRows as error:
            return [GraphQLError(error.message, original_error=error)]
        return []


@lru_cache(maxsize=128)
def _extent_refusal(document: DocumentNode) -> limits.LimitExceeded | None:
    try:
        limits.refuse_extent(document)
    except limits.LimitExceeded as error:
        return error
    return None


def _operations(document: DocumentNode | None) -> int:
    return sum(isinstance(part, OperationDefinitionNode) for part in document.definitions) if document else 0
