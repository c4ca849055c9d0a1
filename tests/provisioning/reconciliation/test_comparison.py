"""What differs about one number between here and Control Hub."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from controlhub.numbers import HubNumber
from provisioning.reconciliation.comparison import (
    MAIN_NUMBER,
    assignment_of,
    differences,
    is_astray,
    is_comparable,
    is_known,
    unknown,
)
from store.reconciling import Difference, Held
from store.vocabulary import DriftKind, NumberStatus, NumberType, SyncState, SyncTask

BEGUN = datetime(2026, 11, 1, 12, 0, tzinfo=UTC)
ID = UUID(int=7)
HERE = Held(
    ID,
    "+12125550100",
    NumberType.USER,
    NumberStatus.ACTIVE,
    SyncState.SYNCED,
    SyncTask.ADD,
    None,
    "new-york",
    "New York",
    BEGUN - timedelta(days=1),
)
SERVICE = HERE._replace(type=NumberType.SERVICE)
AGENTS = HERE._replace(type=NumberType.CONTACT_CENTER)
THERE = HubNumber("+12125550100", "new-york", active=True, is_main=False, is_service=False, owner=None)
FOR_SERVICE = replace(THERE, is_service=True)


def of(held: Held, there: HubNumber | None, noted: str | None = None) -> list[tuple[str, str | None, str | None]]:
    """Return (kind, here, there) of each difference."""
    return [(found.kind.value, found.here, found.there) for found in differences(held, there, noted)]


@pytest.mark.parametrize(
    ("held", "there"), [(HERE, THERE), (SERVICE, FOR_SERVICE), (AGENTS, FOR_SERVICE), (HERE, replace(THERE, owner="A"))]
)
def test_what_agrees_does_not_differ(held: Held, there: HubNumber) -> None:
    """Each type with its usage; and to learn of an assignment for the first time is no difference."""
    assert of(held, there) == []


@pytest.mark.parametrize(
    ("held", "there", "found"),
    [
        (HERE, None, ("MISSING_REMOTELY", None, None)),
        (HERE, replace(THERE, location_id="berlin"), ("OTHER_LOCATION", "New York", "berlin")),
        (HERE._replace(hub_location_id=None), THERE, ("OTHER_LOCATION", "New York", "new-york")),
        (HERE, FOR_SERVICE, ("OTHER_USAGE", "NONE", "SERVICE")),
        (SERVICE, THERE, ("OTHER_USAGE", "SERVICE", "NONE")),
        (AGENTS, THERE, ("OTHER_USAGE", "SERVICE", "NONE")),
        (HERE, replace(THERE, active=False), ("INACTIVE_REMOTELY", "ACTIVE", "INACTIVE")),
    ],
)
def test_each_difference_says_both_sides(
    held: Held, there: HubNumber | None, found: tuple[str, str | None, str | None]
) -> None:
    """In the words of the API."""
    assert of(held, there) == [found]


@pytest.mark.parametrize(
    ("noted", "owner", "found"),
    [
        ("Ada Byron", "Ada Byron", []),
        ("Ada Byron", "Bob", [("OTHER_ASSIGNMENT", "Ada Byron", "Bob")]),
        ("Ada Byron", None, [("OTHER_ASSIGNMENT", "Ada Byron", None)]),
        (None, "Ada Byron", []),
        (None, None, []),
    ],
)
def test_an_assignment_differs_only_from_a_known_one(
    noted: str | None, owner: str | None, found: list[tuple[str, str | None, str | None]]
) -> None:
    """A number that is taken into use for the first time is as it should be."""
    assert of(HERE, replace(THERE, owner=owner), noted) == found


def test_all_that_differs_is_found_at_once() -> None:
    """With the location at which Control Hub has the number."""
    there = HubNumber("+12125550100", "berlin", active=False, is_main=False, is_service=True, owner=None)
    found = list(differences(HERE, there, "Ada Byron"))
    assert [difference.kind for difference in found] == [
        DriftKind.OTHER_LOCATION,
        DriftKind.OTHER_USAGE,
        DriftKind.INACTIVE_REMOTELY,
        DriftKind.OTHER_ASSIGNMENT,
    ]
    assert {(difference.number_id, difference.hub_location_id) for difference in found} == {(ID, "berlin")}


def test_a_number_that_nobody_has_says_who_uses_it() -> None:
    """And where; a main number is in use, too."""
    found = [unknown(there, None) for there in (THERE, replace(THERE, owner="Ada"), replace(THERE, is_main=True))]
    assert [difference.there for difference in found] == [None, "Ada", MAIN_NUMBER]
    assert found[0] == Difference(DriftKind.UNKNOWN_HERE, "+12125550100", None, "new-york")
    assert assignment_of(replace(THERE, is_main=True, owner="Reception")) == "Reception"


@pytest.mark.parametrize("state", list(SyncState))
def test_only_numbers_at_rest_are_compared(state: SyncState) -> None:
    """With any other Control Hub may be at work this moment, or has never had it."""
    assert is_comparable(HERE._replace(sync_state=state), BEGUN) is (state in {SyncState.SYNCED, SyncState.DRIFTED})


@pytest.mark.parametrize("task", list(SyncTask))
def test_a_repair_that_failed_is_compared_again(task: SyncTask) -> None:
    """So that it can be asked for again; all other tasks have ways of their own for that."""
    failed = HERE._replace(sync_state=SyncState.FAILED, task=task)
    assert is_comparable(failed, BEGUN) is (task in {SyncTask.RESTORE, SyncTask.MOVE})


@pytest.mark.parametrize("task", list(SyncTask))
def test_a_change_or_removal_that_failed_is_compared_where_the_number_is_not_at_its_place(task: SyncTask) -> None:
    """To ask for it again would fail again: only a settled drift helps. One that never came is at no place."""
    failed = HERE._replace(sync_state=SyncState.FAILED, task=task)
    astray = [is_astray(failed, there, BEGUN) for there in (None, replace(THERE, location_id="berlin"), THERE)]
    assert astray == [task is not SyncTask.ADD, task is not SyncTask.ADD, False]
    assert not is_astray(failed._replace(status=NumberStatus.RELEASE_REQUESTED), None, BEGUN)
    assert not is_astray(failed._replace(moved_at=BEGUN + timedelta(seconds=1)), None, BEGUN)


@pytest.mark.parametrize("status", list(NumberStatus))
def test_only_active_numbers_are_compared(status: NumberStatus) -> None:
    """The others are on their way out, or have left."""
    assert is_comparable(HERE._replace(status=status), BEGUN) is (status is NumberStatus.ACTIVE)


def test_what_moved_after_the_reading_began_is_not_compared() -> None:
    """What was read may be from before or after."""
    moved = HERE._replace(moved_at=BEGUN + timedelta(seconds=1))
    assert is_comparable(HERE._replace(moved_at=BEGUN), BEGUN)
    assert is_comparable(HERE._replace(moved_at=None), BEGUN)
    assert not is_comparable(moved, BEGUN)


def test_a_number_that_cools_is_not_known_unless_it_left_while_control_hub_was_read() -> None:
    """It should not be there any more."""
    cooling = HERE._replace(status=NumberStatus.COOLING, sync_state=SyncState.REMOVED)
    assert not is_known(cooling, BEGUN)
    assert is_known(cooling._replace(moved_at=BEGUN + timedelta(seconds=1)), BEGUN)
    assert is_known(HERE._replace(sync_state=SyncState.ADD_PENDING), BEGUN)
