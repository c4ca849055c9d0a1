"""Completing lists of plain objects at once.

graphql-core completes one field at a time, which is nearly all of the cost of a page. Where every selected field is a
plain attribute (or a chain of them), the selection is compiled to one function and run over the list. Everything else,
and every value that is not as expected, is left to graphql-core: it finds the same error again, with its path.
"""

from collections.abc import Callable, Iterable
from datetime import datetime
from operator import attrgetter
from typing import Any

from graphql import (
    GraphQLEnumType,
    GraphQLLeafType,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLOutputType,
    GraphQLResolveInfo,
    GraphQLScalarType,
    is_leaf_type,
)
from graphql.pyutils import Path
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext
from strawberry.schema.schema_converter import GraphQLCoreConverter
from strawberry.types.field import StrawberryField

Complete = Callable[[Any], Any]
"""Turns a resolved value into what goes into the answer; raises Unexpected where graphql-core has to look."""

_AS_IT_IS = frozenset({"String", "ID", "PhoneNumber", "CountryCode", "CallingCode"})
"""Scalars whose text goes into the answer unchanged."""


class Unexpected(Exception):
    """A value is not what the compiled selection is made for."""


class Executor(StrawberryGraphQLCoreExecutionContext):
    """graphql-core's executor with the short cut for lists."""

    def complete_iterable_value(  # graphql-core's signature
        self,
        item_type: GraphQLOutputType,
        field_details_list: Any,
        info: GraphQLResolveInfo[Any],
        path: Path,
        items: Iterable[Any],
        position_context: Any,
    ) -> Any:
        """Complete a list by the compiled selection or, where that does not fit, one field at a time."""
        if isinstance(items, list) and len(items) > 1:
            complete = self._compiled(item_type, field_details_list)
            if complete is not None:
                try:
                    return [complete(item) for item in items]
                except (Unexpected, AttributeError):
                    pass
        return super().complete_iterable_value(item_type, field_details_list, info, path, items, position_context)

    def _compiled(self, type_: GraphQLOutputType, field_details_list: Any) -> Complete | None:
        """Return the function for a type and selection; None where a field needs a resolver of its own."""
        if isinstance(type_, GraphQLNonNull):
            inner = self._compiled(type_.of_type, field_details_list)
            return None if inner is None else _required(inner)
        if is_leaf_type(type_):
            return _leaf(type_)
        if isinstance(type_, GraphQLObjectType):
            return self._object(type_, field_details_list)
        return None

    def _object(self, type_: GraphQLObjectType, field_details_list: Any) -> Complete | None:
        grouped, deferred, _ = self.collect_subfields(type_, field_details_list)
        if deferred:
            return None
        names, attributes, completes = [], [], []
        for response_name, details in grouped.items():
            definition = type_.fields.get(details[0].node.name.value)
            attribute = None if definition is None else _attribute(definition.extensions)
            complete = None if definition is None else self._compiled(definition.type, details)
            if attribute is None or complete is None:
                return None
            names.append(response_name)
            attributes.append(attribute)
            completes.append(complete)
        return _row(_origin(type_), names, attributes, completes)


def _attribute(extensions: dict[str, Any]) -> str | None:
    """Return the Python attribute behind a field; None where the field has a resolver or extensions."""
    field = extensions.get(GraphQLCoreConverter.DEFINITION_BACKREF)
    if not isinstance(field, StrawberryField) or field.base_resolver is not None or field.extensions:
        return None
    return field.python_name


def _origin(type_: GraphQLObjectType) -> type:
    origin: type = type_.extensions[GraphQLCoreConverter.DEFINITION_BACKREF].origin
    return origin


def _row(origin: type, names: list[str], attributes: list[str], completes: list[Complete]) -> Complete:
    """Return the function for an object. Objects that stand in a list more than once are completed once."""
    read: Callable[[Any], Any] = attrgetter(*attributes)
    single = len(attributes) == 1
    done: dict[int, tuple[Any, dict[str, Any]]] = {}

    def complete(source: Any) -> dict[str, Any] | None:
        if source is None:
            return None
        if type(source) is not origin:
            raise Unexpected
        known = done.get(id(source))
        if known is not None:
            return known[1]
        values = (read(source),) if single else read(source)
        answer = {name: finish(value) for name, finish, value in zip(names, completes, values, strict=True)}
        # The source is kept with its answer, so that its id cannot come to mean another object.
        done[id(source)] = (source, answer)
        return answer

    return complete


def _required(inner: Complete) -> Complete:
    def complete(value: Any) -> Any:
        if value is None:
            raise Unexpected
        return inner(value)

    return complete


def _leaf(type_: GraphQLLeafType) -> Complete:
    if isinstance(type_, GraphQLEnumType):
        return _enum(type_)
    if type_.name in _AS_IT_IS:
        return _text
    if type_.name == "DateTime":
        return _moment
    return _scalar(type_)


def _text(value: Any) -> Any:
    if value is None or type(value) is str:
        return value
    raise Unexpected


def _moment(value: Any) -> Any:
    if value is None:
        return None
    if type(value) is not datetime:
        raise Unexpected
    return value.isoformat()


def _enum(type_: GraphQLEnumType) -> Complete:
    names: dict[Any, str] = {definition.value: name for name, definition in type_.values.items()}
    # Members of our vocabulary equal their values; those of a plain Enum do not.
    names |= {member: names[member.value] for member in getattr(type_, "wrapped_cls", ())}

    def complete(value: Any) -> Any:
        if value is None:
            return None
        try:
            return names[value]
        except (KeyError, TypeError) as error:
            raise Unexpected from error

    return complete


def _scalar(type_: GraphQLScalarType) -> Complete:
    def complete(value: Any) -> Any:
        if value is None:
            return None
        try:
            coerced = type_.coerce_output_value(value)
        except Exception as error:
            raise Unexpected from error
        if coerced is None:
            raise Unexpected
        return coerced

    return complete
