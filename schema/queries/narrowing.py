"""Narrowing a list to a chosen tenant."""

from typing import Annotated

import strawberry

from schema.ids import key_of
from store import tenants
from store.database import Reading
from store.tables import Tenant

ChosenTenant = Annotated[
    strawberry.ID | None, strawberry.argument(description="Only what belongs to this tenant and those below it.")
]


async def subtree(reading: Reading, chosen: strawberry.ID | None) -> Tenant | None:
    """Return the chosen tenant, None where none was chosen.

    Raises NotFound.
    """
    return await tenants.find(reading, key_of(chosen, "Tenant")) if chosen else None
