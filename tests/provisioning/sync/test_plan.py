"""What to send together, and what an answer means."""

from dataclasses import replace
from typing import Any
from uuid import UUID, uuid4

import pytest

from controlhub.errors import HubNumberUnknown, HubRefused
from controlhub.numbers import HubNumber, HubProblem
from provisioning.sync import plan
from provisioning.sync.plan import MOST_ATTEMPTS, Found
from store.syncing import Outcome
from store.tables import Number
from store.vocabulary import NumberStatus, NumberType, SyncState, SyncTask

A, B, C = "+12125550100", "+12125550101", "+12125550102"


def number(e164: str, **known: Any) -> Number:
    """Make a number that was sent once."""
    sent = {"status": NumberStatus.ACTIVE, "sync_state": SyncState.IN_PROGRESS, "attempts": 1, "task": SyncTask.ADD}
    return Number(id=uuid4(), e164=e164, **{"type": NumberType.USER, **sent, **known})


def leaving(e164: str, task: SyncTask = SyncTask.TAKE_BACK, **known: Any) -> Number:
    """Make a number that was sent off once."""
    return number(e164, **{"status": NumberStatus.RELEASE_REQUESTED, "task": task, **known})


def changing(e164: str, **known: Any) -> Number:
    """Make a number that is a Service number now."""
    return number(e164, **{"type": NumberType.SERVICE, "task": SyncTask.UPDATE, **known})


def has(*numbers: str, is_service: bool = False) -> dict[str, HubNumber]:
    """Make what a read-back shows."""
    kind = {"active": True, "is_main": False, "is_service": is_service, "owner": None}
    return {e164: HubNumber(e164, "L", **kind) for e164 in numbers}


def refusal(status: int = 409) -> HubRefused:
    """Make a refusal of the whole request."""
    return HubRefused(status, "25223", "Number is already in use.", "T-1")


def said(outcomes: list[Outcome]) -> list[tuple[SyncState, NumberStatus, str | None]]:
    """Show outcomes without their texts."""
    return [(outcome.state, outcome.status, outcome.code) for outcome in outcomes]


SYNCED = (SyncState.SYNCED, NumberStatus.ACTIVE, None)
WAITING = (SyncState.ADD_PENDING, NumberStatus.ACTIVE, None)


@pytest.mark.parametrize(("size", "sizes"), [(1, [1]), (10, [10]), (11, [10, 1]), (25, [10, 10, 5])])
def test_numbers_travel_in_full_requests(size: int, sizes: list[int]) -> None:
    """Each once, in order."""
    left = numbers = [number(f"+121255501{index:02d}") for index in range(size)]
    cut = []
    while left:
        cut.append(plan.batch(left, 10))
        left = left[len(cut[-1]) :]
    assert list(map(len, cut)) == sizes
    assert [one for batch in cut for one in batch] == numbers


def test_a_number_that_was_lost_often_travels_alone() -> None:
    """It may be the one that Control Hub stumbles over; the others do not share its fate."""
    often = number(A, attempts=plan.ALONE_AFTER + 1)
    others = [number(B, attempts=plan.ALONE_AFTER), number(C)]
    assert plan.batch([often, *others], 10) == [often]
    assert plan.batch([*others, often], 10) == others


@pytest.mark.parametrize(("size", "sizes"), [(0, []), (1, [1]), (2, [1, 1]), (5, [3, 2]), (10, [5, 5])])
def test_what_was_refused_together_is_cut_in_two(size: int, sizes: list[int]) -> None:
    """In order, nothing left out."""
    numbers = [number(f"+121255501{index:02d}") for index in range(size)]
    cut = plan.halves(numbers)
    assert list(map(len, cut)) == sizes
    assert [one for half in cut for one in half] == numbers


def test_pauses_grow_and_differ() -> None:
    """So that workers which lost their requests together do not come back together."""
    assert [plan.pause_s(losses, 0.0) for losses in (1, 2, 3, 9)] == [0.5, 1.0, 2.0, 4.0]
    assert plan.pause_s(1, 0.5) == 0.75


@pytest.mark.parametrize(
    ("waiting", "chunk"), [(1, 10), (10, 10), (50, 10), (51, 20), (260, 60), (500, 100), (10_000, 100)]
)
def test_a_share_is_fair_whole_requests_and_bounded(waiting: int, chunk: int) -> None:
    """Five workers, ten a request, a hundred at most."""
    assert plan.chunk_size(waiting, 5, 10, 100) == chunk


def test_what_was_answered_with_yes_is_synced() -> None:
    """All of it."""
    assert said(plan.done([number(A), number(B)])) == [SYNCED, SYNCED]


def test_what_got_no_clear_answer_is_uncertain() -> None:
    """Neither sent nor not sent."""
    assert [outcome.state for outcome in plan.uncertain([number(A)])] == [SyncState.UNCERTAIN]


def test_what_was_never_looked_at_waits_as_if_never_sent() -> None:
    """It counts as no attempt, and keeps what was said against it."""
    (outcome,) = plan.unsent([number(A, error_code="25223", error_message="In use.")])
    assert (outcome.state, outcome.unseen) == (SyncState.ADD_PENDING, True)
    assert (outcome.code, outcome.message) == ("25223", "In use.")


