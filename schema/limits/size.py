"""The size of a document and its variables, told from them alone, before validation, which a large one makes expensive.

Strawberry's limiters run within validation and walk through a fragment each time it is spread, so that twenty small
fragments take a million steps. Here the walk ends where a limit is passed.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    InlineFragmentNode,
    Node,
    ObjectFieldNode,
    OperationDefinitionNode,
    VariableNode,
    Visitor,
    VisitorAction,
    visit,
)

from schema.limits import OperationLimits, errors
from store.errors import NumberlineError

INTROSPECTION = frozenset({"__schema", "__type"})
"""The fields of the query type that tell of the schema (GraphQL, section 4)."""

PASTED = "text"
"""The field of inputs that holds a pasted file, and nothing else; that may be as long as a body."""

Place = tuple[Node, frozenset[str]]
"""Something with selections, and the fragments that it lies in."""


def refused(document: DocumentNode, limits: OperationLimits) -> NumberlineError | None:
    """Return why a document is too large; None where it is not."""
    try:
        _check(document, limits)
    except NumberlineError as error:
        return error
    return None


def too_many_values(variables: Mapping[str, Any], most: int) -> bool:
    """Return whether variables hold more values than that, lists and objects included; it looks no further."""
    pending, found = [*variables.values()], len(variables)
    while pending and found <= most:
        value = pending.pop()
        inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
        found += len(inner)
        pending.extend(inner)
    return found > most


def too_long_text(document: DocumentNode, variables: Mapping[str, Any], most: int) -> bool:
    """Return whether variables hold a text or a name longer than that which is no pasted file."""
    long = {name for name, value in variables.items() if isinstance(value, str) and len(value) > most}
    if long and not long <= _pasted(document):
        return True
    pending = [value for value in variables.values() if not isinstance(value, str)]
    while pending:
        value = pending.pop()
        if isinstance(value, str) and len(value) > most:
            return True
        if isinstance(value, dict):
            pending.extend(value)
            pending.extend(one for name, one in value.items() if name != PASTED or not isinstance(one, str))
        elif isinstance(value, list):
            pending.extend(value)
    return False


def _pasted(document: DocumentNode) -> set[str]:
    """Return the variables that hold pasted files and are used for nothing else."""
    uses = _Uses()
    visit(document, uses)
    return uses.pasted - uses.others


class _Uses(Visitor):
    """What variables are used for."""

    def __init__(self) -> None:
        super().__init__()
        self.pasted: set[str] = set()
        self.others: set[str] = set()

    def enter_variable_definition(self, *_: Any) -> VisitorAction:
        return self.SKIP

    def enter_variable(self, node: VariableNode, _key: Any, parent: Any, *_: Any) -> None:
        is_pasted = isinstance(parent, ObjectFieldNode) and parent.name.value == PASTED
        (self.pasted if is_pasted else self.others).add(node.name.value)


def _check(document: DocumentNode, limits: OperationLimits) -> None:
    counts = _Counts()
    for node in document.definitions:
        counts.add(node)
    if counts.introspects and not limits.introspection:
        raise errors.IntrospectionRefused
    _keep(counts.aliases, limits.aliases, errors.TooManyAliases)
    _keep(counts.directives, limits.directives, errors.TooManyDirectives)
    _keep(counts.variables, limits.variables, errors.TooManyVariables)
    _keep(len(counts.fragments), limits.fragments, errors.TooManyFragments)
    shape = _Shape(limits, counts.fragments)
    for node in document.definitions:
        fields = shape.extend([(node, frozenset())], depth=1)
        _keep(fields if isinstance(node, OperationDefinitionNode) else 0, limits.fields, errors.TooManyFields)


def _keep(found: int, most: int, error: type[errors.TooMuch]) -> None:
    if found > most:
        raise error(most)


@dataclass(slots=True)
class _Counts:
    """What a document is made of."""

    fragments: dict[str, FragmentDefinitionNode] = field(default_factory=dict)
    aliases: int = 0
    directives: int = 0
    variables: int = 0
    introspects: bool = False

    def add(self, node: Node) -> None:
        """Count a node and all that is in it."""
        self.directives += len(getattr(node, "directives", None) or ())
        for variable in getattr(node, "variable_definitions", None) or ():
            self.variables += 1
            self.directives += len(variable.directives or ())
        if isinstance(node, FieldNode):
            self.aliases += node.alias is not None
            self.introspects |= node.name.value in INTROSPECTION
        elif isinstance(node, FragmentDefinitionNode):
            self.fragments[node.name.value] = node
        for one in selections(node):
            self.add(one)


@dataclass(slots=True)
class _Shape:
    """What the answer would look like, if every fragment applied."""

    limits: OperationLimits
    fragments: dict[str, FragmentDefinitionNode]
    selections: int = 0
    repetitions: int = 0

    def extend(self, places: list[Place], depth: int) -> int:
        """Look at what is selected in one object of the answer, and in all below it; return its number of fields.

        Raises a TooMuch where a limit is passed.
        """
        fields, spreads = self._collected(places)
        self.repetitions += _pairs(spreads) + sum(_pairs(len(same)) for same in fields.values())
        _keep(depth if fields else 0, self.limits.depth, errors.TooDeep)
        _keep(self.selections, self.limits.selections, errors.TooManySelections)
        _keep(self.repetitions, self.limits.repetitions, errors.TooRepetitive)
        for same in fields.values():
            self.extend([place for place in same if selections(place[0])], depth + 1)
        return len(fields)

    def _collected(self, places: Iterable[Place]) -> tuple[dict[str, list[Place]], int]:
        """Return the fields of an object by their names in the answer, and how many fragments are spread there.

        A fragment within itself is passed over: validation refuses it.
        """
        fields: defaultdict[str, list[Place]] = defaultdict(list)
        pending, seen, spreads = list(places), set[str](), 0
        while pending:
            parent, within = pending.pop()
            for one in selections(parent):
                self.selections += 1
                if isinstance(one, FieldNode):
                    fields[(one.alias or one.name).value].append((one, within))
                elif isinstance(one, InlineFragmentNode):
                    pending.append((one, within))
                elif isinstance(one, FragmentSpreadNode):
                    spreads += 1
                    name = one.name.value
                    if name in self.fragments and name not in seen | within:
                        seen.add(name)
                        pending.append((self.fragments[name], within | {name}))
        return fields, spreads


def selections(node: Node) -> tuple[Node, ...]:
    """Return what is selected of a node; nothing where it has no fields."""
    found = getattr(node, "selection_set", None)
    return found.selections if found else ()


def _pairs(number: int) -> int:
    return number * (number - 1) // 2
