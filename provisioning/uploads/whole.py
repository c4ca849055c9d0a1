"""An upload in one call: the whole dialog at once, or only its verdicts."""

from dataclasses import dataclass, replace
from typing import BinaryIO

from provisioning.desk import Desk
from provisioning.errors import (
    Busy,
    InvalidEntries,
    NothingToAdd,
    NothingValid,
    NotSubmitted,
    NumberlineError,
    TransitionRefused,
)
from provisioning.repeating import once
from provisioning.states import UploadEvent, upload_next
from provisioning.uploads.fill import NewEntries, RawEntry, append_entries, append_file, digest
from provisioning.uploads.judge import finish, refuse_unaskable
from provisioning.uploads.start import NewUpload, opened, refuse_texts
from provisioning.uploads.submit import submit
from store import entries, uploads
from store.database import Transaction
from store.entries import EntryFigures
from store.lookup import Name, one
from store.spans import Span
from store.tables import Upload, UploadEntry
from store.vocabulary import ErrorPolicy, UploadStatus


@dataclass(frozen=True, slots=True)
class WholeUpload:
    """A header, and the numbers as they were typed; a file comes beside it."""

    header: NewUpload
    entries: tuple[RawEntry, ...]
    guess: bool = False


@dataclass(frozen=True, slots=True)
class NumbersUpload:
    """All that was asked for, which an idempotency key stands for; `sha256` is the digest of the file."""

    new: WholeUpload
    sha256: str | None
    policy: ErrorPolicy


@dataclass(frozen=True, slots=True)
class Uploaded:
    """The upload, and why it was not submitted: None where it was."""

    upload: Upload
    refusal: NumberlineError | None


@dataclass(frozen=True, slots=True)
class DryRun:
    """What an upload would come to. `problems` are the first entries that are not VALID, `spans` the first ranges."""

    counts: dict[str, int]
    entries: EntryFigures
    problems: list[UploadEntry]
    spans: list[Span]


async def upload_numbers(
    desk: Desk, new: WholeUpload, file: BinaryIO | None, policy: ErrorPolicy, key: str | None = None
) -> Uploaded:
    """Start, fill, validate and submit an upload.

    Where no number is valid, or some are not and REJECT_EVERYTHING was asked for, the upload stays VALIDATED, with
    the reasons, to be corrected; and where somebody else is at work on the same, to be submitted. Sent again with the
    same key, it goes on where it was; what somebody has done to the upload since is left as it is. Raises what
    starting, filling and submitting raise otherwise.
    """
    request = NumbersUpload(new, None if file is None else await digest(file), policy)
    async with desk.begin() as transaction:
        upload = await once(transaction, request, key, Upload, lambda: _prepared(desk, transaction, new, file))
    if upload.status is not UploadStatus.VALIDATED:
        return Uploaded(upload, None)
    try:
        return Uploaded(await submit(desk, Name(id=upload.id), policy), None)
    except (NothingValid, InvalidEntries) as refusal:
        # What was submitted has no name in this input: it is the numbers that are at fault.
        refusal.path = ("entries",) if new.entries else ("source",)
        return Uploaded(upload, refusal)
    except Busy:
        # Something was done: whoever sent the request again without a key would have a second upload.
        return Uploaded(upload, NotSubmitted())
    except TransitionRefused:
        # The same request, sent twice at once: the other one has submitted it.
        async with desk.read() as reading:
            return Uploaded(await one(reading, Upload, Name(id=upload.id)), None)


async def try_numbers(desk: Desk, new: WholeUpload, file: BinaryIO | None, most: int) -> DryRun:
    """Say what an upload would come to, and keep nothing of it; `problems` and `spans` hold at most `most`.

    Raises what starting, filling and validating raise.
    """
    refuse_texts(new.header)
    small = replace(desk, limits=replace(desk.limits, upload_numbers=desk.limits.dry_run_numbers))
    async with desk.rehearse() as transaction:
        upload = await _prepared(small, transaction, replace(new, header=replace(new.header, reference=None)), file)
        return DryRun(
            uploads.counts(upload),
            await entries.entry_figures(transaction, upload.id),
            await entries.problems(transaction, upload.id, most),
            await entries.spans(transaction, upload.id, most),
        )


async def _prepared(desk: Desk, transaction: Transaction, new: WholeUpload, file: BinaryIO | None) -> Upload:
    """Open an upload and bring it to VALIDATED."""
    upload = await opened(desk, transaction, new.header)
    if not new.entries and file is None:
        raise NothingToAdd(path=("entries",))
    if new.entries:
        typed = NewEntries(Name(id=upload.id), new.entries, new.guess)
        await append_entries(desk, transaction, upload, typed)
    if file is not None:
        await append_file(desk, transaction, upload, file, guess=new.guess)
    await refuse_unaskable(desk, transaction, upload)
    await uploads.change_status(transaction, upload, upload_next(upload.status, UploadEvent.VALIDATE), desk.clock())
    await finish(desk, transaction, upload)
    return upload
