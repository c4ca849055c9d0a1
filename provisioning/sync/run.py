"""A sync of one service: settle what is uncertain, then send what waits, a few requests at a time."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from controlhub.errors import HubBusy, HubError, HubNumbersRefused, HubRefused, HubUnanswered, HubUnauthorized
from controlhub.numbers import HubNumber, HubNumberType, HubProblem
from controlhub.protocol import Hub
from provisioning.consent import access_token, note_withdrawal
from provisioning.desk import Desk
from provisioning.errors import ConsentMissing, ConsentWithdrawn
from provisioning.number_types import hub_usage
from provisioning.sync import plan
from provisioning.sync.job import sync_job
from provisioning.sync.record import begin_uploads, conclude
from provisioning.sync.usage import Sleep, change_usage
from provisioning.vault import Vault
from store import syncing, taking_back
from store.lookup import Name, many, one
from store.tables import Location, Number, Service
from store.vocabulary import ServiceMode, ServiceStatus, SyncState, SyncTask, WaitingCode

AGAIN_AFTER = timedelta(seconds=15)
"""How long a sync rests when Control Hub is busy or does not answer."""


@dataclass(frozen=True, slots=True)
class Outbound:
    """What a sync needs beside the desk: Control Hub, the keys to the tokens, how many requests at once, a sleep."""

    hub: Hub
    vault: Vault
    workers: int = 5
    sleep: Sleep = asyncio.sleep


async def sync_service(desk: Desk, outbound: Outbound, service_id: UUID) -> None:
    """Bring every waiting number of the service to Control Hub, or note why it waits and come back later.

    May be killed at any moment and run again: a number that was sent and not answered is looked for before it is
    sent again.
    """
    async with desk.read() as reading:
        service = await one(reading, Service, Name(id=service_id))
    if service.mode is not ServiceMode.INTEGRATED or service.status is ServiceStatus.REMOVING:
        return
    async with desk.database.alone(f"sync of {service.organization_id}") as alone:
        if alone:
            await _sync(desk, outbound, service)
        else:
            # A worker that was taken for dead still is at it; two at once could send a number twice.
            await _come_back(desk, service)


async def _sync(desk: Desk, outbound: Outbound, service: Service) -> None:
    service_id = service.id
    try:
        token = await access_token(desk, outbound.hub, outbound.vault, service_id)
        await begin_uploads(desk, service_id)
        run = _Run(desk, outbound, service_id, token)
        await run.settle()
        await run.push()
    except (ConsentMissing, ConsentWithdrawn) as error:
        await _explain(desk, service_id, error.code, str(error))
    except HubUnauthorized:
        await note_withdrawal(desk, outbound.vault, service_id, token)
        await _explain(desk, service_id, ConsentWithdrawn.code, str(ConsentWithdrawn()))
    except HubError as error:
        await _say_why(desk, service, error)
        await _come_back(desk, service)


async def _explain(desk: Desk, service_id: UUID, code: str, message: str) -> None:
    async with desk.begin() as transaction:
        await syncing.explain_waiting(transaction, service_id, code, message)


async def _say_why(desk: Desk, service: Service, error: HubError) -> None:
    code = WaitingCode.CONTROL_HUB_BUSY if isinstance(error, HubBusy) else WaitingCode.CONTROL_HUB_SILENT
    message = "Control Hub does not take the numbers at the moment; they are sent again by themselves."
    await _explain(desk, service.id, code, message)


async def _come_back(desk: Desk, service: Service) -> None:
    async with desk.begin() as transaction:
        await transaction.defer(sync_job(service, not_before=desk.clock() + AGAIN_AFTER))


class _Run:
    """One sync under way. The first setback stops all workers after the request they are in."""

    def __init__(self, desk: Desk, outbound: Outbound, service_id: UUID, token: str) -> None:
        self._desk = desk
        self._hub = outbound.hub
        self._workers = outbound.workers
        self._sleep = outbound.sleep
        self._service_id = service_id
        self._token = token
        self._hub_ids: dict[UUID, str] = {}
        self._setback: HubError | None = None

    async def settle(self) -> None:
        """Look for the numbers whose requests were not answered, or not answered to a process that lived on."""
        async with self._desk.read() as reading:
            numbers = await syncing.in_state(reading, self._service_id, syncing.UNSETTLED)
        by_location: dict[UUID, list[Number]] = {}
        for number in numbers:
            by_location.setdefault(number.location_id, []).append(number)
        for together in by_location.values():
            await self._look_up(together)

    async def push(self) -> None:
        """Send everything that waits: what leaves, what comes, and at last what changes.

        A change is a job of Control Hub's, one at a time in an organization: nothing else has to wait for it.
        Raises the first setback after all workers have come to rest.
        """
        for state, smallest, workers in (
            (SyncState.REMOVE_PENDING, self._hub.remove_limit, self._workers),
            (SyncState.ADD_PENDING, self._hub.add_limit(HubNumberType.DID), self._workers),
            (SyncState.UPDATE_PENDING, self._hub.usage_change_limit, 1),
        ):
            while waiting := await self._waiting(state):
                chunk = plan.chunk_size(waiting, workers, smallest, max(smallest, self._hub.validate_limit))
                async with asyncio.TaskGroup() as group:
                    for _ in range(workers):
                        group.create_task(self._work(state, chunk))
                if self._setback is not None:
                    raise self._setback

    async def _waiting(self, state: SyncState) -> int:
        """Count what waits when nobody else is at it: a claim passes over numbers that a use case has locked."""
        async with self._desk.begin() as transaction:
            await one(transaction, Service, Name(id=self._service_id), lock=True)
            return await syncing.waiting(transaction, self._service_id, state)

    async def _work(self, state: SyncState, chunk: int) -> None:
        while self._setback is None:
            async with self._desk.begin() as transaction:
                numbers = await syncing.claim(transaction, self._service_id, state, chunk, self._desk.clock())
            if not numbers:
                return
            await self._deliver(numbers)

    async def _deliver(self, numbers: list[Number]) -> None:
        """Send one worker's share; what a setback leaves unsent waits again."""
        unsent = list(numbers)
        try:
            unsent = await self._worth_sending(numbers)
            for batch in plan.batches(unsent, self._limit(numbers[0])):
                if self._setback is not None:
                    break
                unsent = unsent[len(batch) :]
                if wanted := await self._still_wanted(batch):
                    await self._send(wanted)
        except HubError as error:
            self._setback = self._setback or error
        await conclude(self._desk, self._service_id, plan.unsent(unsent))

    async def _worth_sending(self, numbers: list[Number]) -> list[Number]:
        """Settle what can be settled before it is sent; return the others."""
        match numbers[0].task:
            case SyncTask.ADD | SyncTask.RESTORE:
                return await self._without_objections(numbers)
            case SyncTask.UPDATE | SyncTask.MOVE:
                return await self._without_changed(numbers)
            case SyncTask.REMOVE | SyncTask.TAKE_BACK:
                return numbers

    async def _still_wanted(self, batch: list[Number]) -> list[Number]:
        """Give up what belongs to an upload that was stopped since it was claimed; return the others."""
        async with self._desk.read() as reading:
            stopped = await taking_back.stopped(reading, [number.id for number in batch])
        await conclude(self._desk, self._service_id, plan.unsent([number for number in batch if number.id in stopped]))
        return [number for number in batch if number.id not in stopped]

    async def _without_objections(self, numbers: list[Number]) -> list[Number]:
        """Settle the numbers that Control Hub would not take; return the others."""
        problems = await self._objections([number.e164 for number in numbers])
        objected = {problem.e164 for problem in problems}
        if doubtful := [number for number in numbers if number.e164 in objected]:
            await self._look_up(doubtful, problems, before_sending=True)
        return [number for number in numbers if number.e164 not in objected]

    async def _without_changed(self, numbers: list[Number]) -> list[Number]:
        """Settle the numbers that a job which was started before has changed since; return the others."""
        if all(number.attempts == 1 for number in numbers):
            return numbers
        try:
            here = await self._read_back(await self._hub_location(numbers[0].location_id))
        except HubRefused:
            # Starting the job tells what is wrong as well.
            return numbers
        changed = {number.id for number in numbers if plan.is_settled(number, here)}
        await conclude(self._desk, self._service_id, plan.done([number for number in numbers if number.id in changed]))
        return [number for number in numbers if number.id not in changed]

    async def _objections(self, numbers: Sequence[str]) -> Sequence[HubProblem]:
        """Ask what Control Hub has against the numbers; where it refuses to say, adding them tells as well."""
        try:
            return await self._hub.validate_numbers(self._token, numbers)
        except HubNumbersRefused as error:
            return error.problems
        except HubRefused:
            return ()

    async def _send(self, batch: list[Number]) -> None:
        location = await self._hub_location(batch[0].location_id)
        try:
            await self._ask(location, batch)
        except HubNumbersRefused as error:
            await self._look_up(batch, error.problems, tracking_id=error.tracking_id)
        except HubRefused as error:
            await self._refused(batch, error)
        except HubUnanswered:
            await conclude(self._desk, self._service_id, plan.uncertain(batch))
            await self._look_up(batch)
        except (HubBusy, HubUnauthorized):
            await conclude(self._desk, self._service_id, plan.unsent(batch))
            raise
        else:
            await conclude(self._desk, self._service_id, plan.done(batch))

    async def _ask(self, location: str, batch: list[Number]) -> None:
        """Ask Control Hub to do what is to be done with a batch; returning means that it is done."""
        first, numbers = batch[0], [number.e164 for number in batch]
        match first.task:
            case SyncTask.ADD | SyncTask.RESTORE:
                await self._hub.add_numbers(self._token, location, numbers, _hub_type(first), hub_usage(first.type))
            case SyncTask.UPDATE | SyncTask.MOVE:
                await change_usage(self._hub, self._token, self._sleep, location, numbers, hub_usage(first.type))
            case SyncTask.REMOVE | SyncTask.TAKE_BACK:
                await self._hub.remove_numbers(self._token, location, numbers)

    async def _refused(self, batch: list[Number], refusal: HubRefused) -> None:
        left = plan.location_gone(refusal) and plan.leaves(batch[0])
        if left or plan.concerns_numbers(refusal):
            await self._look_up(batch, refusal=refusal, tracking_id=refusal.tracking_id)
        else:
            await conclude(self._desk, self._service_id, plan.undeliverable(batch, refusal))

    async def _look_up(
        self,
        numbers: Sequence[Number],
        problems: Sequence[HubProblem] = (),
        *,
        refusal: HubRefused | None = None,
        tracking_id: str | None = None,
        before_sending: bool = False,
    ) -> None:
        """Read back what Control Hub has, the whole organization only where it objected, and decide by that."""
        try:
            here = await self._read_back(await self._hub_location(numbers[0].location_id))
        except HubRefused as error:
            if not plan.location_gone(error):
                raise
            await conclude(self._desk, self._service_id, plan.without_location(numbers, error))
            return
        objected = bool(problems) or refusal is not None
        missing = any(number.e164 not in here for number in numbers)
        anywhere = await self._read_back(None) if objected and missing else {}
        outcomes = plan.looked_up(
            numbers, plan.Found(here, anywhere), problems, refusal=refusal, tracking_id=tracking_id
        )
        if before_sending:
            outcomes = plan.there_before(numbers, outcomes)
        await conclude(self._desk, self._service_id, outcomes)

    async def _read_back(self, location: str | None) -> dict[str, HubNumber]:
        return {number.e164: number async for number in self._hub.numbers(self._token, location)}

    async def _hub_location(self, location_id: UUID) -> str:
        if location_id not in self._hub_ids:
            async with self._desk.read() as reading:
                location = (await many(reading, Location, [location_id]))[0]
            self._hub_ids[location_id] = (location.hub_id if location else None) or ""
        return self._hub_ids[location_id]

    def _limit(self, number: Number) -> int:
        match number.task:
            case SyncTask.ADD | SyncTask.RESTORE:
                return self._hub.add_limit(_hub_type(number))
            case SyncTask.UPDATE | SyncTask.MOVE:
                return self._hub.usage_change_limit
            case SyncTask.REMOVE | SyncTask.TAKE_BACK:
                return self._hub.remove_limit


def _hub_type(number: Number) -> HubNumberType:
    return HubNumberType[number.phone_type.value] if number.phone_type else HubNumberType.DID
