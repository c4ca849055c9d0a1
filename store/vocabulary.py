"""The words of the house: every state and kind that columns, rules and the schema share.

A member carries its own description, which the GraphQL schema prints.
"""

from enum import StrEnum
from typing import Self


class Word(StrEnum):
    """A string enum whose members are written `NAME = "NAME", "what it means"`."""

    description: str

    def __new__(cls, value: str, description: str) -> Self:
        """Keep the description beside the value."""
        member = str.__new__(cls, value)
        member._value_ = value
        member.description = description
        return member


class TenantKind(Word):
    """The level of a tenant: System > Service Provider > Channel."""

    SYSTEM = "SYSTEM", "The operator of the platform, above every service provider."
    SERVICE_PROVIDER = "SERVICE_PROVIDER", "A carrier: owns channels and customers."
    CHANNEL = "CHANNEL", "A reseller under one service provider: owns customers."


class Role(Word):
    """What a caller may do at its level."""

    ADMIN = "ADMIN", "Reads, writes and manages tenants and customers."
    OPERATOR = "OPERATOR", "Reads, onboards services and uploads numbers."
    MONITOR = "MONITOR", "Only reads."


class Level(Word):
    """Where a caller stands: what it sees is its own subtree."""

    SYSTEM = "SYSTEM", "Sees every tenant."
    PROVIDER = "PROVIDER", "Sees one service provider, its channels and all their customers."
    CHANNEL = "CHANNEL", "Sees one channel and its customers."
    CUSTOMER = "CUSTOMER", "Sees one customer and its services."


class ServiceKind(Word):
    """What is sold to the customer."""

    WEBEX_CLOUD_CONNECT = "WEBEX_CLOUD_CONNECT", "Webex Cloud Connect: takes numbers of every type."
    CX = "CX", "Live CX: takes Contact Center numbers only and is always Non-Integrated."


class ServiceMode(Word):
    """How the numbers of a service reach Webex Control Hub."""

    INTEGRATED = (
        "INTEGRATED",
        "The customer consents once; numbers are then synced to Control Hub automatically.",
    )
    NON_INTEGRATED = (
        "NON_INTEGRATED",
        "No consent and no sync: the customer adds the numbers to Control Hub by hand.",
    )


class ServiceStatus(Word):
    """The deployment status of a service."""

    PENDING_CONSENT = (
        "PENDING_CONSENT",
        "A token invitation link has been sent to the customer's administrator.",
    )
    PENDING_PROVISIONING = (
        "PENDING_PROVISIONING",
        "Consent is given (or not needed), but no number is on the customer's account yet.",
    )
    READY = "READY", "At least one number is on the customer's account."
    REMOVING = "REMOVING", "The service is being removed."


class GrantStatus(Word):
    """Whether the customer's consent is in force."""

    ACTIVE = "ACTIVE", "The customer has consented and Control Hub accepts our tokens."
    REVOKED = "REVOKED", "Control Hub refuses our tokens, or they were given up: the customer has to consent again."


class InvitationStatus(Word):
    """What became of an invitation."""

    SENDING = "SENDING", "The mail server has not taken the letter yet; it is tried again by itself."
    SENT = "SENT", "The mail server has taken the letter; the link in it works."
    REFUSED = "REFUSED", "The mail server refuses the letter for good; see `problem`, mend the address and send again."
    USED = "USED", "The administrator has consented with it."
    EXPIRED = "EXPIRED", "Nobody used it in time; send another."
    REVOKED = "REVOKED", "It was revoked, or replaced by a newer one."


class NumberType(Word):
    """What a number is for; it decides the CAC value and the Control Hub usage."""

    USER = "USER", "For calling users. The CAC value is always 2. Not for CX services."
    SERVICE = (
        "SERVICE",
        "For external applications such as emergency calling, fax or IVR. Takes a CAC value. Not for CX services.",
    )
    CONTACT_CENTER = "CONTACT_CENTER", "For Contact Center agents. A CAC value is optional, at least 2."


