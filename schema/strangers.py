"""What somebody without a token may ask: for the schema, as GraphiQL and code generators do, and nothing else."""

from graphql import FieldNode, GraphQLError, OperationDefinitionNode, OperationType, parse

from schema.limits.size import INTROSPECTION

_ALLOWED = INTROSPECTION | {"__typename"}


def asks_for_schema_alone(document: str, most_tokens: int) -> bool:
    """Return whether every operation of a document selects introspection by name, and nothing beside it.

    A document that cannot be read, or not cheaply, does not.
    """
    if "__" not in document:
        return False
    try:
        definitions = parse(document, no_location=True, max_tokens=most_tokens).definitions
    except (GraphQLError, RecursionError):
        return False
    operations = [each for each in definitions if isinstance(each, OperationDefinitionNode)]
    return bool(operations) and all(_is_introspection(each) for each in operations)


def _is_introspection(operation: OperationDefinitionNode) -> bool:
    return operation.operation is OperationType.QUERY and all(
        isinstance(field, FieldNode) and field.name.value in _ALLOWED for field in operation.selection_set.selections
    )
