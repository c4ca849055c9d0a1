"""What a role may not do, whatever it names."""

import pytest

from store.vocabulary import Role
from tests.api.conftest import Running
from tests.api.journey import SCHEMA
from tests.api.matrix.asking import ERRORS, document
from tests.api.matrix.conftest import WHOSE, World
from tests.api.matrix.recipes import RECIPES


@pytest.mark.parametrize("field", sorted(SCHEMA.mutation_type.fields if SCHEMA.mutation_type else ()))
async def test_a_monitor_cannot_write(world: World, running: Running, field: str) -> None:
    """Not one mutation, not even at system level; the input is not looked at."""
    monitor = world.land.api.as_(running.token(role=Role.MONITOR))
    arguments = {"input": RECIPES[field].given(world.standing[WHOSE[0]])}

    answer = (await monitor.post(document("Mutation", field, arguments, f"{{ {ERRORS} }}"), **arguments)).json()

    assert answer["data"] is None
    assert [error["extensions"]["code"] for error in answer["errors"]] == ["FORBIDDEN"]
