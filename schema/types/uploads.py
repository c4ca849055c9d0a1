"""Uploads: the Upload Numbers dialog, its entries and its counts."""

from datetime import datetime
from typing import Annotated, Self

import strawberry

from provisioning.numbering.repairs import Repair
from provisioning.states import ENDS
from provisioning.verdicts import VerdictCode
from schema.connections import After, Before, Connection, First, Last, listed
from schema.context import Info
from schema.describing import described
from schema.downloads import error_report_path
from schema.ids import encode
from schema.scalars import PhoneNumber
from schema.types.nodes import Node
from schema.types.routing import SipConnection
from schema.types.services import Location, Service, load_service
from schema.types.waiting import Waiting
from store import entries, tables, uploads
from store.entries import EntryFigures
from store.spans import Span
from store.vocabulary import EntryKind, EntryVerdict, ErrorPolicy, NumberType, UploadStatus, WebexPhoneType

MOST_RANGES = 1_000
"""How many ranges `Upload.ranges` shows; more than any person reads."""

ENDED = (
    "Whether it has come to its end: COMPLETED, PARTIAL, FAILED, CANCELLED or ROLLED_BACK. Nothing more happens to it "
    "until somebody tries what failed again or takes it back."
)
"""The description of what says so."""


@strawberry.type(description="The counts of an upload: numbers, but for `rows`.")
class UploadCounts:
    """Where the numbers of an upload stand."""

    rows: int = described("Rows read from files and pasted text; they move while an import is reading.")
    total: int = described("Numbers in all entries; an unreadable entry counts as one.")
    valid: int = described("Numbers that will be uploaded, as far as is known; validating compares them with others.")
    warnings: int = described("Those of the valid ones that deserve a look.")
    invalid: int = described("Numbers that will not be uploaded.")
    submitted: int = described("Numbers that became the service's at submit.")
    pending: int = described("Submitted numbers that are still on their way to Control Hub.")
    added: int = described("Submitted numbers that are where they should be.")
    failed: int = described("Submitted numbers that Control Hub did not take.")
    withdrawn: int = described("Submitted numbers that were taken back: before they were sent, or by rolling back.")

    @classmethod
    def of(cls, row: tables.Upload) -> Self:
        """Convert a row."""
        return cls.from_figures(uploads.counts(row))

    @classmethod
    def from_figures(cls, figures: dict[str, int]) -> Self:
        """Convert the figures of an event; what is on its way follows from the others."""
        pending = figures["submitted"] - figures["added"] - figures["failed"] - figures["withdrawn"]
        return cls(pending=pending, **{"rows": 0, **figures})


@strawberry.type(description="Counts of entries: what was typed in or read as one is one, however many numbers it has.")
class EntryCounts:
    """How many entries are fine."""

    total: int = described("Entries.")
    valid: int = described("Entries of which every number will be uploaded.")
    invalid: int = described("Entries of which some number will not be uploaded.")

    @classmethod
    def of(cls, figures: EntryFigures) -> Self:
        """Convert figures."""
        return cls(total=figures.total, valid=figures.total - figures.invalid, invalid=figures.invalid)


@strawberry.type(description="Consecutive numbers, ends included.")
class NumberRange:
    """A range to show."""

    first: PhoneNumber = described("The first number.")
    last: PhoneNumber = described("The last number; equal to the first for a single one.")
    size: int = described("How many numbers it holds.")

    @classmethod
    def of(cls, span: Span) -> Self:
        """Convert a span."""
        return cls(first=PhoneNumber(span.first), last=PhoneNumber(span.last), size=span.size)


@strawberry.type(description="What the numbers of a row are for, where its row says so instead of the upload's header.")
class EntryTerms:
    """The terms of a row."""

    number_type: NumberType = described("What its numbers are for.")
    webex_phone_type: WebexPhoneType | None = described("The Webex number type; null: as the header says.")
    cac_value: int | None = described(
        "How many concurrent sessions each of its numbers may have; null: not limited by number."
    )
    service_info: str | None = described("The service info; null: as the header says.")

    @classmethod
    def of(cls, row: tables.UploadEntry) -> Self | None:
        """Convert a row."""
        if row.number_type is None:
            return None
        return cls(
            number_type=row.number_type,
            webex_phone_type=row.phone_type,
            cac_value=row.cac,
            service_info=row.service_info,
        )


@strawberry.type(
    description="What was typed in or read, or a part of it: a range whose numbers differ in verdict is cut into parts."
)
class UploadEntry:
    """An entry, or a part of one."""

    position: int = described("Its place in the upload, from 0; parts of one entry share it.")
    part: int = described("Which part of the entry this is, from 0.")
    kind: EntryKind = described("Whether it was typed in as a number or a range, or is a row of a file.")
    line: int | None = described("The line of the file, from 1; null where it was typed in.")
    raw: str = described("The text as it came.")
    raw_last: str | None = described("The text of the end of a range, as it came; null for a single number.")
    first: PhoneNumber | None = described("The first number of this part; null where unreadable.")
    last: PhoneNumber | None = described("The last number of this part; null where unreadable.")
    size: int = described("How many numbers this part holds.")
    verdict: EntryVerdict = described(
        "What was found. While the upload is a DRAFT: of the entry by itself; validating compares it with others, too."
    )
    code: VerdictCode | None = described("Why it is INVALID, or what the WARNING is about; null where it is VALID.")
    message: str | None = described("What is wrong and what to do about it, for people; null where it is VALID.")
    repairs: list[Repair] = described(
        "The guesses that were made about its damaged numbers, because of `repair: true`."
    )
    terms: EntryTerms | None = described("What its row says instead of the header; null where it says nothing.")

    @classmethod
    def of(cls, row: tables.UploadEntry) -> Self:
        """Convert a row."""
        return cls(
            position=row.position,
            part=row.part,
            kind=row.kind,
            line=row.line,
            raw=row.raw,
            raw_last=row.raw_last,
            first=PhoneNumber(row.first) if row.first else None,
            last=PhoneNumber(row.last) if row.last else None,
            size=row.size,
            verdict=row.verdict,
            code=VerdictCode[row.code] if row.code else None,
            message=row.message,
            repairs=[Repair[repair] for repair in row.repairs or ()],
            terms=EntryTerms.of(row),
        )


