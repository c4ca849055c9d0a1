"""Inputs of uploads."""

from io import BytesIO
from typing import BinaryIO

import strawberry

from provisioning.uploads.fill import NewEntries, RawEntry
from provisioning.uploads.start import NewUpload
from schema.describing import described
from schema.inputs.naming import KEY, LocationBy, ServiceBy, SipConnectionBy, UploadBy
from schema.scalars import File, file_of
from store.errors import TextInvalid
from store.vocabulary import EntryKind, ErrorPolicy, NumberType, WebexPhoneType


@strawberry.input(description="The header of an upload.")
class UploadStartInput:
    """A header."""

    service: ServiceBy = described("The service that gets the numbers.")
    location: LocationBy = described("The attached location they go to.")
    sip_connection: SipConnectionBy = described("The SIP connection they hang on, by id or by name.")
    number_type: NumberType = described("What they are for.")
    webex_phone_type: WebexPhoneType | None = described(
        "The Webex number type; required when Integrated, refused otherwise.", default=None
    )
    cac_value: int | None = described(
        "How many concurrent sessions each may have. User: always 2; Service: required; Contact Center: at least 2.",
        default=None,
    )
    service_info: str | None = described("The name of the service or related information.", default=None)
    reference: str | None = described("Your own name for the upload, unique in the service.", default=None)
    idempotency_key: str | None = described(KEY, default=None)

    def decoded(self) -> NewUpload:
        """Convert it. Raises NotFound."""
        return NewUpload(
            service=self.service.name("service"),
            location=self.location.name("location"),
            sip_connection=self.sip_connection.connection("sipConnection"),
            number_type=self.number_type,
            phone_type=self.webex_phone_type,
            cac=self.cac_value,
            service_info=self.service_info,
            reference=self.reference,
        )


@strawberry.input(description="Consecutive numbers, ends included.")
class RangeInput:
    """A range."""

    first: str = described("The first number in E.164 format.")
    last: str = described("The last number in E.164 format.")


@strawberry.input(one_of=True, description="A single number or a range. Text, so that every bad one is reported.")
class EntryInput:
    """An entry."""

    single: str | None = described("One number in E.164 format.", default=strawberry.UNSET)
    range: RangeInput | None = described("Consecutive numbers.", default=strawberry.UNSET)

    def decoded(self) -> RawEntry:
        """Convert it."""
        if self.range:
            return RawEntry(EntryKind.RANGE, self.range.first, self.range.last)
        return RawEntry(EntryKind.SINGLE, self.single or "")


@strawberry.input(description="Numbers to add to an upload.")
class UploadAddNumbersInput:
    """Entries."""

    upload: UploadBy = described("The upload.")
    entries: list[EntryInput] = described("The numbers, in order.")
    idempotency_key: str | None = described(KEY, default=None)

    def decoded(self) -> NewEntries:
        """Convert it. Raises NotFound."""
        return NewEntries(self.upload.name("upload"), tuple(entry.decoded() for entry in self.entries))


@strawberry.input(one_of=True, description="Where rows come from: exactly one of these.")
class ImportSource:
    """A source."""

    file: File | None = described(
        "A CSV file such as the template at /templates/numbers.csv, filled in.", default=strawberry.UNSET
    )
    text: str | None = described("The same as pasted text.", default=strawberry.UNSET)

    def stream(self) -> BinaryIO:
        """Return the bytes. Raises FileMissing, TextInvalid."""
        if not isinstance(self.text, str):
            return file_of(self.file)
        try:
            return BytesIO(self.text.encode())
        except UnicodeEncodeError as error:
            raise TextInvalid(path=("source",)) from error


@strawberry.input(description="Rows to import into an upload.")
class UploadImportInput:
    """An import."""

    upload: UploadBy = described("The upload.")
    source: ImportSource = described("Where the rows come from.")
    idempotency_key: str | None = described(KEY, default=None)


@strawberry.input(description="Entries to take out of an upload.")
class UploadRemoveEntriesInput:
    """A removal."""

    upload: UploadBy = described("The upload.")
    positions: list[int] = described("The positions of the entries, as `UploadEntry.position` says; whole entries.")


@strawberry.input(description="An upload to give up.")
class UploadCancelInput:
    """A cancellation."""

    upload: UploadBy = described("The upload.")


@strawberry.input(description="An upload to validate.")
class UploadValidateInput:
    """A validation."""

    upload: UploadBy = described("The upload.")


@strawberry.input(description="An upload to submit.")
class UploadSubmitInput:
    """A submission."""

    upload: UploadBy = described("The upload.")
    error_policy: ErrorPolicy = described(
        "What happens when some entries are invalid.", default=ErrorPolicy.IGNORE_FAILED
    )
