"""Aiming what was drawn: most of the time what there is in place of what is made up; variables in place of literals."""

import random
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any

import graphql
from hypothesis_graphql import nodes

from tests.api.journey import SCHEMA
from tests.conformance.fuzz.drawing import Drawn
from tests.conformance.fuzz.known import Known, Place, is_kind, values
from tests.conformance.fuzz.oddities import FILES, NUMBERS, OTHERS, TEXTS

AIMED = 0.9
"""How many values are replaced by what there is or fits."""

KEPT = 0.99
"""How many inputs of which exactly one field is to be given have one: Schemathesis does not know `@oneOf`."""

ODD = 0.04
"""How many are replaced by oddities."""

FROM_THE_START = 0.7
"""How many pages are the first of their list: cursors are good for one list each."""

LIFTED = 0.4
"""How many arguments come as variables."""

UNTOUCHED = 0.05
"""How many documents are sent as they were drawn."""

ASKED = graphql.FieldNode(
    name=graphql.NameNode(value="userErrors"),
    selection_set=graphql.SelectionSetNode(
        selections=tuple(
            graphql.FieldNode(name=graphql.NameNode(value=name)) for name in ("__typename", "code", "message", "path")
        )
    ),
)
"""What is asked of the user errors of every mutation."""


@dataclass(frozen=True, slots=True)
class Operation:
    """What is sent."""

    kind: graphql.OperationType
    root_field: str
    document: str
    variables: dict[str, Any]
    file: bytes | None


def aimed(drawn: Drawn, known: Known, place: Place, chance: random.Random) -> Operation:
    """Return what was drawn, aimed at what there is."""
    if chance.random() < UNTOUCHED:
        return Operation(drawn.kind, drawn.field, graphql.print_ast(drawn.document), {}, None)
    aim = _Aim(known, chance, place)
    (operation,) = drawn.document.definitions
    assert isinstance(operation, graphql.OperationDefinitionNode)
    root = SCHEMA.get_root_type(drawn.kind)
    assert root is not None
    selection_set = aim.selections(operation.selection_set, root)
    document = replace(operation, selection_set=selection_set, variable_definitions=tuple(aim.defined))
    return Operation(drawn.kind, drawn.field, graphql.print_ast(document), aim.variables, aim.file)


