"""The mutations: convert the input, call the use case, convert the result."""

import strawberry

from schema.mutations.drifts import DriftMutations
from schema.mutations.numbers import NumberMutations
from schema.mutations.releases import ReleaseMutations
from schema.mutations.services import ServiceMutations
from schema.mutations.submitted_uploads import SubmittedUploadMutations
from schema.mutations.tenancy import TenancyMutations
from schema.mutations.uploads import UploadMutations
from schema.mutations.whole_uploads import WholeUploadMutations


@strawberry.type(description="Everything that can be done. Refusals are in `userErrors`; nothing was done then.")
class Mutation(
    DriftMutations,
    TenancyMutations,
    ServiceMutations,
    UploadMutations,
    WholeUploadMutations,
    SubmittedUploadMutations,
    NumberMutations,
    ReleaseMutations,
):
    """The root of all mutations."""