def test_a_number_that_is_there_is_done_whatever_was_said() -> None:
    """Objection or refusal: the read-back is the truth."""
    numbers, problems = [number(A)], [HubProblem(A, "8363", "In use.")]
    assert said(plan.looked_up(numbers, Found(has(A), has(A)), problems, refusal=refusal())) == [SYNCED]


def test_a_number_that_is_elsewhere_is_rejected() -> None:
    """For good: it cannot be at two locations."""
    (outcome,) = plan.looked_up([number(A)], Found({}, has(A)), [], refusal=refusal(), tracking_id="T-1")
    assert said([outcome]) == [(SyncState.FAILED, NumberStatus.REJECTED, "IN_OTHER_LOCATION")]
    assert (outcome.tracking_id, outcome.retryable) == ("T-1", False)


def test_a_number_that_is_objected_to_is_rejected_with_the_objection() -> None:
    """The others of the request wait again."""
    problems = [HubProblem(B, "8362", "Not valid.")]
    outcomes = plan.looked_up([number(A), number(B), number(C)], Found(has(C), has(C)), problems)
    assert said(outcomes) == [WAITING, (SyncState.FAILED, NumberStatus.REJECTED, "8362"), SYNCED]
    assert outcomes[1].message == "Not valid."


def test_of_numbers_refused_together_those_that_are_not_settled_are_sent_again() -> None:
    """In halves, until the one to blame is alone."""
    numbers = [number(A), number(B), number(C)]
    outcomes = plan.looked_up(numbers, Found(has(C), has(C)), [], refusal=refusal())
    assert plan.undecided(numbers, outcomes) == numbers[:2]
    assert said(plan.settled(outcomes)) == [SYNCED]


def test_a_number_refused_alone_is_rejected_with_the_refusal() -> None:
    """There is nobody else to blame."""
    (outcome,) = plan.looked_up([number(A)], Found({}, {}), [], refusal=refusal())
    assert said([outcome]) == [(SyncState.FAILED, NumberStatus.REJECTED, "25223")]


def test_a_number_that_is_nowhere_and_not_objected_to_is_sent_again() -> None:
    """It was lost on the way."""
    assert said(plan.looked_up([number(A)], Found({}, {}), [])) == [WAITING]


def test_after_so_many_attempts_a_number_is_given_up_for_people_to_retry() -> None:
    """Still live; one attempt fewer and it would be sent again."""
    given_up, again = number(A, attempts=MOST_ATTEMPTS), number(B, attempts=MOST_ATTEMPTS - 1)
    outcomes = plan.looked_up([given_up, again], Found({}, {}), [])
    assert said(outcomes) == [(SyncState.FAILED, NumberStatus.ACTIVE, "NOT_TAKEN"), WAITING]
    assert outcomes[0].retryable


def test_a_refusal_that_is_not_about_the_numbers_fails_them_for_now() -> None:
    """They can be retried when the location or the request is mended."""
    (outcome,) = plan.undeliverable([number(A)], refusal(403))
    assert said([outcome]) == [(SyncState.FAILED, NumberStatus.ACTIVE, "25223")]
    assert (outcome.retryable, outcome.tracking_id) == (True, "T-1")


@pytest.mark.parametrize(("status", "about_numbers"), [(400, True), (409, True), (403, False), (404, False)])
def test_which_refusals_are_about_numbers(status: int, *, about_numbers: bool) -> None:
    """The others are about the location."""
    assert plan.concerns_numbers(refusal(status), number(A)) is about_numbers


def test_every_outcome_is_about_its_number() -> None:
    """In the order of the numbers."""
    numbers = [number(A), number(B)]
    ids: list[UUID] = [one.id for one in numbers]
    decided = [
        plan.done(numbers),
        plan.uncertain(numbers),
        plan.unsent(numbers),
        plan.looked_up(numbers, Found({}, {}), []),
    ]
    assert [[outcome.number_id for outcome in outcomes] for outcomes in decided] == [ids] * 4


RELEASED = (SyncState.REMOVED, NumberStatus.RELEASED, None)
NOWHERE = Found({}, {})


@pytest.mark.parametrize(
    ("task", "status"), [(SyncTask.TAKE_BACK, NumberStatus.RELEASED), (SyncTask.REMOVE, NumberStatus.COOLING)]
)
def test_a_number_that_is_off_is_free_when_taken_back_and_cools_when_released(
    task: SyncTask, status: NumberStatus
) -> None:
    """Answered or read back."""
    ending = [(SyncState.REMOVED, status, None)]
    assert said(plan.done([leaving(A, task)])) == ending
    assert said(plan.looked_up([leaving(A, task)], NOWHERE, [], refusal=refusal(400))) == ending


