"""Comparing a service with Control Hub, and settling what differs."""

from typing import Annotated

import strawberry

from provisioning.reconciliation import acceptance, job, repair
from schema.context import Info
from schema.describing import described
from schema.errors import UserError
from schema.inputs.drifts import DriftsAcceptInput, DriftsRepairInput, ServiceReconcileInput
from schema.mutations.payloads import ERRORS, INPUT, attempt
from schema.types.services import Service, load_service


@strawberry.type(description="The answer to serviceReconcile.")
class ServiceReconcilePayload:
    """A payload."""

    service: Service | None = described("The service; its reconciledAt moves when it is done; null where refused.")
    user_errors: list[UserError] = described(ERRORS)


@strawberry.type(description="The answer to driftsAccept.")
class DriftsAcceptPayload:
    """A payload."""

    service: Service | None = described("The service of the drifts; null where it was refused.")
    user_errors: list[UserError] = described(ERRORS)


@strawberry.type(description="The answer to driftsRepair.")
class DriftsRepairPayload:
    """A payload."""

    service: Service | None = described("The service of the drifts; null where it was refused.")
    user_errors: list[UserError] = described(ERRORS)


@strawberry.type
class DriftMutations:
    """Drifts."""

    @strawberry.mutation(
        description="Compare an Integrated service with all that Control Hub has; a job does it, as it does every day. "
        "What differs is in `drifts` of the service, and its licence counters are counted anew."
    )
    async def service_reconcile(
        self, info: Info, input: Annotated[ServiceReconcileInput, INPUT]
    ) -> ServiceReconcilePayload:
        """Run the use case."""
        desk = info.context.desk
        row, refusals = await attempt(lambda: job.request_reconciliation(desk, input.service.name("service")))
        return ServiceReconcilePayload(service=await load_service(info, row.id) if row else None, user_errors=refusals)

    @strawberry.mutation(
        description="Take over here what Control Hub has: of all these drifts, or of none. MISSING_REMOTELY: the "
        "number is released at once, without cooling. OTHER_LOCATION: it belongs to that location, attached or not, "
        "which has to be known and of the same calling code. OTHER_USAGE: its type changes, to USER or to what "
        "`numberType` and `cacValue` say. INACTIVE_REMOTELY, UNKNOWN_HERE: nothing changes, but it is not reported "
        "again while it lasts. OTHER_ASSIGNMENT: it is noted as seen."
    )
    async def drifts_accept(self, info: Info, input: Annotated[DriftsAcceptInput, INPUT]) -> DriftsAcceptPayload:
        """Run the use case."""
        desk = info.context.desk
        row, refusals = await attempt(lambda: acceptance.accept(desk, input.decoded(), input.idempotency_key))
        return DriftsAcceptPayload(service=await load_service(info, row.id) if row else None, user_errors=refusals)

    @strawberry.mutation(
        description="Tell Control Hub what stands here: of all these drifts, or of none; a sync does it. "
        "MISSING_REMOTELY: the number is added again. OTHER_LOCATION: it is moved back. OTHER_USAGE, "
        "INACTIVE_REMOTELY: it gets its usage and is activated. The drift ends at once; where Control Hub then "
        "refuses, the `problem` of the number says why, and the next reconciliation finds what still differs. "
        "UNKNOWN_HERE and OTHER_ASSIGNMENT are refused: take the number off or assign it in Control Hub, or accept "
        "them."
    )
    async def drifts_repair(self, info: Info, input: Annotated[DriftsRepairInput, INPUT]) -> DriftsRepairPayload:
        """Run the use case."""
        desk = info.context.desk
        row, refusals = await attempt(lambda: repair.repair(desk, input.decoded(), input.idempotency_key))
        return DriftsRepairPayload(service=await load_service(info, row.id) if row else None, user_errors=refusals)
