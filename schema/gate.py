"""The one gate: no root field is resolved before the permission table has let the caller through."""

from collections.abc import Callable
from typing import Any

from graphql import GraphQLField, GraphQLResolveInfo, GraphQLSchema

from provisioning.errors import Forbidden, Unauthenticated
from provisioning.permissions import PERMISSIONS, Permission

Resolver = Callable[..., Any]


class FieldWithoutPermission(Exception):
    """A root field has no entry in the permission table."""


def put_up(schema: GraphQLSchema) -> None:
    """Stand before every root field of the schema.

    Raises FieldWithoutPermission, so that a field cannot be served before somebody decided who may use it.
    """
    for root in (schema.query_type, schema.mutation_type):
        for name, field in root.fields.items() if root else ():
            field.resolve = _gated(_permission(name), _resolver(field))
    for name, field in schema.subscription_type.fields.items() if schema.subscription_type else ():
        field.subscribe = _gated(_permission(name), field.subscribe or _missing)


def _permission(name: str) -> Permission:
    if name not in PERMISSIONS:
        raise FieldWithoutPermission(name)
    return PERMISSIONS[name]


def _resolver(field: GraphQLField) -> Resolver:
    return field.resolve or _missing


def _missing(*_: object, **__: object) -> None:
    raise NotImplementedError("a root field needs a resolver")


def _gated(permission: Permission, resolver: Resolver) -> Resolver:
    def gated(source: object, info: GraphQLResolveInfo[Any], **arguments: object) -> Any:
        caller = info.context.caller
        if caller is None:
            raise Unauthenticated
        if not permission.allows(caller):
            raise Forbidden
        return resolver(source, info, **arguments)

    return gated
