"""The page of the guide that says who may use which root field, written from the permission table."""

from graphql import GraphQLObjectType

from provisioning.permissions import FORCED_REMOVAL, PERMISSIONS, Permission
from schema.build import build_schema
from store.vocabulary import Level

_PAGE = """\
<!-- Written from the code: numberline permissions > docs/guide/permissions.md -->

# Permissions

Which root field takes which level and role. A role may do what those before it may: Monitor, Operator, Admin. What a
caller then sees and changes is its own subtree alone: the system everything, a provider its channels and customers, a
channel its customers, a customer its services. Anybody else gets `FORBIDDEN`. `viewer {{ may }}` lists the fields that
its caller may use.

## Queries

{queries}

`node` and `nodes` give an `AuditEvent` to those alone who may use `auditEvents`.

## Mutations

{mutations}

## Subscriptions

{subscriptions}
"""


def page() -> str:
    """Write the page."""
    core = build_schema()._schema  # noqa: SLF001  # Strawberry has no public way to the graphql-core schema
    return _PAGE.format(
        queries=_table(core.query_type),
        mutations=_table(core.mutation_type),
        subscriptions=_table(core.subscription_type),
    )


def _table(root: GraphQLObjectType | None) -> str:
    names = sorted(root.fields) if root else []
    rows = [(f"`{name}`", PERMISSIONS[name]) for name in names]
    if "serviceRemove" in names:
        rows.insert(names.index("serviceRemove") + 1, ("`serviceRemove` with `force`", FORCED_REMOVAL))
    heads = " | ".join(("Field", "Least role", *(level.value.capitalize() for level in Level)))
    lines = "\n".join(_line(name, permission) for name, permission in rows)
    return f"| {heads} |\n|{'---|' * (len(Level) + 2)}\n{lines}"


def _line(name: str, permission: Permission) -> str:
    levels = ("yes" if level in permission.levels else "no" for level in Level)
    return f"| {' | '.join((name, permission.role.value.capitalize(), *levels))} |"
