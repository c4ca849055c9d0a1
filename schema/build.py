"""Building the schema."""

import re

import strawberry
from graphql import GraphQLError, GraphQLSchema, GraphQLSyntaxError
from strawberry.schema.config import StrawberryConfig
from strawberry.types.execution import ExecutionContext

from provisioning.permissions import PERMISSIONS
from schema import gate
from schema.documents import TOO_MANY_TOKENS, DocumentParser, DocumentValidator
from schema.errors import USER_ERRORS, put_code
from schema.executor import Executor
from schema.limits import OperationLimits
from schema.limits.errors import TooManyTokens
from schema.mutations import Mutation
from schema.queries import Query
from schema.scalars import SCALARS
from schema.subscriptions import Subscription, bookmarks

NO_SETTINGS = OperationLimits()
"""The limits where nothing is set."""

SUGGESTION = re.compile(r" Did you mean [^?]*\?")
"""How graphql-core names what there is, where something was named that is not there."""

_ONE_OF = "Exactly one field of the input has to be given, and not as null."


class NumberlineSchema(strawberry.Schema):
    """Our schema: every error leaves it with a code."""

    limits: OperationLimits

    def process_errors(
        self,
        errors: list[GraphQLError],
        execution_context: ExecutionContext | None = None,  # noqa: ARG002  # Strawberry's signature
    ) -> None:
        """Give each error its code; those that nobody foresaw are masked and logged."""
        for error in errors:
            if isinstance(error, GraphQLSyntaxError) and TOO_MANY_TOKENS in error.message:
                error.original_error = TooManyTokens(self.limits.tokens)
            put_code(error)
            if not self.limits.introspection:
                error.message = SUGGESTION.sub("", error.message)


def build_schema(limits: OperationLimits = NO_SETTINGS) -> NumberlineSchema:
    """Build the schema, with the gate before every root field, for operations within limits.

    Raises FieldWithoutPermission where a root field has no entry in the permission table.
    """
    schema = _schema(StrawberryConfig(scalar_map=SCALARS), limits)
    core = schema._schema  # noqa: SLF001  # Strawberry has no public way to the graphql-core schema
    bookmarks.put_in(core)
    gate.put_up(core)
    return schema


def print_sdl() -> str:
    """Return the schema as SDL, sorted: what `schema.graphql` holds."""
    # Only for printing: a sorted schema hands plain strings to resolvers instead of enum members.
    sdl = _schema(StrawberryConfig(scalar_map=SCALARS, sort_schema=True), NO_SETTINGS).as_str().rstrip() + "\n"
    # Strawberry prints the directive for tools that do not know it yet, but cannot describe it.
    return sdl.replace("directive @oneOf", f'"""{_ONE_OF}"""\ndirective @oneOf', 1)


def _schema(config: StrawberryConfig, limits: OperationLimits) -> NumberlineSchema:
    schema = NumberlineSchema(
        query=Query,
        mutation=Mutation,
        subscription=Subscription,
        types=USER_ERRORS,
        config=config,
        extensions=[lambda: DocumentParser(limits), lambda: DocumentValidator(limits)],
        execution_context_class=Executor,
    )
    schema.limits = limits
    core = schema._schema  # noqa: SLF001  # Strawberry has no public way to the graphql-core schema
    _name_nodes(core)
    _say_who_may(core)
    return schema


def _name_nodes(core: GraphQLSchema) -> None:
    """Say in the descriptions of pages and edges of what they are: Strawberry makes them all from one generic type."""
    for kind in core.type_map.values():
        if kind.description and "{node}" in kind.description:
            node = re.sub("(Connection|Edge)$", "", kind.name)
            kind.description = kind.description.replace("{node}", f"`{node}`")


def _say_who_may(core: GraphQLSchema) -> None:
    """Say of each root field that not everybody may use who may, by the permission table."""
    for root in (core.query_type, core.mutation_type, core.subscription_type):
        for name, field in root.fields.items() if root else ():
            permission = PERMISSIONS.get(name)
            if permission is not None and not permission.is_for_everybody:
                field.description = f"{field.description} {permission}"
