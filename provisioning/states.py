"""What may follow what: four state machines as tables; every transition that is not in one is refused."""

from collections.abc import Iterable, Mapping

from provisioning.errors import TransitionRefused
from store.vocabulary import NumberStatus, ServiceMode, ServiceStatus, SyncState, UploadStatus, Word


class ServiceEvent(Word):
    """What happens to a service."""

    CONSENT_GIVEN = "CONSENT_GIVEN", "The customer's administrator consented, for the first time."
    FIRST_NUMBER_ADDED = (
        "FIRST_NUMBER_ADDED",
        "The first number is on the customer's account: confirmed by Control Hub, or stored when Non-Integrated.",
    )
    LAST_NUMBER_RELEASED = "LAST_NUMBER_RELEASED", "No number is left on the customer's account."
    REMOVE = "REMOVE", "Somebody asked for the removal of the service; asking again changes nothing."
    REMOVED = "REMOVED", "All numbers are off, or an Admin forced the end: the service is gone."


class UploadEvent(Word):
    """What happens to an upload. An end with several outcomes is several events."""

    EDIT = "EDIT", "Entries were added or removed, or the header changed."
    VALIDATE = "VALIDATE", "Somebody asked for verdicts."
    JUDGED = "JUDGED", "Every entry has a verdict."
    SUBMIT = "SUBMIT", "Somebody asked for the upload of what is valid."
    CANCEL = "CANCEL", "Somebody gave the upload up before it was submitted."
    ALL_STORED = "ALL_STORED", "Non-Integrated: all valid numbers are stored, and nothing more is to do."
    SOME_STORED = "SOME_STORED", "Non-Integrated: only some of the valid numbers could be stored."
    SYNC_STARTED = "SYNC_STARTED", "Integrated: the numbers go to Control Hub."
    ALL_ADDED = "ALL_ADDED", "Control Hub has all of the numbers."
    SOME_ADDED = "SOME_ADDED", "Control Hub has some of the numbers."
    NONE_ADDED = "NONE_ADDED", "Control Hub has none of the numbers."
    STOP = "STOP", "Somebody stopped the sync; what was not sent is withdrawn."
    RETRY = "RETRY", "Somebody asked for another try of the numbers that failed."
    ROLL_BACK = "ROLL_BACK", "Somebody asked to take back what the upload added."
    ALL_TAKEN_BACK = "ALL_TAKEN_BACK", "What the upload added has been taken back."
    SOME_KEPT = "SOME_KEPT", "Control Hub did not give up some of what the upload added."


class NumberEvent(Word):
    """What happens to a number here."""

    RELEASE = "RELEASE", "Somebody asked for its release."
    TAKEN_OFF = "TAKEN_OFF", "It is off Control Hub, or was never there: the cooling time begins."
    TAKEN_BACK = (
        "TAKEN_BACK",
        "Its upload was stopped or rolled back, its service removed, or it was reclaimed: it is free at once.",
    )
    KEPT = "KEPT", "Control Hub did not give it up."
    COOLED = "COOLED", "Its cooling date has come."
    RESTORE = "RESTORE", "Somebody took it back into use while it was cooling."
    REFUSE = "REFUSE", "Control Hub refused it for good."


class SyncEvent(Word):
    """What happens between a number and Control Hub."""

    QUEUE_ADD = "QUEUE_ADD", "It is to be added: restored, tried again, turned away unseen, or read back and not found."
    QUEUE_UPDATE = "QUEUE_UPDATE", "A change is to be sent."
    QUEUE_REMOVE = "QUEUE_REMOVE", "It is to be taken off."
    WITHDRAW = "WITHDRAW", "It was never added and no longer is to be."
    SEND = "SEND", "It is on its way to Control Hub."
    FOUND = "FOUND", "Control Hub has it as it stands here: answered or read back."
    GONE = "GONE", "Control Hub does not have it, as intended: answered or read back."
    REFUSE = "REFUSE", "Control Hub refused it, when validating or when asked to take it."
    UNANSWERED = "UNANSWERED", "No clear answer came, or the process ended before one did."
    DIFFERS = "DIFFERS", "A reconciliation found that Control Hub differs from what stands here."
    CONFIRM = "CONFIRM", "The customer has added it to Control Hub by hand."


