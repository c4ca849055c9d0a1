"""How much of the schema a document asks to be told, by its text: on average, for what is asked is the same for all."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache

from graphql import (
    FieldNode,
    GraphQLSchema,
    Node,
    is_abstract_type,
    is_enum_type,
    is_input_object_type,
    is_interface_type,
    is_object_type,
)

Fields = Callable[[Node], list[FieldNode]]
"""Returns what is selected of a node, its fragments put in."""

OF_TYPE = 0.5
"""How often `ofType` leads to a type: tools ask for it eight deep, and find one or two."""


@dataclass(frozen=True, slots=True)
class Telling:
    """How long the lists are that tell of a schema (GraphQL, section 4.2), by the name of their field."""

    anywhere: Mapping[str, float]
    """On average over all types."""
    of_one: Mapping[str, float]
    """The longest there is: whoever names a type may name the largest."""

    def told(self, node: FieldNode, fields: Fields) -> float:
        """Return how many fields are told by `__schema` or `__type`, each as often as it is told."""
        known: dict[int, float] = {}

        def below(parent: Node, lengths: Mapping[str, float]) -> float:
            return sum(lengths.get(one.name.value, 1) * (1 + deeper(one)) for one in fields(parent))

        def deeper(one: FieldNode) -> float:
            if id(one) not in known:
                known[id(one)] = below(one, self.anywhere)
            return known[id(one)]

        return below(node, self.of_one if node.name.value == "__type" else self.anywhere)


@lru_cache(1)
def telling(schema: GraphQLSchema) -> Telling:
    """Measure the lists of a schema."""
    types = schema.type_map.values()
    composite = [one for one in types if is_object_type(one) or is_interface_type(one)]
    lengths = {
        "fields": [len(one.fields) for one in composite],
        "interfaces": [len(one.interfaces) for one in composite],
        "args": [len(field.args) for one in composite for field in one.fields.values()],
        "inputFields": [len(one.fields) for one in types if is_input_object_type(one)],
        "enumValues": [len(one.values) for one in types if is_enum_type(one)],
        "possibleTypes": [len(schema.get_possible_types(one)) for one in types if is_abstract_type(one)],
    }
    places = {"args": max(len(lengths["args"]), 1)}
    average = {name: sum(found) / places.get(name, len(types)) for name, found in lengths.items()}
    whole = {"types": float(len(types)), "directives": float(len(schema.directives))}
    average["ofType"] = OF_TYPE
    return Telling({**average, **whole}, {name: float(max(found, default=0)) for name, found in lengths.items()})