class WebexPhoneType(Word):
    """The Webex `numberType`; required when the service is Integrated, refused otherwise."""

    DID = "DID", "A direct inward dialling number."
    TOLLFREE = "TOLLFREE", "A toll-free number."
    MOBILE = "MOBILE", "A mobile number."


class NumberStatus(Word):
    """The life of a number here. ACTIVE, RELEASE_REQUESTED and COOLING count as live."""

    ACTIVE = "ACTIVE", "In use by its service."
    RELEASE_REQUESTED = "RELEASE_REQUESTED", "On its way off Control Hub."
    COOLING = "COOLING", "Off Control Hub; kept from others until its cooling date, and can be restored."
    RELEASED = "RELEASED", "Given back: anybody may upload it again."
    REJECTED = "REJECTED", "Refused by Control Hub for good; kept for the report and in nobody's way."


class SyncState(Word):
    """Where a number stands with Control Hub."""

    ADD_PENDING = "ADD_PENDING", "Waits to be added to Control Hub."
    UPDATE_PENDING = "UPDATE_PENDING", "Waits for a change to be sent to Control Hub."
    REMOVE_PENDING = "REMOVE_PENDING", "Waits to be taken off Control Hub."
    IN_PROGRESS = "IN_PROGRESS", "Sent to Control Hub; the answer is awaited."
    SYNCED = "SYNCED", "Control Hub has it."
    REMOVED = "REMOVED", "Control Hub no longer has it."
    FAILED = "FAILED", "Control Hub did not take it; `problem` says why."
    UNCERTAIN = (
        "UNCERTAIN",
        "Control Hub gave no clear answer; it is read back before anything is sent again.",
    )
    DRIFTED = "DRIFTED", "Control Hub was found to differ from what stands here."
    MANUAL_PENDING = "MANUAL_PENDING", "The customer has to add it to Control Hub by hand."
    MANUAL_CONFIRMED = "MANUAL_CONFIRMED", "The customer has added it by hand."


class SyncTask(Word):
    """What is, or was last, done with a number at Control Hub."""

    ADD = "ADD", "It is added."
    UPDATE = "UPDATE", "Its usage is changed."
    REMOVE = "REMOVE", "It is taken off, because it was released: it cools afterwards."
    RESTORE = "RESTORE", "It is added again: it was restored, or Control Hub had lost it."
    MOVE = "MOVE", "It is moved to its location from the one at which Control Hub has it."
    TAKE_BACK = (
        "TAKE_BACK",
        (
            "It is taken off for good: its upload is rolled back, its service removed, or it was reclaimed. "
            "Anybody may upload it afterwards."
        ),
    )


class NumberSource(Word):
    """How a number came here."""

    FILE = "FILE", "From an imported file."
    ENTRY = "ENTRY", "Typed in as a single number or a range."


class UploadStatus(Word):
    """The life of an upload: one run of the Upload Numbers dialog."""

    DRAFT = "DRAFT", "Being filled: entries and header can change."
    VALIDATING = "VALIDATING", "Its entries are being judged."
    VALIDATED = "VALIDATED", "Every entry has a verdict."
    SUBMITTED = "SUBMITTED", "Its valid numbers are stored here."
    SYNCING = "SYNCING", "Its numbers are on their way to Control Hub."
    COMPLETED = "COMPLETED", "All of its valid numbers are where they should be."
    PARTIAL = "PARTIAL", "Some of its numbers are where they should be, others failed or were withdrawn."
    FAILED = "FAILED", "None of its numbers could be added."
    CANCELLED = "CANCELLED", "Given up before it was submitted."
    ROLLING_BACK = "ROLLING_BACK", "What it added is being taken back."
    ROLLED_BACK = "ROLLED_BACK", "What it added has been taken back."


class EntryKind(Word):
    """How an entry came into an upload."""

    SINGLE = "SINGLE", "One number, typed in."
    RANGE = "RANGE", "Consecutive numbers, typed in as first and last."
    FILE_ROW = "FILE_ROW", "A row of an imported file or of pasted text."


