"""The Upload Numbers dialog: start, fill, validate, submit."""

from typing import Annotated

import strawberry

from provisioning.uploads import edit, fill, judge, start, submit
from schema.context import Info
from schema.describing import described
from schema.errors import UserError
from schema.inputs.uploads import (
    UploadAddNumbersInput,
    UploadCancelInput,
    UploadImportInput,
    UploadRemoveEntriesInput,
    UploadStartInput,
    UploadSubmitInput,
    UploadUpdateInput,
    UploadValidateInput,
)
from schema.mutations.payloads import ERRORS, INPUT, attempt
from schema.types.uploads import Upload


@strawberry.type(description="The answer to uploadStart.")
class UploadStartPayload:
    """A payload."""

    upload: Upload | None = described("The upload; null where it was refused.")
    user_errors: list[UserError] = described(ERRORS)


@strawberry.type(description="The answer to uploadAddNumbers.")
class UploadAddNumbersPayload:
    """A payload."""

    upload: Upload | None = described("The upload; null where it was refused.")
    user_errors: list[UserError] = described(ERRORS)


@strawberry.type(description="The answer to uploadImport.")
class UploadImportPayload:
    """A payload."""

    upload: Upload | None = described("The upload; null where it was refused.")
    user_errors: list[UserError] = described(ERRORS)


@strawberry.type(description="The answer to uploadRemoveEntries.")
class UploadRemoveEntriesPayload:
    """A payload."""

    upload: Upload | None = described("The upload; null where it was refused.")
    user_errors: list[UserError] = described(ERRORS)


@strawberry.type(description="The answer to uploadCancel.")
class UploadCancelPayload:
    """A payload."""

    upload: Upload | None = described("The upload; null where it was refused.")
    user_errors: list[UserError] = described(ERRORS)


@strawberry.type(description="The answer to uploadValidate.")
class UploadValidatePayload:
    """A payload."""

    upload: Upload | None = described("The upload; null where it was refused.")
    user_errors: list[UserError] = described(ERRORS)


@strawberry.type(description="The answer to uploadSubmit.")
class UploadSubmitPayload:
    """A payload."""

    upload: Upload | None = described("The upload; null where it was refused.")
    user_errors: list[UserError] = described(ERRORS)


@strawberry.type(description="The answer to uploadUpdate.")
class UploadUpdatePayload:
    """A payload."""

    upload: Upload | None = described("The upload; null where it was refused.")
    user_errors: list[UserError] = described(ERRORS)


@strawberry.type
class UploadMutations:
    """Uploads."""

    @strawberry.mutation(description="Open an upload: its header says where the numbers go and what they are for.")
    async def upload_start(self, info: Info, input: Annotated[UploadStartInput, INPUT]) -> UploadStartPayload:
        """Run the use case."""
        desk = info.context.desk
        row, refusals = await attempt(lambda: start.start(desk, input.header(), input.idempotency_key))
        return UploadStartPayload(upload=Upload.of(row) if row else None, user_errors=refusals)

    @strawberry.mutation(description="Add single numbers and ranges; each is judged by itself at once.")
    async def upload_add_numbers(
        self, info: Info, input: Annotated[UploadAddNumbersInput, INPUT]
    ) -> UploadAddNumbersPayload:
        """Run the use case."""
        desk = info.context.desk
        row, refusals = await attempt(lambda: fill.add_entries(desk, input.decoded(), input.idempotency_key))
        return UploadAddNumbersPayload(upload=Upload.of(row) if row else None, user_errors=refusals)

    @strawberry.mutation(
        description="Import rows of a CSV file, of an .xlsx workbook or of pasted text: all or, where it cannot be "
        "read, none. The counts say how many numbers are valid by themselves; a large file reports its progress to "
        "uploadProgressed."
    )
    async def upload_import(self, info: Info, input: Annotated[UploadImportInput, INPUT]) -> UploadImportPayload:
        """Run the use case."""
        desk = info.context.desk
        row, refusals = await attempt(
            lambda: fill.import_file(
                desk,
                input.upload.name("upload"),
                input.source.stream(),
                input.idempotency_key,
                guess=input.repair,
            )
        )
        return UploadImportPayload(upload=Upload.of(row) if row else None, user_errors=refusals)

    @strawberry.mutation(
        description="Change the header of an upload that is not submitted yet; its entries are judged by the new one."
    )
    async def upload_update(self, info: Info, input: Annotated[UploadUpdateInput, INPUT]) -> UploadUpdatePayload:
        """Run the use case."""
        desk = info.context.desk
        row, refusals = await attempt(lambda: edit.update(desk, input.upload.name("upload"), input.decoded()))
        return UploadUpdatePayload(upload=Upload.of(row) if row else None, user_errors=refusals)

    @strawberry.mutation(description="Take entries out of an upload that is not submitted yet.")
    async def upload_remove_entries(
        self, info: Info, input: Annotated[UploadRemoveEntriesInput, INPUT]
    ) -> UploadRemoveEntriesPayload:
        """Run the use case."""
        desk = info.context.desk
        row, refusals = await attempt(lambda: edit.remove_entries(desk, input.upload.name("upload"), input.positions))
        return UploadRemoveEntriesPayload(upload=Upload.of(row) if row else None, user_errors=refusals)

    @strawberry.mutation(description="Give up an upload that is not submitted yet.")
    async def upload_cancel(self, info: Info, input: Annotated[UploadCancelInput, INPUT]) -> UploadCancelPayload:
        """Run the use case."""
        desk = info.context.desk
        row, refusals = await attempt(lambda: edit.cancel(desk, input.upload.name("upload")))
        return UploadCancelPayload(upload=Upload.of(row) if row else None, user_errors=refusals)

    @strawberry.mutation(
        description="Compare every entry with the others and with what is live; the counts say how many numbers are "
        "valid, the entries why others are not. A large upload stays VALIDATING until a job is through: follow "
        "uploadProgressed."
    )
    async def upload_validate(self, info: Info, input: Annotated[UploadValidateInput, INPUT]) -> UploadValidatePayload:
        """Run the use case."""
        desk = info.context.desk
        row, refusals = await attempt(lambda: judge.validate(desk, input.upload.name("upload")))
        return UploadValidatePayload(upload=Upload.of(row) if row else None, user_errors=refusals)

    @strawberry.mutation(
        description="Make the valid numbers the service's own and, when Integrated, have them synced to Control Hub."
    )
    async def upload_submit(self, info: Info, input: Annotated[UploadSubmitInput, INPUT]) -> UploadSubmitPayload:
        """Run the use case."""
        desk = info.context.desk
        row, refusals = await attempt(
            lambda: submit.submit(desk, input.upload.name("upload"), input.error_policy, input.idempotency_key)
        )
        return UploadSubmitPayload(upload=Upload.of(row) if row else None, user_errors=refusals)
