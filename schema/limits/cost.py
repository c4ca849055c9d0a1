"""The cost of an operation: how many objects it might fetch, told from the document and its variables alone.

An object costs 1, a page its rows, whatever is asked of a row as often as there are rows. A field without fields of its
own costs nothing, but for a count.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

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
    Node,
    OperationDefinitionNode,
    ValueNode,
    VariableNode,
    get_named_type,
    get_nullable_type,
    is_composite_type,
    is_list_type,
)

from schema.connections import DEFAULT_PAGE, LARGEST_PAGE
from schema.limits.size import INTROSPECTION

Sizes = Mapping[str, int]
"""By variable, the number that it holds, or how many items."""

LIST = 10
"""How many items a list counts that has no pages: each is short by what it is about, as the devices of a profile."""

COUNT = 20
"""What `totalCount` costs: a count reads the whole list."""

SCHEMA = 1_000
"""What asking for the schema costs. The whole of it is some thousand objects, and takes 0.1 s."""


def cost(schema: GraphQLSchema, document: DocumentNode, operation: OperationDefinitionNode, sizes: Sizes) -> int:
    """Return the cost of an operation of a valid document."""
    fragments = {node.name.value: node for node in document.definitions if isinstance(node, FragmentDefinitionNode)}
    return _Reckoning(schema, fragments, {**_defaults(operation), **sizes}).of(
        operation, schema.get_root_type(operation.operation), None
    )


def sizes(variables: Mapping[str, object] | None) -> tuple[tuple[str, int], ...]:
    """Return those variables that a cost may depend on."""
    found = ((name, len(value) if isinstance(value, list) else value) for name, value in (variables or {}).items())
    return tuple((name, value) for name, value in found if isinstance(value, int))


@dataclass(slots=True)
class _Reckoning:
    schema: GraphQLSchema
    fragments: dict[str, FragmentDefinitionNode]
    sizes: Sizes
    known: dict[tuple[str, int | None], int] = field(default_factory=dict)

    def of(self, node: Node, parent: GraphQLNamedType | None, page: int | None) -> int:
        """Return the cost of the selections of a node; `page` is how many rows there are where its parent is a page."""
        selections = getattr(node, "selection_set", None)
        return sum(self._selection(one, parent, page) for one in selections.selections) if selections else 0

    def _selection(self, node: Node, parent: GraphQLNamedType | None, page: int | None) -> int:
        if isinstance(node, FieldNode):
            return self._field(node, parent, page)
        if isinstance(node, InlineFragmentNode):
            return self.of(node, self._condition(node) or parent, page)
        assert isinstance(node, FragmentSpreadNode)  # noqa: S101  # there is no fourth kind
        return self._fragment(self.fragments[node.name.value], page)

    def _fragment(self, node: FragmentDefinitionNode, page: int | None) -> int:
        key = node.name.value, page
        if key not in self.known:
            self.known[key] = self.of(node, self._condition(node), page)
        return self.known[key]

    def _condition(self, node: InlineFragmentNode | FragmentDefinitionNode) -> GraphQLNamedType | None:
        return self.schema.get_type(node.type_condition.name.value) if node.type_condition else None

    def _field(self, node: FieldNode, parent: GraphQLNamedType | None, page: int | None) -> int:
        name = node.name.value
        if name in INTROSPECTION:
            return SCHEMA
        definition: GraphQLField | None = getattr(parent, "fields", {}).get(name)
        if definition is None:
            return 0  # __typename
        if not is_composite_type(get_named_type(definition.type)):
            return COUNT if name == "totalCount" else 0
        rows = self._rows(node, definition, page)
        return rows * (1 + self.of(node, get_named_type(definition.type), self._page(node, definition)))

    def _rows(self, node: FieldNode, definition: GraphQLField, page: int | None) -> int:
        """Return how many objects a field holds."""
        if not is_list_type(get_nullable_type(definition.type)):
            return 1
        if page is not None:
            return page
        return next((size for one in node.arguments or () if (size := self._items(one.value)) is not None), LIST)

    def _page(self, node: FieldNode, definition: GraphQLField) -> int | None:
        """Return how many rows a page has; None where the field holds none. Too large a page is refused elsewhere."""
        if "first" not in definition.args:
            return None
        given = {one.name.value: self._number(one.value) for one in node.arguments or ()}
        size = given.get("first") or given.get("last") or DEFAULT_PAGE
        return min(max(size, 1), LARGEST_PAGE)

    def _number(self, value: ValueNode) -> int | None:
        if isinstance(value, VariableNode):
            return self.sizes.get(value.name.value)
        return int(value.value) if isinstance(value, IntValueNode) else None

    def _items(self, value: ValueNode) -> int | None:
        if isinstance(value, VariableNode):
            return self.sizes.get(value.name.value)
        return len(value.values) if isinstance(value, ListValueNode) else None


def _defaults(operation: OperationDefinitionNode) -> Sizes:
    """Return the numbers that variables hold where a request does not give them."""
    given = ((one.variable.name.value, one.default_value) for one in operation.variable_definitions or ())
    return {name: int(value.value) for name, value in given if isinstance(value, IntValueNode)}