class EntryVerdict(Word):
    """What was found about an entry."""

    VALID = "VALID", "Will be uploaded."
    WARNING = "WARNING", "Will be uploaded; the code says what to look at."
    INVALID = "INVALID", "Will not be uploaded; the code says why and the message what to do."


class ErrorPolicy(Word):
    """What happens at submit when some entries are invalid."""

    IGNORE_FAILED = "IGNORE_FAILED", "The valid entries go, the invalid ones stay behind with their reasons."
    REJECT_EVERYTHING = "REJECT_EVERYTHING", "Nothing goes unless every entry is valid."


class WaitingCode(Word):
    """Why an upload, or the sync of a service, waits."""

    CONSENT_MISSING = "CONSENT_MISSING", "The customer has not consented yet."
    CONSENT_WITHDRAWN = "CONSENT_WITHDRAWN", "The customer's consent is no longer in force; send a new invitation."
    CONTROL_HUB_BUSY = "CONTROL_HUB_BUSY", "Control Hub takes no requests at the moment; it goes on by itself."
    CONTROL_HUB_SILENT = "CONTROL_HUB_SILENT", "Control Hub does not answer clearly; it goes on by itself."
    CONTROL_HUB_REFUSES = (
        "CONTROL_HUB_REFUSES",
        "Control Hub refuses to say what it has, so that nothing can be sent; the message says in its words why.",
    )


class DriftKind(Word):
    """How Control Hub differs from what stands here."""

    MISSING_REMOTELY = "MISSING_REMOTELY", "The number stands here, and Control Hub does not have it."
    UNKNOWN_HERE = "UNKNOWN_HERE", "Control Hub has the number, and no service of the organization here does."
    OTHER_LOCATION = "OTHER_LOCATION", "Control Hub has the number at another location than stands here."
    OTHER_USAGE = "OTHER_USAGE", "Control Hub has the number with another usage than its type here asks for."
    INACTIVE_REMOTELY = "INACTIVE_REMOTELY", "Control Hub has the number, but not active."
    OTHER_ASSIGNMENT = "OTHER_ASSIGNMENT", "The number is assigned to somebody else, or to nobody, since the last look."


class DriftEnd(Word):
    """How a drift came to its end."""

    ACCEPTED = "ACCEPTED", "What Control Hub has was taken over here."
    REPAIRED = "REPAIRED", "Control Hub was told what stands here."
    GONE = "GONE", "A later reconciliation no longer found it."


class LocationSource(Word):
    """Where a location came from."""

    CONTROL_HUB = "CONTROL_HUB", "Read from Webex Control Hub."
    MANUAL = "MANUAL", "Entered by hand, for a Non-Integrated service."


class PstnConnection(Word):
    """How a Control Hub location reaches the PSTN; it decides whether numbers may be added from here."""

    LOCAL_GATEWAY = "LOCAL_GATEWAY", "Premises-based PSTN through a local gateway: numbers may be uploaded."
    NON_INTEGRATED_CCP = (
        "NON_INTEGRATED_CCP",
        "A non-integrated cloud connected provider: numbers may be uploaded.",
    )
    INTEGRATED_CCP = (
        "INTEGRATED_CCP",
        "An integrated cloud connected provider owns the numbers: uploads are refused.",
    )
    CISCO_PSTN = "CISCO_PSTN", "Cisco's own PSTN owns the numbers: uploads are refused."
    NOT_SET = (
        "NOT_SET",
        "No PSTN connection is set up in Control Hub yet: uploads are refused until there is one.",
    )


class EventKind(Word):
    """What an event tells."""

    SERVICE_STATUS = "SERVICE_STATUS", "A service went from one status to another. Never left out."
    UPLOAD_STATUS = "UPLOAD_STATUS", "An upload went from one status to another. Never left out."
    UPLOAD_COUNTS = "UPLOAD_COUNTS", "The counts of an upload moved. Only the newest matters."
