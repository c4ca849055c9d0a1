"""One sync under way: settle what is uncertain, then send what waits, a few requests at a time."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from uuid import UUID

from controlhub.errors import HubBusy, HubError, HubNumbersRefused, HubRefused, HubUnanswered, HubUnauthorized
from controlhub.numbers import HubNumberType, HubProblem
from provisioning.desk import Desk
from provisioning.sync import plan
from provisioning.sync.organization import Organization, size_limit
from provisioning.sync.outbound import Outbound
from provisioning.sync.plan import Found
from provisioning.sync.record import Recorder
from store import syncing, taking_back
from store.database import Right
from store.lookup import Name, one
from store.syncing import Outcome
from store.tables import Number, Service
from store.vocabulary import SyncState, SyncTask, WebexPhoneType

EVERYTHING = (SyncState.REMOVE_PENDING, SyncState.ADD_PENDING, SyncState.UPDATE_PENDING)
"""What a sync sends, in this order. A change is a job of Control Hub's, one at a time: nothing else waits for it."""

LEAVING = (SyncState.REMOVE_PENDING,)
"""What the sync of a service sends that is being removed."""


LOCKED = 423
"""What Control Hub answers where one location takes nothing at the moment."""


class _Blocked(Exception):
    """A location takes nothing at the moment; the others of the organization may."""

    def __init__(self, error: HubError) -> None:
        self.error = error
        super().__init__(str(error))


