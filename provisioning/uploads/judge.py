"""Giving an upload its verdicts: the entries against each other, and against what is live on the platform."""

from collections.abc import Sequence
from itertools import groupby
from uuid import UUID

from provisioning.desk import Desk
from provisioning.errors import NothingToAdd, TooManyQuestions, UploadTooLarge
from provisioning.journal import audit, standing
from provisioning.judging import CONFLICTS, cut
from provisioning.states import UploadEvent, upload_next
from provisioning.uploads.stage import judge_again, replace, rules_for
from store import entries, questions, uploads
from store.actions import AuditAction
from store.database import Transaction
from store.entries import Conflict
from store.jobs import Job, JobName
from store.lookup import Name, one
from store.questions import Question
from store.tables import Upload
from store.vocabulary import UploadStatus

AT_ONCE = 100_000
"""Up to how many numbers an upload is validated within the request; a larger one is left to a job."""

_CUT_AT_ONCE = 1_000
"""How many ranges are cut between two looks at the database."""


def validation_job(upload: Upload) -> Job:
    """Return the job that judges the entries of a large upload."""
    return Job(JobName.VALIDATE_UPLOAD, arguments={"upload_id": str(upload.id)})


async def validate(desk: Desk, name: Name) -> Upload:
    """Judge the entries of an upload with each other and with what is live; a large upload is left VALIDATING to a job.

    Raises NotFound, NothingToAdd, UploadTooLarge, TooManyQuestions, TransitionRefused.
    """
    async with desk.begin() as transaction:
        upload = await one(transaction, Upload, name, lock=True)
        before = standing(upload)
        judging = upload_next(upload.status, UploadEvent.VALIDATE)
        await refuse_unaskable(desk, transaction, upload)
        await uploads.change_status(transaction, upload, judging, desk.clock())
        if upload.total > AT_ONCE:
            audit(transaction, AuditAction.UPLOAD_VALIDATION_BEGUN, upload, before=before, after=standing(upload))
            await transaction.defer(validation_job(upload))
        else:
            await finish(desk, transaction, upload)
        return upload


async def finish_validation(desk: Desk, upload_id: UUID) -> None:
    """Judge an upload that was left to a job; one that was cancelled meanwhile is left alone."""
    async with desk.begin() as transaction:
        upload = await one(transaction, Upload, Name(id=upload_id), lock=True)
        if upload.status is UploadStatus.VALIDATING:
            await finish(desk, transaction, upload)


async def finish(desk: Desk, transaction: Transaction, upload: Upload) -> None:
    """Bring a locked upload from VALIDATING to VALIDATED."""
    before = standing(upload)
    await judge(desk, transaction, upload)
    judged = upload_next(upload.status, UploadEvent.JUDGED)
    await uploads.change_status(transaction, upload, judged, desk.clock())
    audit(transaction, AuditAction.UPLOAD_VALIDATED, upload, before=before, after=standing(upload))


async def refuse_unaskable(desk: Desk, transaction: Transaction, upload: Upload) -> None:
    """Raise if there is nothing to judge, or too much of it, or too much was asked lately.

    The question counts at once, in a transaction of its own: whoever asks in vain has asked all the same. It is about
    the numbers that were in conflict before too.
    """
    if not upload.total:
        raise NothingToAdd(path=("upload",))
    if upload.total > desk.limits.upload_numbers:
        # The setting was changed since they were put in.
        raise UploadTooLarge(desk.limits.upload_numbers, path=("upload",))
    numbers = upload.valid + await entries.refused(transaction, upload.id, CONFLICTS)
    if not numbers:
        return
    question = Question(numbers, desk.clock(), desk.limits.taken_questions)
    async with desk.aside() as account:
        if not await questions.ask(account, question):
            again = await questions.next_window(account)
            raise TooManyQuestions(desk.limits.taken_questions, f"{again:%H:%M} UTC", path=("upload",))


async def judge(desk: Desk, transaction: Transaction, upload: Upload) -> None:
    """Give the entries of a locked upload their verdicts and count them."""
    rules = await rules_for(desk, transaction, upload)
    # What was in conflict before may no longer be; and where the rules have changed, all is judged anew.
    await judge_again(transaction, upload, rules, list(CONFLICTS) if upload.judged_by == rules.digest else ())
    await refuse_conflicts(transaction, upload)
    upload.validated_at = desk.clock()


async def refuse_conflicts(transaction: Transaction, upload: Upload) -> None:
    """Refuse what stands twice or is live already, but for what this upload has made, and count anew."""
    found = await entries.mark_conflicts(transaction, upload.id, CONFLICTS)
    by_position = {position: list(group) for position, group in groupby(found, key=lambda conflict: conflict.position)}
    positions = list(by_position)
    for start in range(0, len(positions), _CUT_AT_ONCE):
        judged = await entries.judged_at(transaction, upload.id, positions[start : start + _CUT_AT_ONCE])
        renewed = [(entry, cut(parts, _by_part(by_position[entry.position]))) for entry, parts in judged]
        await replace(transaction, upload, renewed)
    await count(transaction, upload)


def _by_part(conflicts: Sequence[Conflict]) -> dict[int, list[Conflict]]:
    return {part: list(group) for part, group in groupby(conflicts, key=lambda conflict: conflict.part)}


async def count(transaction: Transaction, upload: Upload) -> None:
    """Put the present figures of the entries on the upload."""
    figures = await entries.figures(transaction, upload.id)
    upload.rows, upload.total, upload.valid, upload.warnings = figures
    upload.invalid = figures.total - figures.valid
    transaction.session.add(upload)
