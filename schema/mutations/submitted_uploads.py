"""Uploads after they were submitted: stop, try again, roll back."""

from typing import Annotated

import strawberry

from provisioning.uploads import after
from schema.context import Info
from schema.describing import described
from schema.errors import UserError
from schema.inputs.uploads import UploadRetryFailedInput, UploadRollBackInput, UploadStopInput
from schema.mutations.payloads import ERRORS, INPUT, attempt
from schema.types.uploads import Upload


@strawberry.type(description="The answer to uploadStop.")
class UploadStopPayload:
    """A payload."""

    upload: Upload | None = described("The upload; null where it was refused.")
    user_errors: list[UserError] = described(ERRORS)


@strawberry.type(description="The answer to uploadRetryFailed.")
class UploadRetryFailedPayload:
    """A payload."""

    upload: Upload | None = described("The upload; null where it was refused.")
    user_errors: list[UserError] = described(ERRORS)


@strawberry.type(description="The answer to uploadRollBack.")
class UploadRollBackPayload:
    """A payload."""

    upload: Upload | None = described("The upload; null where it was refused.")
    user_errors: list[UserError] = described(ERRORS)


@strawberry.type
class SubmittedUploadMutations:
    """Uploads after they were submitted."""

    @strawberry.mutation(
        description="Stop an upload that is on its way to Control Hub: what was not sent is withdrawn and free at once."
    )
    async def upload_stop(self, info: Info, input: Annotated[UploadStopInput, INPUT]) -> UploadStopPayload:
        """Run the use case."""
        desk = info.context.desk
        row, refusals = await attempt(lambda: after.stop(desk, input.upload.name("upload")))
        return UploadStopPayload(upload=Upload.of(row) if row else None, user_errors=refusals)

    @strawberry.mutation(
        description="Send the numbers again that failed and may succeed (`problem.retryable`); rejected ones stay so."
    )
    async def upload_retry_failed(
        self, info: Info, input: Annotated[UploadRetryFailedInput, INPUT]
    ) -> UploadRetryFailedPayload:
        """Run the use case."""
        desk = info.context.desk
        row, refusals = await attempt(lambda: after.retry_failed(desk, input.upload.name("upload")))
        return UploadRetryFailedPayload(upload=Upload.of(row) if row else None, user_errors=refusals)

    @strawberry.mutation(
        description="Take back what an upload added, and nothing else: its numbers are taken off Control Hub and are "
        "free for anybody. Where Control Hub does not give one up, the upload is PARTIAL and the number says why."
    )
    async def upload_roll_back(self, info: Info, input: Annotated[UploadRollBackInput, INPUT]) -> UploadRollBackPayload:
        """Run the use case."""
        desk = info.context.desk
        row, refusals = await attempt(lambda: after.roll_back(desk, input.upload.name("upload")))
        return UploadRollBackPayload(upload=Upload.of(row) if row else None, user_errors=refusals)
