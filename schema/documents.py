"""What becomes of a document before it runs: parsed and validated once, and held to the limits, as is its running."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import suppress
from functools import lru_cache
from typing import Any

from graphql import (
    DocumentNode,
    GraphQLError,
    GraphQLSyntaxError,
    OperationDefinitionNode,
    get_operation_ast,
    validate,
)
from strawberry.extensions import ParserCache, ValidationCache
from strawberry.schema.validation_rules.maybe_null import MaybeNullValidationRule
from strawberry.schema.validation_rules.one_of import OneOfInputValidationRule
from strawberry.types.graphql import OperationType

from schema.limits import OperationLimits, errors
from schema.limits.cost import cost, sizes
from schema.limits.size import refused, too_long_text, too_many_values
from store.errors import NumberlineError

KNOWN_DOCUMENTS = 1_024
"""How many documents a process remembers the size of, and how many operations the cost of."""

MOST_MISTAKES = 5
"""How many mistakes of a document are told: to say what might have been meant takes up to 0.02 s each."""

TOO_MANY_TOKENS = "Document contains more than"
"""How graphql-core's message begins where a document has too many tokens; it has no class of its own."""


class DocumentParser(ParserCache):
    """Strawberry's cache, but a syntax error is left to Strawberry's own parsing, which knows how to tell it."""

    def __init__(self, limits: OperationLimits) -> None:
        """Take the limits."""
        super().__init__()
        self._limits = limits

    def on_parse(self) -> Iterator[None]:
        """Parse, up to the limit of tokens."""
        self.execution_context.parse_options["max_tokens"] = self._limits.tokens
        with suppress(GraphQLSyntaxError, StopIteration):
            next(super().on_parse())
        yield


class DocumentValidator(ValidationCache):
    """Strawberry's cache, and what the specification and we ask of an operation beyond it."""

    _cost = 0

    def __init__(self, limits: OperationLimits) -> None:
        """Take the limits."""
        super().__init__()
        self.cached_validate_document = _known_mistakes
        self._limits = limits

    def on_validate(self) -> Iterator[None]:
        """Measure the document, which validation would take long for, validate it, and reckon what it would fetch."""
        context = self.execution_context
        error = self._before(context.graphql_document)
        if error is not None:
            context.pre_execution_errors = [error]
            yield
            return
        for _ in super().on_validate():
            if not context.pre_execution_errors:
                context.pre_execution_errors = self._after(context.graphql_document)
            yield

    async def on_execute(self) -> AsyncIterator[None]:
        """Stop the operation, and with it its statements, after its time. Subscriptions go on."""
        is_mutation = self.execution_context.operation_type is OperationType.MUTATION
        time_s = (self._limits.mutation_time if is_mutation else self._limits.query_time).total_seconds()
        try:
            async with asyncio.timeout(time_s) as watch:
                yield
        except TimeoutError as error:
            if watch.expired():
                raise errors.TooSlow(int(time_s)) from error
            raise

    def get_results(self) -> dict[str, Any]:
        """Return what goes beside the data, where there is a cost. Each event of a subscription would repeat it."""
        if not self._cost or self.execution_context.operation_type is OperationType.SUBSCRIPTION:
            return {}
        return {"cost": {"requested": self._cost, "limit": self._limits.cost}}

    def _before(self, document: DocumentNode | None) -> GraphQLError | None:
        # GraphQL, section 6.1: of several operations one has to be named; Strawberry would run the first.
        if self.execution_context._provided_operation_name is None and _operations(document) > 1:  # noqa: SLF001
            return GraphQLError("Say which operation is meant by `operationName`.")
        error = _known_refusal(document, self._limits) if document else None
        if error is None and document:
            error = self._of_variables(document, self.execution_context.variables or {})
        return _told(error) if error else None

    def _of_variables(self, document: DocumentNode, variables: dict[str, Any]) -> NumberlineError | None:
        if too_many_values(variables, self._limits.values):
            return errors.TooManyValues(self._limits.values)
        if too_long_text(document, variables, self._limits.text):
            return errors.TextTooLong(self._limits.text)
        return None

    def _after(self, document: DocumentNode | None) -> list[GraphQLError]:
        context = self.execution_context
        core = context.schema._schema  # noqa: SLF001  # Strawberry has no public way to the graphql-core schema
        self._cost = _known_cost(core, document, context.operation_name, sizes(context.variables))
        if self._cost > self._limits.cost:
            return [_told(errors.TooCostly(self._limits.cost, self._cost))]
        return []


@lru_cache(KNOWN_DOCUMENTS)
def _known_mistakes(core: Any, document: DocumentNode, rules: tuple[Any, ...]) -> list[GraphQLError]:
    """Validate as Strawberry does, which would tell a hundred mistakes."""
    rules = (*rules, MaybeNullValidationRule, OneOfInputValidationRule)
    return validate(core, document, rules, max_errors=MOST_MISTAKES)


_known_refusal = lru_cache(KNOWN_DOCUMENTS)(refused)


@lru_cache(KNOWN_DOCUMENTS)
def _known_cost(core: Any, document: DocumentNode, name: str | None, given: tuple[tuple[str, int], ...]) -> int:
    operation = get_operation_ast(document, name)
    assert operation is not None  # noqa: S101  # it was found before validation
    return cost(core, document, operation, dict(given))


def _told(error: NumberlineError) -> GraphQLError:
    return GraphQLError(error.message, original_error=error)


def _operations(document: DocumentNode | None) -> int:
    return sum(isinstance(part, OperationDefinitionNode) for part in document.definitions) if document else 0
