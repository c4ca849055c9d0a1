"""The state machines: every pair of state and event has its outcome."""

from collections.abc import Callable, Mapping
from itertools import product
from typing import Any

import pytest

from provisioning import states
from provisioning.states import (
    NumberEvent,
    ServiceEvent,
    SyncEvent,
    TransitionRefused,
    UploadEvent,
)
from store.vocabulary import NumberStatus, ServiceMode, ServiceStatus, SyncState, UploadStatus

SERVICE = {
    "PENDING_CONSENT CONSENT_GIVEN": "PENDING_PROVISIONING",
    "PENDING_CONSENT REMOVE": "REMOVING",
    "PENDING_PROVISIONING FIRST_NUMBER_ADDED": "READY",
    "PENDING_PROVISIONING REMOVE": "REMOVING",
    "READY LAST_NUMBER_RELEASED": "PENDING_PROVISIONING",
    "READY REMOVE": "REMOVING",
    "REMOVING REMOVE": "REMOVING",
}
UPLOAD = {
    "DRAFT EDIT": "DRAFT",
    "DRAFT VALIDATE": "VALIDATING",
    "DRAFT SUBMIT": "SUBMITTED",
    "DRAFT CANCEL": "CANCELLED",
    "VALIDATING JUDGED": "VALIDATED",
    "VALIDATING CANCEL": "CANCELLED",
    "VALIDATED VALIDATE": "VALIDATING",
    "VALIDATED EDIT": "DRAFT",
    "VALIDATED SUBMIT": "SUBMITTED",
    "VALIDATED CANCEL": "CANCELLED",
    "SUBMITTED SYNC_STARTED": "SYNCING",
    "SUBMITTED ALL_STORED": "COMPLETED",
    "SUBMITTED SOME_STORED": "PARTIAL",
    "SYNCING ALL_ADDED": "COMPLETED",
    "SYNCING SOME_ADDED": "PARTIAL",
    "SYNCING NONE_ADDED": "FAILED",
    "SUBMITTED STOP": "PARTIAL",
    "SYNCING STOP": "PARTIAL",
    "PARTIAL RETRY": "SYNCING",
    "FAILED RETRY": "SYNCING",
    "COMPLETED ROLL_BACK": "ROLLING_BACK",
    "PARTIAL ROLL_BACK": "ROLLING_BACK",
    "FAILED ROLL_BACK": "ROLLING_BACK",
    "ROLLING_BACK ALL_TAKEN_BACK": "ROLLED_BACK",
    "ROLLING_BACK SOME_KEPT": "PARTIAL",
}
NUMBER = {
    "ACTIVE RELEASE": "RELEASE_REQUESTED",
    "ACTIVE REFUSE": "REJECTED",
    "ACTIVE TAKEN_BACK": "RELEASED",
    "RELEASE_REQUESTED TAKEN_OFF": "COOLING",
    "RELEASE_REQUESTED TAKEN_BACK": "RELEASED",
    "RELEASE_REQUESTED KEPT": "ACTIVE",
    "COOLING COOLED": "RELEASED",
    "COOLING TAKEN_BACK": "RELEASED",
    "COOLING RESTORE": "ACTIVE",
}
SYNC = {
    "ADD_PENDING SEND": "IN_PROGRESS",
    "ADD_PENDING FOUND": "SYNCED",
    "ADD_PENDING REFUSE": "FAILED",
    "ADD_PENDING WITHDRAW": "REMOVED",
    "UPDATE_PENDING SEND": "IN_PROGRESS",
    "UPDATE_PENDING QUEUE_REMOVE": "REMOVE_PENDING",
    "REMOVE_PENDING SEND": "IN_PROGRESS",
    "REMOVE_PENDING GONE": "REMOVED",
    "IN_PROGRESS QUEUE_ADD": "ADD_PENDING",
    "IN_PROGRESS QUEUE_UPDATE": "UPDATE_PENDING",
    "IN_PROGRESS QUEUE_REMOVE": "REMOVE_PENDING",
    "IN_PROGRESS FOUND": "SYNCED",
    "IN_PROGRESS GONE": "REMOVED",
    "IN_PROGRESS REFUSE": "FAILED",
    "IN_PROGRESS UNANSWERED": "UNCERTAIN",
    "UNCERTAIN QUEUE_ADD": "ADD_PENDING",
    "UNCERTAIN QUEUE_UPDATE": "UPDATE_PENDING",
    "UNCERTAIN QUEUE_REMOVE": "REMOVE_PENDING",
    "UNCERTAIN FOUND": "SYNCED",
    "UNCERTAIN GONE": "REMOVED",
    "UNCERTAIN REFUSE": "FAILED",
    "SYNCED QUEUE_UPDATE": "UPDATE_PENDING",
    "SYNCED QUEUE_REMOVE": "REMOVE_PENDING",
    "SYNCED DIFFERS": "DRIFTED",
    "REMOVED QUEUE_ADD": "ADD_PENDING",
    "FAILED QUEUE_ADD": "ADD_PENDING",
    "FAILED QUEUE_UPDATE": "UPDATE_PENDING",
    "FAILED QUEUE_REMOVE": "REMOVE_PENDING",
    "FAILED WITHDRAW": "REMOVED",
    "FAILED DIFFERS": "DRIFTED",
    "FAILED FOUND": "SYNCED",
    "DRIFTED QUEUE_ADD": "ADD_PENDING",
    "DRIFTED QUEUE_UPDATE": "UPDATE_PENDING",
    "DRIFTED QUEUE_REMOVE": "REMOVE_PENDING",
    "DRIFTED FOUND": "SYNCED",
    "DRIFTED GONE": "REMOVED",
    "MANUAL_PENDING CONFIRM": "MANUAL_CONFIRMED",
}