OfVerdict = Annotated[EntryVerdict | None, strawberry.argument(description="Only entries with this verdict.")]


@strawberry.type(description="One run of the Upload Numbers dialog: header, entries, counts and where it stands.")
class Upload(Node):
    """An upload."""

    row: strawberry.Private[tables.Upload]
    reference: str | None = described("The caller's own name for it, unique in the service; null where none was given.")
    status: UploadStatus = described("Where it stands; subscribe to uploadProgressed to follow it.")
    ended: bool = described(ENDED)
    number_type: NumberType = described("What its numbers are for.")
    webex_phone_type: WebexPhoneType | None = described("The Webex number type; null when Non-Integrated.")
    cac_value: int | None = described("How many concurrent sessions each number may have; null: not limited by number.")
    service_info: str | None = described(
        "The name of the service or related information; null where nothing was entered."
    )
    error_policy: ErrorPolicy | None = described("What was to happen with invalid entries; null before submit.")
    counts: UploadCounts = described(
        "How many of its numbers are valid, submitted, added and so on; follow them by uploadProgressed."
    )
    waiting: Waiting | None = described("Why it waits; null while it does not.")
    created_at: datetime = described("When it was started.")
    validated_at: datetime | None = described(
        "When its entries were last judged all together; null until they are validated."
    )
    submitted_at: datetime | None = described("When it was submitted; null until then.")
    ended_at: datetime | None = described(
        "When it came to its end; null until then, and again while failed numbers are retried."
    )

    @classmethod
    def of(cls, row: tables.Upload) -> Self:
        """Convert a row."""
        return cls(
            id=strawberry.ID(encode("Upload", row.id)),
            row=row,
            reference=row.reference,
            status=row.status,
            ended=row.status in ENDS,
            number_type=row.number_type,
            webex_phone_type=row.phone_type,
            cac_value=row.cac,
            service_info=row.service_info,
            error_policy=row.error_policy,
            counts=UploadCounts.of(row),
            waiting=Waiting.of(row.waiting_code, row.waiting_message, row.waiting_until),
            created_at=row.created_at,
            validated_at=row.validated_at,
            submitted_at=row.submitted_at,
            ended_at=row.ended_at,
        )

    @strawberry.field(
        description="Who started it: the `subject` of a viewer. Null for somebody above you: whoever acts for your "
        "provider or the platform is not told by name."
    )
    def created_by(self, info: Info) -> str | None:
        """Name whoever it was to those who may know."""
        return self.row.created_by if self.row.created_by_level in info.context.scope.names else None

    @strawberry.field(description="The service whose numbers these are.")
    async def service(self, info: Info) -> Service:
        """Load the service."""
        return await load_service(info, self.row.service_id)

    @strawberry.field(description="The location its numbers go to.")
    async def location(self, info: Info) -> Location:
        """Load the location."""
        row = await info.context.loaders.locations.load(self.row.location_id)
        assert row is not None  # noqa: S101  # a foreign key promises it
        return Location.of(row)

    @strawberry.field(description="The SIP connection its numbers hang on.")
    async def sip_connection(self, info: Info) -> SipConnection:
        """Load the connection."""
        row = await info.context.loaders.sip_connections.load(self.row.sip_connection_id)
        assert row is not None  # noqa: S101  # a foreign key promises it
        return SipConnection.of(row)

    @strawberry.field(
        description="Where the CSV file of its invalid entries and their reasons is: a path on this server, to be read "
        "with the same token, corrected and imported again. `?verdict=WARNING`: those that deserve a look instead."
    )
    def error_report_url(self) -> str:
        """Return the path of the error report."""
        return error_report_path(self.id)

    @strawberry.field(description="Its entries in the order in which they were put in.")
    async def entries(
        self,
        info: Info,
        verdict: OfVerdict = None,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> Connection[UploadEntry]:
        """Read a page of entries."""
        return await listed(
            info,
            entries.IN_ORDER,
            (first, after, last, before),
            lambda reading, wanted: entries.listing(reading, self.row.id, verdict, wanted),
            lambda reading: entries.total(reading, self.row.id, verdict),
            lambda row: UploadEntry.of(row[0]),
        )

    @strawberry.field(description="Its valid numbers as ranges of consecutive ones, ascending; at most 1,000 ranges.")
    async def ranges(self, info: Info) -> list[NumberRange]:
        """Read the ranges."""
        async with info.context.desk.read() as reading:
            spans = await entries.spans(reading, self.row.id, MOST_RANGES)
        return [NumberRange.of(span) for span in spans]

    @strawberry.field(description="How many of its entries are fine; counted when asked for.")
    async def entry_counts(self, info: Info) -> EntryCounts:
        """Count the entries."""
        async with info.context.desk.read() as reading:
            return EntryCounts.of(await entries.entry_figures(reading, self.row.id))
