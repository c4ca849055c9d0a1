"""Every mutation leaves its mark in the audit trail, in the caller's name; one that is refused leaves none."""

from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest
from sqlmodel import col

from provisioning.caller import Caller
from provisioning.desk import Desk
from schema.build import NumberlineSchema
from schema.context import Context
from schema.ids import encode
from store.scope import Scope
from store.tables import AuditEvent
from store.vocabulary import Level, Role
from tests import arrange
from tests.api.journey import SCHEMA, mutation
from tests.schema.place import Place, synced
from tests.schema.succeeding import WORKS

MUTATIONS = sorted(SCHEMA.mutation_type.fields) if SCHEMA.mutation_type else []

CHANGES_NOTHING = {"numbersValidate"}
"""Mutations that only say what would become of something."""


@pytest.fixture
async def place(own_context: Context) -> Place:
    """Both services, arranged by somebody else."""
    desk = replace(own_context.desk, scope=Scope.everything("arranger"))
    return Place(desk, await arrange.by_hand(desk), await synced(desk))


async def trail(desk: Desk, actor: str) -> list[AuditEvent]:
    """Return what somebody did, in order."""
    return list(await arrange.rows(desk, AuditEvent, col(AuditEvent.id), col(AuditEvent.actor) == actor))


async def test_each_mutation_leaves_its_mark_in_the_callers_name(
    schema: NumberlineSchema, own_context: Context, place: Place
) -> None:
    """A new mutation that is not tried here fails the test, and so does one that writes nothing."""
    silent, uncalled = set(), set(MUTATIONS) - WORKS.keys()
    for name, given in WORKS.items():
        caller = replace(own_context, caller=Caller(f"auditor of {name}", Level.SYSTEM, Role.ADMIN))
        variables = {"input": await given(place)}
        result = await schema.execute(_document(name), variable_values=variables, context_value=caller)
        assert result.errors is None, (name, result.errors)
        assert result.data is not None
        assert result.data[name]["userErrors"] == [], (name, result.data)
        found = await trail(place.desk, f"auditor of {name}")
        assert all(event.actor_level is Level.SYSTEM for event in found)
        if not found:
            silent.add(name)
    assert (silent, uncalled) == (CHANGES_NOTHING, set())


async def test_a_mutation_that_is_refused_leaves_none(
    schema: NumberlineSchema, own_context: Context, place: Place
) -> None:
    """Asked about what is not there, or for nothing."""
    caller = replace(own_context, caller=Caller("auditor", Level.SYSTEM, Role.ADMIN))
    for name, given in WORKS.items():
        variables = {"input": _spoiled(await given(place))}
        result = await schema.execute(_document(name), variable_values=variables, context_value=caller)
        assert result.data is not None, result.errors
        assert result.data[name]["userErrors"], name
    assert await trail(place.desk, "auditor") == []


def _document(name: str) -> str:
    return mutation(name, "__typename").replace("code message path", "code")


def _spoiled(given: Any) -> Any:
    """Return an input in which every id is made up, and names and reasons are blank."""
    if isinstance(given, list):
        return [_spoiled(one) for one in given]
    if not isinstance(given, dict):
        return given
    return {key: _made_up(key) if _is_spoilt(key) else _spoiled(value) for key, value in given.items()}


def _is_spoilt(key: str) -> bool:
    return key in {"id", "sipConnectionId", "name", "reason"}


def _made_up(key: str) -> str:
    kind = {"id": "Service", "sipConnectionId": "SipConnection"}.get(key)
    return "" if kind is None else encode(kind, UUID(int=7))