@dataclass(slots=True)
class _Aim:
    known: Known
    chance: random.Random
    place: Place
    variables: dict[str, Any] = field(default_factory=dict)
    defined: list[graphql.VariableDefinitionNode] = field(default_factory=list)
    file: bytes | None = None

    def selections(self, given: graphql.SelectionSetNode, parent: graphql.GraphQLNamedType) -> graphql.SelectionSetNode:
        """Aim the arguments of every field; of a mutation's payload, ask for the errors too."""
        found = [self._selection(selection, parent) for selection in given.selections]
        if parent.name.endswith("Payload"):
            others = [
                one for one in found if not isinstance(one, graphql.FieldNode) or one.name.value != ASKED.name.value
            ]
            found = [*others, ASKED]
        return graphql.SelectionSetNode(selections=tuple(found))

    def _selection(self, given: graphql.SelectionNode, parent: graphql.GraphQLNamedType) -> graphql.SelectionNode:
        if isinstance(given, graphql.InlineFragmentNode):
            on = SCHEMA.type_map[given.type_condition.name.value] if given.type_condition else parent
            return replace(given, selection_set=self.selections(given.selection_set, on))
        assert isinstance(given, graphql.FieldNode)
        if given.name.value.startswith("__"):
            return given
        found = parent.fields[given.name.value]  # type: ignore[attr-defined]
        inner = graphql.get_named_type(found.type)
        selection_set = given.selection_set and self.selections(given.selection_set, inner)
        return replace(
            given, arguments=tuple(self._arguments(given.arguments or (), found)), selection_set=selection_set
        )

    def _arguments(
        self, given: Iterable[graphql.ArgumentNode], on: graphql.GraphQLField
    ) -> Iterable[graphql.ArgumentNode]:
        values = {argument.name.value: argument for argument in given}
        if "first" in on.args and self.chance.random() < AIMED:
            left_out = {"last", "before", "after"} if self.chance.random() < FROM_THE_START else {"last", "before"}
            values = {name: value for name, value in values.items() if name not in left_out}
            values["first"] = graphql.ArgumentNode(name=graphql.NameNode(value="first"), value=nodes.Int(2))
        for name, argument in values.items():
            kind = on.args[name].type
            value = self._value(argument.value, kind, name, "")
            yield replace(argument, value=self._lifted(value, kind) if self.chance.random() < LIFTED else value)

    def _value(
        self, given: graphql.ValueNode, kind: graphql.GraphQLInputType, name: str, within: str
    ) -> graphql.ValueNode:
        """Aim a value, named so in the input type `within`."""
        kind = graphql.get_nullable_type(kind)
        if isinstance(given, graphql.VariableNode):
            return given
        if isinstance(kind, graphql.GraphQLList):
            items = given.values if isinstance(given, graphql.ListValueNode) else [given]
            return nodes.List([self._value(item, kind.of_type, name, within) for item in items])
        if isinstance(kind, graphql.GraphQLInputObjectType) and isinstance(given, graphql.ObjectValueNode):
            return nodes.Object([self._field(one, kind) for one in self._kept(given, kind)])
        if isinstance(kind, graphql.GraphQLScalarType):
            return self._scalar(given, kind, name, within)
        return given

    def _field(self, given: graphql.ObjectFieldNode, kind: graphql.GraphQLInputObjectType) -> graphql.ObjectFieldNode:
        name = given.name.value
        return replace(given, value=self._value(given.value, kind.fields[name].type, name, kind.name))

    def _kept(
        self, given: graphql.ObjectValueNode, kind: graphql.GraphQLInputObjectType
    ) -> list[graphql.ObjectFieldNode]:
        """Return the fields; of an input of which exactly one is to be given, one."""
        if not kind.is_one_of or self.chance.random() > KEPT:
            return list(given.fields)
        told = [one for one in given.fields if not isinstance(one.value, graphql.NullValueNode)]
        if not told or ("id" in kind.fields and self.chance.random() < AIMED):
            name = next(name for name in ("id", "single", *kind.fields) if name in kind.fields)
            return [graphql.ObjectFieldNode(name=graphql.NameNode(value=name), value=nodes.String(""))]
        return [self.chance.choice(told)]

    def _scalar(
        self, given: graphql.ValueNode, kind: graphql.GraphQLScalarType, name: str, within: str
    ) -> graphql.ValueNode:
        if kind.name == "File":
            return self._attached()
        if self.chance.random() < ODD:
            return self._odd(kind)
        fitting = self._fitting(kind, name, within) if self.chance.random() < AIMED else None
        if fitting is None or isinstance(given, graphql.NullValueNode):
            return given
        return graphql.ast_from_value(fitting, kind) or given

    def _fitting(self, kind: graphql.GraphQLScalarType, name: str, within: str) -> Any:
        """Return what fits there; None where anything does."""
        if kind.name == "ID":
            return self._id(within if name == "id" else name)
        if within == "RangeInput":
            return self.place.number(self.chance)
        return values(self.known, self.place, self.chance).get(name)

    def _id(self, name: str) -> str:
        """Return the id of the place, or of one that was seen, of the kind that is asked for."""
        kind = next((kind for kind in self.place.ids if is_kind(kind, name)), None)
        if kind is None:
            kind = self.chance.choice(["Drift", "Number"] if "rift" in name else list(self.place.ids))
            return self.known.text(kind, self.chance)
        return self.place.ids[kind] if self.chance.random() < AIMED else self.known.text(kind, self.chance)

    def _odd(self, kind: graphql.GraphQLScalarType) -> graphql.VariableNode:
        """Return a variable with something odd: only JSON can say some of it."""
        of_its_type = {"Int": NUMBERS, "Boolean": OTHERS}.get(kind.name, TEXTS)
        found = self.chance.choice(of_its_type if self.chance.random() < AIMED else OTHERS)
        return self._variable(graphql.GraphQLNonNull(kind), found)

    def _attached(self) -> graphql.VariableNode:
        self.file = self.chance.choice(FILES) or self.chance.randbytes(300)
        return self._variable("File!", None, "file")

    def _lifted(self, value: graphql.ValueNode, kind: graphql.GraphQLInputType) -> graphql.ValueNode:
        """Return a variable with a value that was written out, where it holds none itself."""
        if "$" in graphql.print_ast(value):
            return value
        return self._variable(kind, graphql.value_from_ast_untyped(value))

    def _variable(self, kind: object, value: object, name: str | None = None) -> graphql.VariableNode:
        name = name or f"v{len(self.variables)}"
        if name not in self.variables:
            variable = graphql.VariableNode(name=graphql.NameNode(value=name))
            self.defined.append(graphql.VariableDefinitionNode(variable=variable, type=graphql.parse_type(str(kind))))
        self.variables[name] = value
        return graphql.VariableNode(name=graphql.NameNode(value=name))