def test_a_number_that_is_still_there_is_to_leave_again() -> None:
    """Whether it was refused in company, lost, or never looked at."""
    there = Found(has(A, B), {})
    waiting = (SyncState.REMOVE_PENDING, NumberStatus.RELEASE_REQUESTED)
    refused = plan.looked_up([leaving(A), leaving(B)], there, [], refusal=refusal(400))
    assert said(refused) == [(*waiting, None)] * 2
    assert said(plan.looked_up([leaving(A)], there, [])) == [(*waiting, None)]
    assert said(plan.unsent([leaving(A)])) == [(*waiting, None)]


@pytest.mark.parametrize("task", [SyncTask.TAKE_BACK, SyncTask.REMOVE])
def test_a_number_that_is_not_given_up_stays_in_use_with_the_reason(task: SyncTask) -> None:
    """Refused alone, objected to, never answered for, or about the location: ACTIVE in any case."""
    kept, there = (SyncState.FAILED, NumberStatus.ACTIVE), Found(has(A), {})
    worn = leaving(A, task, attempts=MOST_ATTEMPTS)
    assert said(plan.looked_up([leaving(A, task)], there, [], refusal=refusal(400))) == [(*kept, "25223")]
    assert said(plan.looked_up([leaving(A, task)], there, [HubProblem(A, "25002", "Assigned.")])) == [(*kept, "25002")]
    assert said(plan.looked_up([worn], there, [])) == [(*kept, "NOT_TAKEN")]
    assert said(plan.undeliverable([leaving(A, task)], refusal(403))) == [(*kept, "25223")]


def test_a_number_that_moved_to_another_location_has_not_left() -> None:
    """The organization still has it."""
    outcomes = plan.looked_up([leaving(A), leaving(B)], Found({}, has(A)), [], refusal=refusal(400))
    assert said(outcomes) == [(SyncState.FAILED, NumberStatus.ACTIVE, "IN_OTHER_LOCATION"), RELEASED]


def test_what_leaves_a_location_that_is_gone_has_left_it() -> None:
    """What was to come or to change has failed."""
    outcomes = plan.without_location([leaving(A), number(B), changing(C)], refusal(404))
    assert said(outcomes) == [RELEASED, *[(SyncState.FAILED, NumberStatus.ACTIVE, "25223")] * 2]


@pytest.mark.parametrize(("is_service", "state"), [(True, SyncState.SYNCED), (False, SyncState.UPDATE_PENDING)])
def test_a_change_is_done_when_control_hub_has_the_usage(*, is_service: bool, state: SyncState) -> None:
    """There with the old usage, it waits again; gone, it says so."""
    there = Found(has(A, is_service=is_service), {})
    assert said(plan.looked_up([changing(A)], there, [])) == [(state, NumberStatus.ACTIVE, None)]
    assert said(plan.looked_up([changing(A)], NOWHERE, [])) == [(SyncState.FAILED, NumberStatus.ACTIVE, "NOT_THERE")]


def test_a_number_that_came_is_changed_where_it_is_not_as_it_should_be() -> None:
    """It counts as added; another usage or an inactive one is mended by what follows."""
    as_service, inactive = has(A, is_service=True), {A: replace(has(A)[A], active=False)}
    for here in (as_service, inactive):
        (outcome,) = plan.looked_up([number(A)], Found(here, {}), [])
        assert (outcome.state, outcome.differs) == (SyncState.SYNCED, True)
    assert not plan.looked_up([number(A)], Found(has(A), {}), [])[0].differs


def test_an_inactive_number_is_to_be_changed() -> None:
    """Whatever its usage."""
    inactive = {A: replace(has(A, is_service=True)[A], active=False)}
    (outcome,) = plan.looked_up([changing(A)], Found(inactive, {}), [])
    assert outcome.state is SyncState.UPDATE_PENDING


def test_a_number_is_moved_from_where_it_is() -> None:
    """It has arrived where it is at its location, and cannot be moved from nowhere."""
    moving = number(A, task=SyncTask.MOVE)
    elsewhere = Found({}, has(A))
    assert said(plan.looked_up([moving], elsewhere, [])) == [(SyncState.UPDATE_PENDING, NumberStatus.ACTIVE, None)]
    assert plan.by_location([moving], elsewhere) == {"L": [A]}
    assert said(plan.looked_up([moving], Found(has(A), {}), [])) == [SYNCED]
    assert said(plan.looked_up([moving], NOWHERE, [])) == [(SyncState.FAILED, NumberStatus.ACTIVE, "NOT_THERE")]


def test_a_change_that_is_refused_leaves_the_number_in_use() -> None:
    """With the reason; not REJECTED, for Control Hub has it."""
    problems = [HubProblem(A, "BATCH-1017023", "Assigned.")]
    outcomes = plan.looked_up([changing(A), changing(B)], Found({**has(A), **has(B, is_service=True)}, {}), problems)
    assert said(outcomes) == [(SyncState.FAILED, NumberStatus.ACTIVE, "BATCH-1017023"), SYNCED]


@pytest.mark.parametrize("status", [400, 502])
def test_an_unknown_number_is_about_numbers_whatever_the_status(status: int) -> None:
    """Control Hub says it with a 502 as well."""
    assert plan.concerns_numbers(HubNumberUnknown(status, "4251", "Unknown.", None), number(A))
