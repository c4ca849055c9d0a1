"""Inputs of uploads."""

from io import BytesIO
from typing import BinaryIO

import strawberry

from provisioning.left import LEFT
from provisioning.uploads.edit import HeaderChanges
from provisioning.uploads.fill import NewEntries, RawEntry
from provisioning.uploads.start import ConnectionName, NewUpload
from provisioning.uploads.whole import WholeUpload
from schema.describing import described
from schema.inputs.naming import KEY, NOTHING, LocationBy, ServiceBy, SipConnectionBy, UploadBy, or_nothing
from schema.scalars import File, file_of
from store.errors import TextInvalid
from store.lookup import Name
from store.vocabulary import EntryKind, ErrorPolicy, NumberType, WebexPhoneType

REPAIR = (
    "Whether damaged numbers may be guessed: a missing plus, 00 instead of it, decimals, separators. Each guess is "
    "reported in `repairs`; digits that are lost are never guessed."
)
"""The description of `repair`."""


@strawberry.input(description="What every upload says about its numbers.")
class HeaderInput:
    """What UploadStartInput, NumbersUploadInput and NumbersValidateInput share; it is not in the schema itself."""

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

    def header(self) -> NewUpload:
        """Convert it. What is no id at all is looked for in vain, so that all that is wrong is told at once."""
        return NewUpload(
            service=or_nothing(self.service.name, "service", Name(id=NOTHING, path=("service",))),
            location=or_nothing(self.location.name, "location", Name(id=NOTHING, path=("location",))),
            sip_connection=or_nothing(self.sip_connection.connection, "sipConnection", ConnectionName(id=NOTHING)),
            number_type=self.number_type,
            phone_type=self.webex_phone_type,
            cac=self.cac_value,
            service_info=self.service_info,
            reference=self.reference,
        )


@strawberry.input(description="The header of an upload.")
class UploadStartInput(HeaderInput):
    """A header."""

    idempotency_key: str | None = described(KEY, default=None)


@strawberry.input(description="What is to change in the header of an upload; what is left out stays.")
class UploadUpdateInput:
    """An edited header."""

    upload: UploadBy = described("The upload; it must not be submitted yet.")
    location: LocationBy | None = described("Another attached location of the service.", default=strawberry.UNSET)
    sip_connection: SipConnectionBy | None = described("Another SIP connection.", default=strawberry.UNSET)
    number_type: NumberType | None = described(
        "Another number type. The CAC value was meant for the old one: give a new one if it needs one.",
        default=strawberry.UNSET,
    )
    webex_phone_type: WebexPhoneType | None = described("Another Webex number type.", default=strawberry.UNSET)
    cac_value: int | None = described("Another CAC value; null: none.", default=strawberry.UNSET)
    service_info: str | None = described("Another service info; null: none.", default=strawberry.UNSET)

    def decoded(self) -> HeaderChanges:
        """Convert it; a null where the header cannot do without changes nothing. Raises NotFound."""
        return HeaderChanges(
            location=self.location.name("location") if self.location else LEFT,
            sip_connection=self.sip_connection.connection("sipConnection") if self.sip_connection else LEFT,
            number_type=self.number_type or LEFT,
            phone_type=LEFT if self.webex_phone_type is strawberry.UNSET else self.webex_phone_type,
            cac=LEFT if self.cac_value is strawberry.UNSET else self.cac_value,
            service_info=LEFT if self.service_info is strawberry.UNSET else self.service_info,
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
    entries: list[EntryInput] = described(
        "The numbers, in order; at most 10,000 entries. A file or pasted text may have more."
    )
    repair: bool = described(REPAIR, default=False)
    idempotency_key: str | None = described(KEY, default=None)

    def decoded(self) -> NewEntries:
        """Convert it. Raises NotFound."""
        return NewEntries(self.upload.name("upload"), tuple(entry.decoded() for entry in self.entries), self.repair)


@strawberry.input(one_of=True, description="Where rows come from: exactly one of these.")
class ImportSource:
    """A source."""

    file: File | None = described(
        "A CSV file such as the template at /templates/numbers.csv, filled in, or an .xlsx workbook.",
        default=strawberry.UNSET,
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
    repair: bool = described(REPAIR, default=False)
    idempotency_key: str | None = described(KEY, default=None)


@strawberry.input(description="What every upload in one call has.")
class WholeInput(HeaderInput):
    """What NumbersUploadInput and NumbersValidateInput share; it is not in the schema itself."""

    entries: list[EntryInput] = described("Numbers and ranges, in order; at most 10,000.", default_factory=list)
    source: ImportSource | None = described("A file or pasted text whose rows follow them.", default=None)
    repair: bool = described(REPAIR, default=False)

    def whole(self) -> WholeUpload:
        """Convert it. Raises NotFound."""
        return WholeUpload(self.header(), tuple(entry.decoded() for entry in self.entries), guess=self.repair)

    def stream(self) -> BinaryIO | None:
        """Return the bytes of the source. Raises FileMissing, TextInvalid."""
        return self.source.stream() if self.source else None


@strawberry.input(description="A whole upload: header and numbers.")
class NumbersUploadInput(WholeInput):
    """An upload in one call."""

    error_policy: ErrorPolicy = described(
        "What happens when some entries are invalid.", default=ErrorPolicy.IGNORE_FAILED
    )
    idempotency_key: str | None = described(KEY, default=None)


@strawberry.input(description="A dry run: header and numbers, at most 10,000 unless the server is set otherwise.")
class NumbersValidateInput(WholeInput):
    """An upload of which nothing is kept."""


@strawberry.input(description="Entries to take out of an upload.")
class UploadRemoveEntriesInput:
    """A removal."""

    upload: UploadBy = described("The upload.")
    positions: list[int] = described(
        "The positions of the entries, as `UploadEntry.position` says; whole entries, at most 10,000."
    )


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
    idempotency_key: str | None = described(KEY, default=None)


@strawberry.input(description="An upload to stop.")
class UploadStopInput:
    """A stop."""

    upload: UploadBy = described("The upload; it has to be SUBMITTED or SYNCING.")


@strawberry.input(description="An upload of which the failed numbers are tried again.")
class UploadRetryFailedInput:
    """Another try."""

    upload: UploadBy = described("The upload; it has to be PARTIAL or FAILED.")


@strawberry.input(description="An upload to roll back.")
class UploadRollBackInput:
    """A roll back."""

    upload: UploadBy = described("The upload; it has to be COMPLETED, PARTIAL or FAILED.")