SERVICE: Mapping[tuple[ServiceStatus, ServiceEvent], ServiceStatus] = {
    (ServiceStatus.PENDING_CONSENT, ServiceEvent.CONSENT_GIVEN): ServiceStatus.PENDING_PROVISIONING,
    (ServiceStatus.PENDING_PROVISIONING, ServiceEvent.FIRST_NUMBER_ADDED): ServiceStatus.READY,
    (ServiceStatus.READY, ServiceEvent.LAST_NUMBER_RELEASED): ServiceStatus.PENDING_PROVISIONING,
    **{(status, ServiceEvent.REMOVE): ServiceStatus.REMOVING for status in ServiceStatus},
}
"""Every transition of a service but its end, see `service_end`. Consent withdrawn changes no status (decision 4)."""

UPLOAD: Mapping[tuple[UploadStatus, UploadEvent], UploadStatus] = {
    (UploadStatus.DRAFT, UploadEvent.EDIT): UploadStatus.DRAFT,
    (UploadStatus.DRAFT, UploadEvent.VALIDATE): UploadStatus.VALIDATING,
    (UploadStatus.DRAFT, UploadEvent.SUBMIT): UploadStatus.SUBMITTED,
    (UploadStatus.DRAFT, UploadEvent.CANCEL): UploadStatus.CANCELLED,
    (UploadStatus.VALIDATING, UploadEvent.JUDGED): UploadStatus.VALIDATED,
    (UploadStatus.VALIDATING, UploadEvent.CANCEL): UploadStatus.CANCELLED,
    (UploadStatus.VALIDATED, UploadEvent.VALIDATE): UploadStatus.VALIDATING,
    (UploadStatus.VALIDATED, UploadEvent.EDIT): UploadStatus.DRAFT,
    (UploadStatus.VALIDATED, UploadEvent.SUBMIT): UploadStatus.SUBMITTED,
    (UploadStatus.VALIDATED, UploadEvent.CANCEL): UploadStatus.CANCELLED,
    (UploadStatus.SUBMITTED, UploadEvent.SYNC_STARTED): UploadStatus.SYNCING,
    (UploadStatus.SUBMITTED, UploadEvent.ALL_STORED): UploadStatus.COMPLETED,
    (UploadStatus.SUBMITTED, UploadEvent.SOME_STORED): UploadStatus.PARTIAL,
    (UploadStatus.SYNCING, UploadEvent.ALL_ADDED): UploadStatus.COMPLETED,
    (UploadStatus.SYNCING, UploadEvent.SOME_ADDED): UploadStatus.PARTIAL,
    (UploadStatus.SYNCING, UploadEvent.NONE_ADDED): UploadStatus.FAILED,
    (UploadStatus.SUBMITTED, UploadEvent.STOP): UploadStatus.PARTIAL,
    (UploadStatus.SYNCING, UploadEvent.STOP): UploadStatus.PARTIAL,
    (UploadStatus.PARTIAL, UploadEvent.RETRY): UploadStatus.SYNCING,
    (UploadStatus.FAILED, UploadEvent.RETRY): UploadStatus.SYNCING,
    (UploadStatus.COMPLETED, UploadEvent.ROLL_BACK): UploadStatus.ROLLING_BACK,
    (UploadStatus.PARTIAL, UploadEvent.ROLL_BACK): UploadStatus.ROLLING_BACK,
    (UploadStatus.FAILED, UploadEvent.ROLL_BACK): UploadStatus.ROLLING_BACK,
    (UploadStatus.ROLLING_BACK, UploadEvent.ALL_TAKEN_BACK): UploadStatus.ROLLED_BACK,
    (UploadStatus.ROLLING_BACK, UploadEvent.SOME_KEPT): UploadStatus.PARTIAL,
}
"""Every transition of an upload. A cancelled one added nothing, so that there is nothing to roll back."""

