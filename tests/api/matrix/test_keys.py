"""Idempotency keys belong to whoever sends them: somebody else's is a key like any other."""

from uuid import uuid4

import pytest

from tests.api.journey import SCHEMA
from tests.api.matrix.asking import ERRORS, answer, document
from tests.api.matrix.conftest import WHOSE, World
from tests.api.matrix.recipes import RECIPES

FIELDS = sorted(
    name
    for name, field in (SCHEMA.mutation_type.fields if SCHEMA.mutation_type else {}).items()
    if "idempotencyKey" in field.args["input"].type.of_type.fields
)


@pytest.mark.parametrize("field", FIELDS)
async def test_somebody_elses_key_is_like_a_fresh_one(world: World, field: str) -> None:
    """With the very request that it came with, and with another."""
    recipe = RECIPES[field]
    ground = await world.ground(WHOSE[0])
    world.land.run(recipe.state or "SELECT", ground)
    given, key, fresh = recipe.given(ground), uuid4().hex, uuid4().hex
    text = document("Mutation", field, {"input": given}, f"{{ {ERRORS} }}")
    owner = world.owners[WHOSE[0]] if recipe.level is None else world.land.api
    done = await answer(owner, "Mutation", text, {"input": {**given, "idempotencyKey": key}})
    assert done.succeeded, done

    for stranger in [those[0] for those in world.strangers]:
        same, other = [
            await answer(stranger.api, "Mutation", text, {"input": {**given, "idempotencyKey": each}})
            for each in (key, fresh)
        ]
        assert same == other
        if not stranger.may(field):  # a customer writes nothing
            continue
        own = {**recipe.given(await world.afresh(stranger)), "idempotencyKey": key}
        assert "IDEMPOTENCY_KEY_REUSED" not in (await answer(stranger.api, "Mutation", text, {"input": own})).body
