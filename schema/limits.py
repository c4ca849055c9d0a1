"""What a document may ask for at once: how deep, how wide, and how many rows."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLField,
    GraphQLNamedType,
    GraphQLSchema,
    InlineFragmentNode,
    IntValueNode,
    ListValueNode,
    OperationDefinitionNode,
    SelectionSetNode,
    VariableNode,
    get_named_type,
    get_operation_ast,
)

from schema.connections import DEFAULT_PAGE, LARGEST_PAGE
from store.errors import NumberlineError

MOST_TOKENS = 10_000
"""How many words and signs a document has; a page of GraphiQL has some hundred, its introspection 300."""

DEEPEST = 20
"""How many fields lie within each other; introspection has 15."""

MOST_ALIASES = 200
"""How many fields are given another name: each of them is resolved, the same field or not."""

MOST_DIRECTIVES = 200
"""How many directives a document has; each is checked against all of its place."""

MOST_ROWS = 100_000
"""How many rows the lists of a document can bring, lists within lists multiplied; two full pages within each other
are 10,100."""


class LimitExceeded(NumberlineError):
    """A document asks for more than may be asked for at once."""


@dataclass(eq=False)
class DocumentTooDeep(LimitExceeded):
    """At most {most} fields may lie within each other; ask for what is deeper by its id."""

    code = "DOCUMENT_TOO_DEEP"
    most: int = DEEPEST


@dataclass(eq=False)
class TooManyAliases(LimitExceeded):
    """A document may have at most {most} aliases; send several, or ask by `nodes(ids:)`."""

    code = "TOO_MANY_ALIASES"
    most: int = MOST_ALIASES


@dataclass(eq=False)
class TooManyDirectives(LimitExceeded):
    """A document may have at most {most} directives."""

    code = "TOO_MANY_DIRECTIVES"
    most: int = MOST_DIRECTIVES


@dataclass(eq=False)
class TooManyRows(LimitExceeded):
    """The lists of this document can bring {rows} rows, and may bring {most}; ask for smaller pages within pages."""

    code = "TOO_MANY_ROWS"
    rows: int
    most: int = MOST_ROWS


def refuse_extent(document: DocumentNode) -> None:
    """Refuse a document by its form alone, before it is validated, which takes long for what is refused here.

    Raises DocumentTooDeep, TooManyAliases, TooManyDirectives.
    """
    extent = _Extent(_fragments(document))
    for definition in document.definitions:
        if isinstance(definition, OperationDefinitionNode | FragmentDefinitionNode):
            extent.directives += len(definition.directives or ())
            extent.depth(definition.selection_set)
    if extent.deepest > DEEPEST:
        raise DocumentTooDeep
    if extent.aliases > MOST_ALIASES:
        raise TooManyAliases
    if extent.directives > MOST_DIRECTIVES:
        raise TooManyDirectives


class _Extent:
    """Walks a document that may not be valid: fragments that are not there, or that lead back to themselves."""

    def __init__(self, fragments: Mapping[str, FragmentDefinitionNode]) -> None:
        self.aliases = self.directives = self.deepest = 0
        self._fragments = fragments
        self._depths: dict[str, int] = {}

    def depth(self, selections: SelectionSetNode) -> int:
        """Return how deep a selection is; on the way, count."""
        deepest = 0
        for selection in selections.selections:
            self.directives += len(selection.directives or ())
            match selection:
                case FragmentSpreadNode():
                    inner = self._depth_of(selection.name.value)
                case InlineFragmentNode():
                    inner = self.depth(selection.selection_set)
                case FieldNode():
                    self.aliases += selection.alias is not None
                    inner = 1 + (self.depth(selection.selection_set) if selection.selection_set else 0)
                case _:
                    continue
            deepest = max(deepest, inner)
        self.deepest = max(self.deepest, deepest)
        return deepest

    def _depth_of(self, fragment: str) -> int:
        """Return the depth of a fragment, walked once; 0 where it is not there, or leads back to itself."""
        if fragment not in self._depths and fragment in self._fragments:
            self._depths[fragment] = 0
            self._depths[fragment] = self.depth(self._fragments[fragment].selection_set)
        return self._depths.get(fragment, 0)


def rows(
    schema: GraphQLSchema, document: DocumentNode, operation_name: str | None, variables: Mapping[str, Any] | None
) -> int:
    """Return how many rows the lists of a valid operation can bring, lists within lists multiplied.

    Raises TooManyRows.
    """
    operation = get_operation_ast(document, operation_name)
    root = None if operation is None else schema.get_root_type(operation.operation)
    if operation is None or root is None:
        return 0
    found = _Rows(schema, _fragments(document), _given(operation, variables or {})).of(operation.selection_set, root)
    if found > MOST_ROWS:
        raise TooManyRows(found)
    return found


class _Rows:
    """Counts the rows of an operation; of each fragment once."""

    def __init__(
        self, schema: GraphQLSchema, fragments: Mapping[str, FragmentDefinitionNode], given: Mapping[str, Any]
    ) -> None:
        self._schema = schema
        self._fragments = fragments
        self._given = given
        self._known: dict[str, int] = {}

    def of(self, selections: SelectionSetNode, parent: GraphQLNamedType | None) -> int:
        """Return the rows of a selection on a type."""
        return sum(self._of_one(selection, parent) for selection in selections.selections)

    def _of_one(self, selection: Any, parent: GraphQLNamedType | None) -> int:
        if isinstance(selection, FragmentSpreadNode):
            return self._of_fragment(selection.name.value)
        if isinstance(selection, InlineFragmentNode):
            condition = selection.type_condition
            on = self._schema.get_type(condition.name.value) if condition else parent
            return self.of(selection.selection_set, on)
        field = getattr(parent, "fields", {}).get(selection.name.value)
        if field is None or selection.selection_set is None:
            return 0
        inner = self.of(selection.selection_set, get_named_type(field.type))
        size = self._size(field, selection)
        return inner if size is None else size * (1 + inner)

    def _of_fragment(self, name: str) -> int:
        if name not in self._known:
            fragment = self._fragments[name]
            on = self._schema.get_type(fragment.type_condition.name.value)
            self._known[name] = self.of(fragment.selection_set, on)
        return self._known[name]

    def _size(self, field: GraphQLField, selection: FieldNode) -> int | None:
        """Return how many rows a field brings at most; None where it is no list that the caller measures."""
        given = {argument.name.value: self._value(argument.value) for argument in selection.arguments or ()}
        if "first" in field.args:
            sizes = [given[name] for name in ("first", "last") if isinstance(given.get(name), int)]
            return min(max(sizes, default=DEFAULT_PAGE), LARGEST_PAGE)
        if "ids" in field.args:
            ids = given.get("ids")
            return len(ids) if isinstance(ids, list | tuple) else 1
        return None

    def _value(self, node: Any) -> Any:
        if isinstance(node, VariableNode):
            return self._given.get(node.name.value)
        if isinstance(node, IntValueNode):
            return int(node.value)
        return node.values if isinstance(node, ListValueNode) else None


def _fragments(document: DocumentNode) -> dict[str, FragmentDefinitionNode]:
    return {part.name.value: part for part in document.definitions if isinstance(part, FragmentDefinitionNode)}


def _given(operation: OperationDefinitionNode, variables: Mapping[str, Any]) -> dict[str, Any]:
    """Return the variables with the defaults of those that are left out."""
    return dict(_defaults(operation)) | dict(variables)


def _defaults(operation: OperationDefinitionNode) -> Iterator[tuple[str, int]]:
    for definition in operation.variable_definitions or ():
        if isinstance(definition.default_value, IntValueNode):
            yield definition.variable.name.value, int(definition.default_value.value)
