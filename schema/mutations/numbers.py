"""Numbers that were uploaded before: changed, and confirmed by hand."""

from typing import Annotated

import strawberry

from provisioning import changes
from schema.context import Info
from schema.describing import described
from schema.errors import UserError
from schema.inputs.numbers import NumbersConfirmManualInput, NumbersUpdateInput
from schema.mutations.payloads import ERRORS, INPUT, attempt
from schema.types.services import Service, load_service


@strawberry.type(description="The answer to numbersUpdate.")
class NumbersUpdatePayload:
    """A payload."""

    service: Service | None = described("The service of the numbers; null where it was refused.")
    changed: int = described("How many numbers are different now; the others were so already.")
    user_errors: list[UserError] = described(ERRORS)


@strawberry.type(description="The answer to numbersConfirmManual.")
class NumbersConfirmManualPayload:
    """A payload."""

    service: Service | None = described("The service of the numbers; null where it was refused.")
    confirmed: int = described("How many numbers are confirmed now; the others were before.")
    user_errors: list[UserError] = described(ERRORS)


@strawberry.type
class NumberMutations:
    """Numbers."""

    @strawberry.mutation(
        description="Change what numbers are for, all or none. Where Control Hub has to know, their sync state is "
        "UPDATE_PENDING until it does."
    )
    async def numbers_update(self, info: Info, input: Annotated[NumbersUpdateInput, INPUT]) -> NumbersUpdatePayload:
        """Run the use case."""
        desk = info.context.desk
        done, refusals = await attempt(lambda: changes.update(desk, input.numbers.chosen(), input.changes.decoded()))
        service = await load_service(info, done.service.id) if done else None
        return NumbersUpdatePayload(service=service, changed=done.numbers if done else 0, user_errors=refusals)

    @strawberry.mutation(
        description="Say that the customer has added numbers of a Non-Integrated service to Control Hub by hand."
    )
    async def numbers_confirm_manual(
        self, info: Info, input: Annotated[NumbersConfirmManualInput, INPUT]
    ) -> NumbersConfirmManualPayload:
        """Run the use case."""
        desk = info.context.desk
        done, refusals = await attempt(lambda: changes.confirm_manual(desk, input.numbers.chosen()))
        service = await load_service(info, done.service.id) if done else None
        return NumbersConfirmManualPayload(service=service, confirmed=done.numbers if done else 0, user_errors=refusals)