NUMBER: Mapping[tuple[NumberStatus, NumberEvent], NumberStatus] = {
    (NumberStatus.ACTIVE, NumberEvent.RELEASE): NumberStatus.RELEASE_REQUESTED,
    (NumberStatus.ACTIVE, NumberEvent.REFUSE): NumberStatus.REJECTED,
    (NumberStatus.ACTIVE, NumberEvent.TAKEN_BACK): NumberStatus.RELEASED,
    (NumberStatus.RELEASE_REQUESTED, NumberEvent.TAKEN_OFF): NumberStatus.COOLING,
    (NumberStatus.RELEASE_REQUESTED, NumberEvent.TAKEN_BACK): NumberStatus.RELEASED,
    (NumberStatus.RELEASE_REQUESTED, NumberEvent.KEPT): NumberStatus.ACTIVE,
    (NumberStatus.COOLING, NumberEvent.COOLED): NumberStatus.RELEASED,
    (NumberStatus.COOLING, NumberEvent.TAKEN_BACK): NumberStatus.RELEASED,
    (NumberStatus.COOLING, NumberEvent.RESTORE): NumberStatus.ACTIVE,
}
"""Every transition of a number."""

_ASKED: Mapping[Word, str] = {
    UploadEvent.EDIT: "be changed",
    UploadEvent.VALIDATE: "be validated",
    UploadEvent.SUBMIT: "be submitted",
    UploadEvent.CANCEL: "be given up",
    UploadEvent.STOP: "be stopped",
    UploadEvent.RETRY: "be tried again",
    UploadEvent.ROLL_BACK: "be rolled back",
}
"""What callers ask for, in their words; the other events are ours, and never refused to a caller."""

ENDS = frozenset(
    {
        UploadStatus.COMPLETED,
        UploadStatus.PARTIAL,
        UploadStatus.FAILED,
        UploadStatus.CANCELLED,
        UploadStatus.ROLLED_BACK,
    }
)
"""The statuses in which an upload has come to its end, until somebody tries it again or takes it back."""

LIVE = frozenset({NumberStatus.ACTIVE, NumberStatus.RELEASE_REQUESTED, NumberStatus.COOLING})
"""The states in which nobody else can upload the number; the index `number_live` says the same."""

SYNC: Mapping[tuple[SyncState, SyncEvent], SyncState] = {
    (SyncState.ADD_PENDING, SyncEvent.SEND): SyncState.IN_PROGRESS,
    (SyncState.ADD_PENDING, SyncEvent.FOUND): SyncState.SYNCED,
    (SyncState.ADD_PENDING, SyncEvent.REFUSE): SyncState.FAILED,
    (SyncState.ADD_PENDING, SyncEvent.WITHDRAW): SyncState.REMOVED,
    (SyncState.UPDATE_PENDING, SyncEvent.SEND): SyncState.IN_PROGRESS,
    (SyncState.UPDATE_PENDING, SyncEvent.QUEUE_REMOVE): SyncState.REMOVE_PENDING,
    (SyncState.REMOVE_PENDING, SyncEvent.SEND): SyncState.IN_PROGRESS,
    (SyncState.REMOVE_PENDING, SyncEvent.GONE): SyncState.REMOVED,
    (SyncState.IN_PROGRESS, SyncEvent.QUEUE_ADD): SyncState.ADD_PENDING,
    (SyncState.IN_PROGRESS, SyncEvent.QUEUE_UPDATE): SyncState.UPDATE_PENDING,
    (SyncState.IN_PROGRESS, SyncEvent.QUEUE_REMOVE): SyncState.REMOVE_PENDING,
    (SyncState.IN_PROGRESS, SyncEvent.FOUND): SyncState.SYNCED,
    (SyncState.IN_PROGRESS, SyncEvent.GONE): SyncState.REMOVED,
    (SyncState.IN_PROGRESS, SyncEvent.REFUSE): SyncState.FAILED,
    (SyncState.IN_PROGRESS, SyncEvent.UNANSWERED): SyncState.UNCERTAIN,
    (SyncState.UNCERTAIN, SyncEvent.QUEUE_ADD): SyncState.ADD_PENDING,
    (SyncState.UNCERTAIN, SyncEvent.QUEUE_UPDATE): SyncState.UPDATE_PENDING,
    (SyncState.UNCERTAIN, SyncEvent.QUEUE_REMOVE): SyncState.REMOVE_PENDING,
    (SyncState.UNCERTAIN, SyncEvent.FOUND): SyncState.SYNCED,
    (SyncState.UNCERTAIN, SyncEvent.GONE): SyncState.REMOVED,
    (SyncState.UNCERTAIN, SyncEvent.REFUSE): SyncState.FAILED,
    (SyncState.SYNCED, SyncEvent.QUEUE_UPDATE): SyncState.UPDATE_PENDING,
    (SyncState.SYNCED, SyncEvent.QUEUE_REMOVE): SyncState.REMOVE_PENDING,
    (SyncState.SYNCED, SyncEvent.DIFFERS): SyncState.DRIFTED,
    (SyncState.REMOVED, SyncEvent.QUEUE_ADD): SyncState.ADD_PENDING,
    (SyncState.FAILED, SyncEvent.QUEUE_ADD): SyncState.ADD_PENDING,
    (SyncState.FAILED, SyncEvent.QUEUE_UPDATE): SyncState.UPDATE_PENDING,
    (SyncState.FAILED, SyncEvent.QUEUE_REMOVE): SyncState.REMOVE_PENDING,
    (SyncState.FAILED, SyncEvent.WITHDRAW): SyncState.REMOVED,
    (SyncState.FAILED, SyncEvent.DIFFERS): SyncState.DRIFTED,
    (SyncState.FAILED, SyncEvent.FOUND): SyncState.SYNCED,
    (SyncState.DRIFTED, SyncEvent.QUEUE_ADD): SyncState.ADD_PENDING,
    (SyncState.DRIFTED, SyncEvent.QUEUE_UPDATE): SyncState.UPDATE_PENDING,
    (SyncState.DRIFTED, SyncEvent.QUEUE_REMOVE): SyncState.REMOVE_PENDING,
    (SyncState.DRIFTED, SyncEvent.FOUND): SyncState.SYNCED,
    (SyncState.DRIFTED, SyncEvent.GONE): SyncState.REMOVED,
    (SyncState.MANUAL_PENDING, SyncEvent.CONFIRM): SyncState.MANUAL_CONFIRMED,
}
"""Every transition of a number's sync: adding, updating, removing, and what retrying and reading back need."""


