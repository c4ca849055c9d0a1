"""The mutations: convert the input, call the use case, convert the result."""

import strawberry

from schema.mutations.services import ServiceMutations
from schema.mutations.tenancy import TenancyMutations
from schema.mutations.uploads import UploadMutations


@strawberry.type(description="Everything that can be done. Refusals are in `userErrors`; nothing was done then.")
class Mutation(TenancyMutations, ServiceMutations, UploadMutations):
    """The root of all mutations."""
