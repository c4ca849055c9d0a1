"""The gate: nobody gets past it whom the permission table does not name."""

import dataclasses
from collections.abc import Iterator
from uuid import uuid4

import pytest
from graphql import OperationType
from strawberry.types.execution import ExecutionResult

from provisioning.caller import Caller
from provisioning.permissions import PERMISSIONS
from schema.build import NumberlineSchema, build_schema
from schema.context import Context, Services
from schema.gate import FieldWithoutPermission
from store.vocabulary import Level, Role

TENANT_CREATE = """mutation {
  tenantCreate(input: { kind: SERVICE_PROVIDER, name: "New" }) { tenant { id } userErrors { code } }
}"""

STATUS = "subscription { serviceStatusChanged(services: []) { status } }"


def root_fields(schema: NumberlineSchema) -> Iterator[str]:
    """Yield the name of every root field."""
    for operation in OperationType:
        root = schema._schema.get_root_type(operation)
        assert root is not None
        yield from root.fields


def test_the_permission_table_names_the_root_fields_and_nothing_else(schema: NumberlineSchema) -> None:
    """No field without an entry, no entry without a field."""
    assert sorted(root_fields(schema)) == sorted(PERMISSIONS)


@pytest.mark.parametrize("name", ["viewer", "tenantCreate", "uploadProgressed"])
def test_a_root_field_that_nobody_decided_about_cannot_be_served(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """A query, a mutation, a subscription: without its entry the schema is not built."""
    monkeypatch.delitem(PERMISSIONS, name)

    with pytest.raises(FieldWithoutPermission, match=name):
        build_schema()


@pytest.mark.parametrize("document", ["{ viewer { subject } }", "{ tenants { totalCount } }", TENANT_CREATE])
async def test_a_stranger_is_told_to_authenticate(schema: NumberlineSchema, services: Services, document: str) -> None:
    """Without a caller there is no scope either."""
    result = await schema.execute(document, context_value=Context(services, None))

    assert codes(result) == ["UNAUTHENTICATED"]


async def test_a_stranger_may_not_subscribe(schema: NumberlineSchema, services: Services) -> None:
    """The gate stands before subscriptions too."""
    result = await anext(aiter(await schema.subscribe(STATUS, context_value=Context(services, None))))

    assert codes(result) == ["UNAUTHENTICATED"]


@pytest.mark.parametrize(
    ("level", "role"),
    [
        (Level.SYSTEM, Role.OPERATOR),
        (Level.SYSTEM, Role.MONITOR),
        (Level.PROVIDER, Role.ADMIN),
        (Level.CHANNEL, Role.ADMIN),
        (Level.CUSTOMER, Role.ADMIN),
    ],
)
async def test_only_the_systems_admin_creates_tenants(
    schema: NumberlineSchema, services: Services, level: Level, role: Role
) -> None:
    """Neither a lower role nor a lower level."""
    caller = Caller("somebody", level, role, None if level is Level.SYSTEM else uuid4())

    result = await schema.execute(TENANT_CREATE, context_value=Context(services, caller))

    assert codes(result) == ["FORBIDDEN"]


async def test_the_viewer_lists_what_the_gate_lets_through(schema: NumberlineSchema, context: Context) -> None:
    """A front-end shows its buttons by this list."""
    monitor = dataclasses.replace(context.caller, role=Role.MONITOR)

    result = await schema.execute("{ viewer { may } }", context_value=Context(context.services, monitor))

    assert result.data is not None
    assert "services" in result.data["viewer"]["may"]
    assert "uploadSubmit" not in result.data["viewer"]["may"]


def codes(result: ExecutionResult) -> list[str]:
    """Return the codes of the errors."""
    return [(error.extensions or {})["code"] for error in result.errors or ()]
