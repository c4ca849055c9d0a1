"""Uploads in one call, for clients that have all numbers at hand."""

from typing import Annotated, Self

import strawberry

from provisioning.uploads import whole
from schema.context import Info
from schema.describing import described
from schema.errors import UserError, user_errors
from schema.inputs.uploads import NumbersUploadInput, NumbersValidateInput
from schema.mutations.payloads import ERRORS, INPUT, attempt
from schema.types.uploads import EntryCounts, NumberRange, Upload, UploadCounts, UploadEntry

MOST_LISTED = 1_000
"""How many problems and ranges a dry run lists."""


@strawberry.type(description="The answer to numbersUpload.")
class NumbersUploadPayload:
    """A payload."""

    upload: Upload | None = described(
        "The upload. Where no number is valid, or REJECT_EVERYTHING met an invalid one, it stays VALIDATED beside "
        "the error, with the reasons in its entries: correct it and call uploadSubmit. So it does beside BUSY: call "
        "uploadSubmit in a few seconds. Null where nothing was kept."
    )
    user_errors: list[UserError] = described("Why it was not submitted; empty where it was.")


@strawberry.type(description="What an upload would come to.")
class NumbersReport:
    """The result of a dry run."""

    counts: UploadCounts = described("What its counts would be.")
    entry_counts: EntryCounts = described("How many entries would be fine.")
    problems: list[UploadEntry] = described("The entries that are INVALID or WARNING, in order; the first 1,000.")
    ranges: list[NumberRange] = described("The valid numbers as ranges of consecutive ones; the first 1,000.")

    @classmethod
    def of(cls, found: whole.DryRun) -> Self:
        """Convert it."""
        return cls(
            counts=UploadCounts.from_figures(found.counts),
            entry_counts=EntryCounts.of(found.entries),
            problems=[UploadEntry.of(row) for row in found.problems],
            ranges=[NumberRange.of(span) for span in found.spans],
        )


@strawberry.type(description="The answer to numbersValidate.")
class NumbersValidatePayload:
    """A payload."""

    report: NumbersReport | None = described("What was found; null where it was refused.")
    user_errors: list[UserError] = described(ERRORS)


@strawberry.type
class WholeUploadMutations:
    """Uploads in one call."""

    @strawberry.mutation(description="Start, fill, validate and submit an upload in one call.")
    async def numbers_upload(self, info: Info, input: Annotated[NumbersUploadInput, INPUT]) -> NumbersUploadPayload:
        """Run the use case."""
        desk = info.context.desk
        done, refusals = await attempt(
            lambda: whole.upload_numbers(desk, input.whole(), input.stream(), input.error_policy, input.idempotency_key)
        )
        if done and done.refusal:
            refusals = user_errors(done.refusal)
        return NumbersUploadPayload(upload=Upload.of(done.upload) if done else None, user_errors=refusals)

    @strawberry.mutation(description="Say what an upload of these numbers would come to, and keep nothing: a dry run.")
    async def numbers_validate(
        self, info: Info, input: Annotated[NumbersValidateInput, INPUT]
    ) -> NumbersValidatePayload:
        """Run the use case."""
        desk = info.context.desk
        found, refusals = await attempt(lambda: whole.try_numbers(desk, input.whole(), input.stream(), MOST_LISTED))
        return NumbersValidatePayload(report=NumbersReport.of(found) if found else None, user_errors=refusals)