def outcome(follow: Callable[[Any, Any], Any], state: Any, event: Any) -> str:
    """Write the outcome of an event as text: the state after it, or REFUSED."""
    try:
        return str(follow(state, event).value)
    except TransitionRefused:
        return "REFUSED"


def expected(table: Mapping[str, str], state: Any, event: Any) -> str:
    """Look an outcome up in a table of this module; what is not there is refused."""
    return table.get(f"{state.value} {event.value}", "REFUSED")


@pytest.mark.parametrize(("state", "event"), list(product(ServiceStatus, ServiceEvent)))
def test_every_event_of_a_service_has_its_outcome(state: ServiceStatus, event: ServiceEvent) -> None:
    """Consent, first number, last number, removal."""
    assert outcome(states.service_next, state, event) == expected(SERVICE, state, event)


@pytest.mark.parametrize(("state", "event"), list(product(UploadStatus, UploadEvent)))
def test_every_event_of_an_upload_has_its_outcome(state: UploadStatus, event: UploadEvent) -> None:
    """From draft to its end, and back."""
    assert outcome(states.upload_next, state, event) == expected(UPLOAD, state, event)


@pytest.mark.parametrize(("state", "event"), list(product(NumberStatus, NumberEvent)))
def test_every_event_of_a_number_has_its_outcome(state: NumberStatus, event: NumberEvent) -> None:
    """Release, cooling, restoring, refusal."""
    assert outcome(states.number_next, state, event) == expected(NUMBER, state, event)


@pytest.mark.parametrize(("state", "event"), list(product(SyncState, SyncEvent)))
def test_every_event_of_a_sync_has_its_outcome(state: SyncState, event: SyncEvent) -> None:
    """Sent, answered, read back."""
    assert outcome(states.sync_next, state, event) == expected(SYNC, state, event)


@pytest.mark.parametrize(
    ("mode", "status"),
    [
        (ServiceMode.INTEGRATED, ServiceStatus.PENDING_CONSENT),
        (ServiceMode.NON_INTEGRATED, ServiceStatus.PENDING_PROVISIONING),
    ],
)
def test_a_service_starts_as_its_mode_says(mode: ServiceMode, status: ServiceStatus) -> None:
    """Only an Integrated one waits for consent."""
    assert states.service_start(mode) is status


def test_only_a_service_being_removed_may_go() -> None:
    """Every other status refuses."""
    states.service_end(ServiceStatus.REMOVING)
    for status in set(ServiceStatus) - {ServiceStatus.REMOVING}:
        with pytest.raises(TransitionRefused):
            states.service_end(status)


def test_a_refusal_says_what_was_not_possible() -> None:
    """In words of the API, with what would be possible; and as data, too."""
    with pytest.raises(
        TransitionRefused, match="upload is CANCELLED; only one that is DRAFT or VALIDATED can be submitted"
    ) as raised:
        states.upload_next(UploadStatus.CANCELLED, UploadEvent.SUBMIT)
    assert raised.value.subject == "upload"
    assert raised.value.state == UploadStatus.CANCELLED
    assert raised.value.fit == "DRAFT or VALIDATED"


def test_live_numbers_are_those_still_held() -> None:
    """Released and rejected numbers are in nobody's way."""
    assert set(NumberStatus) - states.LIVE == {NumberStatus.RELEASED, NumberStatus.REJECTED}


@pytest.mark.parametrize("status", UploadStatus)
def test_an_upload_has_ended_where_only_a_caller_can_move_it_on(status: UploadStatus) -> None:
    """Trying again what failed and taking back are all that is left then."""
    left = {event for (before, event) in states.UPLOAD if before is status}
    assert (status in states.ENDS) == (left <= {UploadEvent.RETRY, UploadEvent.ROLL_BACK})
