"""Numbers that go: released, restored while they cool, reclaimed."""

from typing import Annotated

import strawberry

from provisioning import reclaiming, releases
from schema.context import Info
from schema.describing import described
from schema.errors import UserError
from schema.inputs.numbers import NumbersReclaimInput, NumbersReleaseInput, NumbersRestoreInput
from schema.mutations.payloads import ERRORS, INPUT, attempt
from schema.types.services import Service, load_service


@strawberry.type(description="The answer to numbersRelease.")
class NumbersReleasePayload:
    """A payload."""

    service: Service | None = described("The service of the numbers; null where it was refused.")
    released: int = described("How many numbers were released.")
    leaving: int = described(
        "How many of them Control Hub has to give up first; the others cool already. 0 when Non-Integrated: the "
        "customer takes them off by hand."
    )
    user_errors: list[UserError] = described(ERRORS)


@strawberry.type(description="The answer to numbersRestore.")
class NumbersRestorePayload:
    """A payload."""

    service: Service | None = described("The service of the numbers; null where it was refused.")
    restored: int = described("How many numbers were restored.")
    user_errors: list[UserError] = described(ERRORS)


@strawberry.type(description="What a service had of the numbers that were reclaimed.")
class ReclaimedNumbers:
    """A share."""

    service: Service = described("The service.")
    numbers: int = described("How many numbers it had.")
    leaving: int = described("How many of them Control Hub has to give up first; the others are free already.")


@strawberry.type(description="The answer to numbersReclaim.")
class NumbersReclaimPayload:
    """A payload."""

    reclaimed: list[ReclaimedNumbers] | None = described("By service, the oldest first; null where it was refused.")
    user_errors: list[UserError] = described(ERRORS)


@strawberry.type
class ReleaseMutations:
    """Numbers that go."""

    @strawberry.mutation(
        description="Give numbers back, all or none. They are RELEASE_REQUESTED until Control Hub has given them up, "
        "then COOLING until `coolingUntil`, then RELEASED: until then nobody else can have them, and numbersRestore "
        "takes them back into use. What Control Hub does not give up is ACTIVE again and its `problem` says why. "
        "Refused: a main number (NUMBER_IS_MAIN), an assigned one (NUMBER_ASSIGNED), one in another operation "
        "(NUMBER_BUSY), one that cools (NUMBER_COOLING) and one that is released already (NOT_FOUND)."
    )
    async def numbers_release(self, info: Info, input: Annotated[NumbersReleaseInput, INPUT]) -> NumbersReleasePayload:
        """Run the use case."""
        desk = info.context.desk
        done, refusals = await attempt(lambda: releases.release(desk, input.numbers.chosen(), input.idempotency_key))
        if done is None:
            return NumbersReleasePayload(service=None, released=0, leaving=0, user_errors=refusals)
        service = await load_service(info, done.service.id)
        return NumbersReleasePayload(service=service, released=done.numbers, leaving=done.leaving, user_errors=[])

    @strawberry.mutation(
        description="Take numbers back into use that were released and still cool, all or none. Integrated: Control "
        "Hub gets them again, and from now on they count as added by their upload, whatever becomes of them; their "
        "`syncState` is SYNCED when they are there. Their location has to be attached and take numbers, as for an "
        "upload."
    )
    async def numbers_restore(self, info: Info, input: Annotated[NumbersRestoreInput, INPUT]) -> NumbersRestorePayload:
        """Run the use case."""
        desk = info.context.desk
        done, refusals = await attempt(lambda: releases.restore(desk, input.numbers.chosen(), input.idempotency_key))
        service = await load_service(info, done.service.id) if done else None
        return NumbersRestorePayload(service=service, restored=done.numbers if done else 0, user_errors=refusals)

    @strawberry.mutation(
        description="Have numbers back that some service squats on, or that were ported to somebody else, without "
        "cooling: free for anybody at once or, where Control Hub has them, as soon as it has given them up. What it "
        "does not give up is ACTIVE again and its `problem` says why: send this again with `leaveAtControlHub`. All "
        "or none (NUMBER_BUSY where one is on its way); numbers that are not live are left out. For the operator of "
        "the platform."
    )
    async def numbers_reclaim(self, info: Info, input: Annotated[NumbersReclaimInput, INPUT]) -> NumbersReclaimPayload:
        """Run the use case."""
        desk = info.context.desk
        done, refusals = await attempt(lambda: reclaiming.reclaim(desk, input.decoded(), input.idempotency_key))
        shares = None if done is None else [await _share(info, one) for one in done]
        return NumbersReclaimPayload(reclaimed=shares, user_errors=refusals)


async def _share(info: Info, found: reclaiming.Reclaimed) -> ReclaimedNumbers:
    service = await load_service(info, found.service.id)
    return ReclaimedNumbers(service=service, numbers=found.numbers, leaving=found.leaving)