def service_start(mode: ServiceMode) -> ServiceStatus:
    """Give the status of a service that has just been onboarded."""
    if mode is ServiceMode.INTEGRATED:
        return ServiceStatus.PENDING_CONSENT
    return ServiceStatus.PENDING_PROVISIONING


def service_next(status: ServiceStatus, event: ServiceEvent) -> ServiceStatus:
    """Give the status after an event. TransitionRefused for any other pair, REMOVED included."""
    if (status, event) not in SERVICE:
        raise _refusal("service", SERVICE, status, event, "service")
    return SERVICE[status, event]


def service_end(status: ServiceStatus) -> None:
    """Let a service go: there is no status after REMOVED. TransitionRefused unless it is REMOVING."""
    if status is not ServiceStatus.REMOVING:
        raise TransitionRefused("service", status.value, ServiceStatus.REMOVING.value, "end")


def upload_next(status: UploadStatus, event: UploadEvent) -> UploadStatus:
    """Give the status after an event. TransitionRefused for any other pair."""
    if (status, event) not in UPLOAD:
        raise _refusal("upload", UPLOAD, status, event, "upload")
    return UPLOAD[status, event]


def number_next(status: NumberStatus, event: NumberEvent) -> NumberStatus:
    """Give the status after an event. TransitionRefused for any other pair."""
    if (status, event) not in NUMBER:
        raise _refusal("number", NUMBER, status, event)
    return NUMBER[status, event]


def sync_next(state: SyncState, event: SyncEvent) -> SyncState:
    """Give the state after an event. TransitionRefused for any other pair."""
    if (state, event) not in SYNC:
        raise _refusal("sync", SYNC, state, event)
    return SYNC[state, event]


def _refusal(
    subject: str, table: Iterable[tuple[Word, Word]], state: Word, event: Word, *path: str
) -> TransitionRefused:
    fit = [before.value for before, what in table if what is event]
    return TransitionRefused(subject, state.value, " or ".join(fit), _ASKED.get(event, event.value), path=path)
