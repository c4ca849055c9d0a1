"""The cost of an operation: how many objects it might fetch, told from the document and its variables alone.

An object costs 1, a page its rows and a statement, whatever is asked of a row as often as there are rows. A field
without fields of its own costs nothing, but for a count.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from math import ceil, isfinite

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
from schema.limits.introspection import telling
from schema.limits.size import INTROSPECTION, selections

Sizes = Mapping[str, int]
"""By variable, the number that it holds, or how many items."""

LIST = 10
"""How many items a list counts that has no pages: each is short by what it is about, as the devices of a profile."""

PAGE = 10
"""What a page costs beside its rows: a statement of its own."""

COUNTS = {"totalCount": 20, "entryCounts": 20, "serviceCounts": 100, "numberCounts": 100, "uploadCounts": 100}
"""What counts cost: each reads a whole list, and those by every state all there is."""

TOLD = 5
"""How many fields of the schema's own description cost 1: what tools ask for comes to half of what one may ask."""


def cost(schema: GraphQLSchema, document: DocumentNode, operation: OperationDefinitionNode, sizes: Sizes) -> int:
    """Return the cost of an operation of a valid document."""
    fragments = {node.name.value: node for node in document.definitions if isinstance(node, FragmentDefinitionNode)}
    return _Reckoning(schema, fragments, {**_defaults(operation), **sizes}).of(
        operation, schema.get_root_type(operation.operation), None
    )


def sizes(variables: Mapping[str, object] | None) -> tuple[tuple[str, int], ...]:
    """Return those variables that a cost may depend on."""
    found = ((name, len(value) if isinstance(value, list) else value) for name, value in (variables or {}).items())
    # 100.0 is an Int, too (GraphQL, section 3.5.1).
    return tuple((name, int(value)) for name, value in found if isinstance(value, int | float) and isfinite(value))


@dataclass(slots=True)
class _Reckoning:
    schema: GraphQLSchema
    fragments: dict[str, FragmentDefinitionNode]
    sizes: Sizes
    known: dict[tuple[str, int | None], int] = field(default_factory=dict)

    def of(self, node: Node, parent: GraphQLNamedType | None, page: int | None) -> int:
        """Return the cost of the selections of a node; `page` is how many rows there are where its parent is a page."""
        return sum(self._selection(one, parent, page) for one in selections(node))

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
            return ceil(telling(self.schema).told(node, self._fields) / TOLD)
        definition: GraphQLField | None = getattr(parent, "fields", {}).get(name)
        if definition is None:
            return 0  # __typename
        if not is_composite_type(get_named_type(definition.type)):
            return COUNTS.get(name, 0)
        of_page = self._page(node, definition)
        once = 1 + COUNTS.get(name, 0) + (0 if of_page is None else PAGE)
        return self._rows(node, definition, page) * (once + self.of(node, get_named_type(definition.type), of_page))

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

    def _fields(self, node: Node) -> list[FieldNode]:
        """Return what is selected of a node, each fragment put in once."""
        found, pending, spread = [], [node], set[str]()
        while pending:
            for one in selections(pending.pop()):
                if isinstance(one, FieldNode):
                    found.append(one)
                elif isinstance(one, InlineFragmentNode):
                    pending.append(one)
                elif isinstance(one, FragmentSpreadNode) and one.name.value not in spread:
                    spread.add(one.name.value)
                    pending.append(self.fragments[one.name.value])
        return found

    def _number(self, value: ValueNode) -> int | None:
        if isinstance(value, VariableNode):
            return self.sizes.get(value.name.value)
        return int(value.value) if isinstance(value, IntValueNode) else None

    def _items(self, value: ValueNode) -> int | None:
        if isinstance(value, VariableNode):
            return self.sizes.get(value.name.value)
        return len(value.values) if isinstance(value, ListValueNode) else None


def _defaults(operation: OperationDefinitionNode) -> Sizes:
    """Return the numbers that variables hold, or how many items, where a request does not give them."""
    given = [(one.variable.name.value, one.default_value) for one in operation.variable_definitions or ()]
    numbers = {name: int(value.value) for name, value in given if isinstance(value, IntValueNode)}
    return numbers | {name: len(value.values) for name, value in given if isinstance(value, ListValueNode)}
