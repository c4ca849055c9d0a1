"""The cells of the matrix, from the schema: every argument of every field in which something can be named."""

import copy
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from graphql import (
    GraphQLArgument,
    GraphQLInputField,
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLObjectType,
    GraphQLSchema,
    get_named_type,
    get_nullable_type,
    is_list_type,
)

NAMING = {"ID", "String", "PhoneNumber"}
"""The scalars that can name something. Whatever is free text has to be listed as such: see `recipes.FREE_TEXT`."""

OF_FIELD = {
    "tenantId": "Tenant",
    "parentId": "Tenant",
    "callingProfileId": "CallingProfile",
    "sipConnection": "SipConnection",
    "sipConnectionId": "SipConnection",
}
"""The kind of what a bare id names, by its field."""

OF_INPUT = {
    "EntryInput": "Number",
    "RangeInput": "Number",
    "ServiceLocationInput": "Location",
    "NumbersFilter": "Number",
    "ServicesFilter": "Service",
    "UploadsFilter": "Upload",
    "CustomersFilter": "Customer",
    "TenantsFilter": "Tenant",
    "CallingProfilesFilter": "CallingProfile",
    "AuditEventsFilter": "Number",
    "ServiceUploadInput": "Upload",
}
"""The kind that the texts of an input object are about, where its name does not say it: `ServiceBy`, a `Service`."""


@dataclass(frozen=True, slots=True)
class Step:
    """One field on the way to a leaf, and whether it is a list."""

    name: str
    parent: str
    """The input object that it is a field of; "" for an argument."""
    is_list: bool
    is_choice: bool
    """Whether it rules out its siblings: a field of a @oneOf input."""


@dataclass(frozen=True, slots=True)
class Cell:
    """One leaf of one field's arguments."""

    parent: str
    """The type that the field belongs to: Query, Mutation, Subscription, or any other."""
    field: str
    steps: tuple[Step, ...]
    scalar: str

    def __str__(self) -> str:
        """Return the path, such as `Mutation.uploadStart(input.service.reference)`."""
        return f"{self.parent}.{self.field}({'.'.join(step.name for step in self.steps)})"

    @property
    def leaf(self) -> Step:
        """The argument or input field itself."""
        return self.steps[-1]

    @property
    def is_list(self) -> bool:
        """Whether several can be named there at once."""
        return any(step.is_list for step in self.steps)

    @property
    def kind(self) -> str | None:
        """The kind of what is named; None where the recipe of the field has to say it."""
        known = OF_FIELD.get(self.leaf.name) if self.scalar == "ID" else OF_INPUT.get(self.leaf.parent)
        return known or _named_by(self.leaf.parent)

    @property
    def attribute(self) -> str:
        """What of a thing stands at the leaf: its id, reference, name or e164."""
        if self.scalar == "ID":
            return "id"
        if self.kind == "Number":
            return "e164"
        return {"search": "name", "organizationId": "organization"}.get(self.leaf.name, self.leaf.name)

    @property
    def makes(self) -> bool:
        """Whether the leaf is a name or reference chosen for something new: it may be whatever others have chosen."""
        return self.leaf.parent.endswith("Input") and self.kind is None


def _named_by(parent: str) -> str | None:
    if parent == "DriftsBy":
        return "Drift"
    return parent.removesuffix("By") if parent.endswith("By") else None


def cells(schema: GraphQLSchema) -> list[Cell]:
    """Return the cells of all fields, roots and others, in the order of the schema."""
    types = [kind for name, kind in schema.type_map.items() if not name.startswith("__")]
    return [
        Cell(kind.name, field, steps, scalar)
        for kind in types
        if isinstance(kind, GraphQLObjectType)
        for field, definition in kind.fields.items()
        for name, argument in definition.args.items()
        for steps, scalar in _leaves(name, argument, "")
    ]


def _leaves(
    name: str, field: GraphQLArgument | GraphQLInputField, parent: str, *, is_choice: bool = False
) -> Iterator[tuple[tuple[Step, ...], str]]:
    kind = get_named_type(field.type)
    step = Step(name, parent, _is_list(field.type), is_choice)
    if isinstance(kind, GraphQLInputObjectType):
        for inner, definition in kind.fields.items():
            for steps, scalar in _leaves(inner, definition, kind.name, is_choice=kind.is_one_of):
                yield (step, *steps), scalar
    elif kind.name in NAMING and (parent, name) != ("RangeInput", "last"):  # put together with `first`
        yield (step,), kind.name


def _is_list(kind: GraphQLInputType) -> bool:
    return is_list_type(get_nullable_type(kind))


def put(
    arguments: dict[str, Any], cell: Cell, values: Sequence[str], siblings: dict[str, dict[str, Any]]
) -> dict[str, Any]:
    """Return the arguments with the value at the leaf of the cell, and nothing beside it that it rules out.

    Where the way to the leaf goes through a list, it gets an item for each of the values. `siblings` holds, by input
    object, what has to stand beside the leaf where the arguments have no such object yet.
    """
    found = copy.deepcopy(arguments)
    _put(found, cell.steps, values, siblings)
    return found


def _put(
    here: dict[str, Any], steps: tuple[Step, ...], values: Sequence[str], siblings: dict[str, dict[str, Any]]
) -> None:
    step, *rest = steps
    before = here.get(step.name)
    if step.is_choice:
        here.clear()
    if step.parent == "RangeInput":
        here.update(first=values[0], last=values[0])
        return
    here.pop(step.name.removesuffix("Id"), None)  # which a deprecated field stands in for
    if not rest:
        here[step.name] = list(values) if step.is_list else values[0]
        return
    inner = before[0] if isinstance(before, list) else before
    inner = inner if isinstance(inner, dict) else siblings.get(rest[0].parent, {})
    items = [copy.deepcopy(inner) for _ in values] if step.is_list else [copy.deepcopy(inner)]
    for item, part in zip(items, [[each] for each in values] if step.is_list else [values], strict=True):
        _put(item, tuple(rest), part, siblings)
    here[step.name] = items if step.is_list else items[0]