class Delivery:
    """What one sync does at Control Hub. The first setback stops all workers after the request they are in.

    A location that alone is in trouble is set aside, and only its numbers wait.
    """

    def __init__(self, desk: Desk, outbound: Outbound, service_id: UUID, right: Right) -> None:
        """Take what it needs; nothing is asked yet."""
        self._desk = desk
        self._hub = outbound.hub
        self._organization = Organization(desk, outbound, "")
        self._outbound = outbound
        self._service_id = service_id
        self._right = right
        self._limits: dict[tuple[SyncTask, WebexPhoneType | None], int] = {}
        self._recorder = Recorder(desk, service_id)
        self._losses: Counter[UUID] = Counter()
        self._aside: dict[UUID, HubError] = {}
        self._setback: HubError | None = None
        self._group = asyncio.TaskGroup()
        self.has_progressed = False

    async def deliver(self, token: str, states: Sequence[SyncState]) -> None:
        """Settle what is uncertain and send what waits in these states, one after the other, with the token.

        Raises the first setback after all workers have come to rest; it can be called again.
        """
        self._organization = Organization(self._desk, self._outbound, token)
        self._setback, self._aside = None, {}
        await self._settle()
        for state in states:
            await self._push(state)
        for error in self._aside.values():
            raise error

    async def _settle(self) -> None:
        """Look for the numbers whose requests were not answered, or not answered to a process that lived on."""
        async with self._desk.read() as reading:
            numbers = await syncing.in_state(reading, self._service_id, syncing.UNSETTLED)
        alike: dict[tuple[UUID, bool], list[Number]] = {}
        for number in numbers:
            alike.setdefault((number.location_id, plan.may_stray(number)), []).append(number)
        for together in alike.values():
            await self._look_up(together)

    async def _push(self, state: SyncState) -> None:
        workers, smallest = self._share(state)
        while waiting := await self._waiting(state):
            chunk = plan.chunk_size(waiting, workers, smallest, max(smallest, self._hub.validate_limit))
            async with asyncio.TaskGroup() as self._group:
                for _ in range(workers):
                    self._group.create_task(self._work(state, chunk))
            if self._setback is not None:
                raise self._setback

    def _share(self, state: SyncState) -> tuple[int, int]:
        """Return how many workers send what is in this state, and how many numbers they take at least."""
        match state:
            case SyncState.REMOVE_PENDING:
                return self._outbound.workers, self._hub.remove_limit
            case SyncState.UPDATE_PENDING:
                return 1, self._hub.number_job_limit
            case _:
                return self._outbound.workers, self._hub.add_limit(HubNumberType.DID)

    async def _waiting(self, state: SyncState) -> int:
        """Count what waits when nobody else is at it: a claim passes over numbers that a use case has locked."""
        async with self._desk.begin() as transaction:
            await one(transaction, Service, Name(id=self._service_id), lock=True)
            return await syncing.waiting(transaction, self._service_id, state, self._aside)

    async def _work(self, state: SyncState, chunk: int) -> None:
        while self._setback is None:
            await self._right.confirm()
            async with self._desk.begin() as transaction:
                now, aside = self._desk.clock(), list(self._aside)
                numbers = await syncing.claim(transaction, self._service_id, state, chunk, now, aside)
            if not numbers:
                return
            await self._share_out(numbers)

    async def _share_out(self, numbers: list[Number]) -> None:
        """Send one worker's share; what a setback leaves unsent waits again."""
        unsent, location = list(numbers), numbers[0].location_id
        if damage := await self._organization.unfit(location):
            await self._conclude(plan.unfit(numbers, damage))
            return
        try:
            unsent, found = await self._first_look(numbers)
            while unsent and self._setback is None and location not in self._aside:
                batch = plan.batch(unsent, self._limit(unsent[0]))
                unsent = unsent[len(batch) :]
                if wanted := await self._still_wanted(batch):
                    await self._send(wanted, found)
        except _Blocked as blocked:
            self._aside[location] = blocked.error
        except HubError as error:
            self._setback = self._setback or error
        await self._conclude(plan.unsent(unsent))

    async def _first_look(self, numbers: list[Number]) -> tuple[list[Number], Found | None]:
        """Settle what can be settled before it is sent; return the others, and what Control Hub has if it was read."""
        match numbers[0].task:
            case SyncTask.ADD | SyncTask.RESTORE:
                return await self._without_objections(numbers), None
            case SyncTask.UPDATE | SyncTask.MOVE:
                return await self._as_found(numbers)
            case SyncTask.REMOVE | SyncTask.TAKE_BACK:
                return numbers, None

    async def _still_wanted(self, batch: list[Number]) -> list[Number]:
        """Give up what belongs to an upload that was stopped since it was claimed; return the others."""
        async with self._desk.read() as reading:
            stopped = await taking_back.stopped(reading, [number.id for number in batch])
        await self._conclude(plan.unsent([number for number in batch if number.id in stopped]))
        return [number for number in batch if number.id not in stopped]

    async def _without_objections(self, numbers: list[Number]) -> list[Number]:
        """Settle the numbers that Control Hub would not take; return the others."""
        problems = await self._organization.objections([number.e164 for number in numbers])
        objected = {problem.e164 for problem in problems}
        if doubtful := [number for number in numbers if number.e164 in objected]:
            await self._look_up(doubtful, problems, before_sending=True)
        return [number for number in numbers if number.e164 not in objected]

    async def _as_found(self, numbers: list[Number]) -> tuple[list[Number], Found | None]:
        """Settle the numbers that are as they should be, or not where they could be changed; return the others."""
        try:
            found = await self._organization.find(numbers, anywhere=numbers[0].task is SyncTask.MOVE)
        except HubRefused as refusal:
            if not plan.location_gone(refusal):
                raise
            await self._conclude(plan.undeliverable(numbers, refusal))
            return [], None
        outcomes = plan.looked_up(numbers, found, ())
        await self._conclude(plan.settled(outcomes))
        return plan.undecided(numbers, outcomes), found

    async def _send(self, batch: list[Number], found: Found | None) -> bool:
        """Send one request; return whether all of the batch was done."""
        try:
            await self._organization.ask(batch, found)
        except HubNumbersRefused as error:
            await self._look_up(batch, error.problems, tracking_id=error.tracking_id)
            return False
        except HubRefused as error:
            return await self._refused(batch, error, found)
        except HubUnanswered as error:
            await self._lost(batch, error)
            return False
        except (HubBusy, HubUnauthorized) as error:
            await self._conclude(plan.unsent(batch))
            if isinstance(error, HubBusy) and error.status == LOCKED:
                raise _Blocked(error) from error
            raise
        self._losses.pop(batch[0].location_id, None)
        # Written down while the next request is on its way; until then it counts as sent and not answered.
        self._group.create_task(self._conclude(plan.done(batch, found)))
        return True

    async def _refused(self, batch: list[Number], refusal: HubRefused, found: Found | None) -> bool:
        """Settle what Control Hub has; try the others in halves, for one of them may be to blame, or their number."""
        if not plan.concerns_numbers(refusal, batch[0]):
            await self._conclude(plan.undeliverable(batch, refusal))
            return False
        if found is None:
            try:
                found = await self._organization.find(batch, anywhere=True)
            except HubRefused as gone:
                if not plan.location_gone(gone):
                    raise
                await self._conclude(plan.without_location(batch, gone))
                return False
        outcomes = plan.looked_up(batch, found, (), refusal=refusal, tracking_id=refusal.tracking_id)
        await self._conclude(plan.there_before(batch, plan.settled(outcomes)))
        undecided = plan.undecided(batch, outcomes)
        went_well = [await self._send(half, found) for half in plan.halves(undecided)]
        if undecided == batch and all(went_well):
            key = (batch[0].task, batch[0].phone_type)
            self._limits[key] = min(self._limits.get(key, len(batch)), -(-len(batch) // 2))
        return bool(went_well) and all(went_well)

    async def _lost(self, batch: list[Number], error: HubUnanswered) -> None:
        """Read back what became of a batch; where nothing did, wait a moment, or give the location up after a few."""
        await self._conclude(plan.uncertain(batch))
        outcomes = await self._look_up(batch)
        location = batch[0].location_id
        if len(plan.settled(outcomes)) == len(batch):
            del self._losses[location]
            return
        self._losses[location] += 1
        if self._losses[location] >= plan.MOST_LOSSES:
            raise _Blocked(error) from error
        await self._outbound.sleep(plan.pause_s(self._losses[location], self._outbound.chance()))

    async def _look_up(
        self,
        numbers: Sequence[Number],
        problems: Sequence[HubProblem] = (),
        *,
        tracking_id: str | None = None,
        before_sending: bool = False,
    ) -> list[Outcome]:
        """Read back what Control Hub has, the whole organization only where that matters, and decide by it."""
        try:
            found = await self._organization.find(numbers, anywhere=bool(problems) or plan.may_stray(numbers[0]))
        except HubRefused as error:
            if not plan.location_gone(error):
                raise
            outcomes = plan.without_location(numbers, error)
        else:
            outcomes = plan.looked_up(numbers, found, problems, tracking_id=tracking_id)
        if before_sending:
            outcomes = plan.there_before(numbers, outcomes)
        await self._conclude(outcomes)
        return outcomes

    async def _conclude(self, outcomes: Sequence[Outcome]) -> None:
        await self._recorder.write(outcomes)
        self.has_progressed |= bool(plan.settled(outcomes))

    def _limit(self, number: Number) -> int:
        """Return how many numbers a request takes: what it was found to take in this sync, or what is known."""
        return self._limits.get((number.task, number.phone_type)) or size_limit(self._hub, number)
