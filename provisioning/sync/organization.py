"""The customer's organization at Control Hub, as a sync asks it."""

from collections.abc import Sequence
from uuid import UUID

from controlhub.errors import HubNumbersRefused, HubRefused
from controlhub.numbers import HubNumber, HubNumberType, HubProblem
from controlhub.protocol import Hub
from provisioning.desk import Desk
from provisioning.errors import PstnConnectionUnfit
from provisioning.locations import UPLOADABLE
from provisioning.number_types import hub_usage
from provisioning.sync import plan
from provisioning.sync.hub_jobs import finish
from provisioning.sync.outbound import Outbound
from provisioning.sync.plan import Found, Objection
from provisioning.sync.removals import Removals
from store.lookup import many
from store.tables import Location, Number
from store.vocabulary import LocationSource, SyncTask


class Organization:
    """What is asked with one access token. Every call raises what the hub raises."""

    def __init__(self, desk: Desk, outbound: Outbound, token: str) -> None:
        """Take what it needs; nothing is asked yet."""
        self._desk = desk
        self._hub = outbound.hub
        self._sleep = outbound.sleep
        self._token = token
        self._removals = Removals()
        self._locations: dict[UUID, Location | None] = {}

    async def ask(self, batch: Sequence[Number], found: Found | None) -> None:
        """Ask Control Hub to do what is to be done with a batch; returning means that it is done."""
        first, numbers = batch[0], [number.e164 for number in batch]
        location = await self._location(first.location_id)
        match first.task:
            case SyncTask.ADD | SyncTask.RESTORE:
                await self._hub.add_numbers(self._token, location, numbers, _hub_type(first), hub_usage(first.type))
            case SyncTask.REMOVE | SyncTask.TAKE_BACK:
                async with self._removals.one_more():
                    await self._hub.remove_numbers(self._token, location, numbers)
            case SyncTask.UPDATE:
                assert found is not None  # noqa: S101  # what is changed is looked at first
                await self._change(location, batch, found)
            case SyncTask.MOVE:
                assert found is not None  # noqa: S101  # so is what is moved
                job = await self._hub.start_move(self._token, location, plan.by_location(batch, found))
                await finish(self._hub, self._token, self._sleep, job)

    async def _change(self, location: str, batch: Sequence[Number], found: Found) -> None:
        """Activate what is not active, and have a job change the usage of what has another."""
        inactive = [number.e164 for number in batch if not found.here[number.e164].active]
        for start in range(0, len(inactive), self._hub.activate_limit):
            together = inactive[start : start + self._hub.activate_limit]
            await self._hub.activate_numbers(self._token, location, together)
        if others := [number.e164 for number in batch if not plan.has_usage(number, found.here[number.e164])]:
            job = await self._hub.start_usage_change(self._token, location, others, hub_usage(batch[0].type))
            await finish(self._hub, self._token, self._sleep, job)

    async def unfit(self, location_id: UUID) -> Objection | None:
        """Return what forbids asking anything about numbers of a location: a PSTN connection that it would damage."""
        location = await self._stored(location_id)
        if location is None or location.source is not LocationSource.CONTROL_HUB:
            return None
        if location.pstn_connection in UPLOADABLE:
            return None
        fault = PstnConnectionUnfit(str(location.pstn_connection))
        return Objection(fault.code, str(fault), None, retryable=True)

    async def objections(self, numbers: Sequence[str]) -> Sequence[HubProblem]:
        """Ask what Control Hub has against the numbers; where it refuses to say, adding them tells as well."""
        try:
            return await self._hub.validate_numbers(self._token, numbers)
        except HubNumbersRefused as error:
            return error.problems
        except HubRefused:
            return ()

    async def find(self, numbers: Sequence[Number], *, anywhere: bool) -> Found:
        """Read back the location of the numbers and, where one of them is missing, the organization if wanted."""
        if not plan.leaves(numbers[0]):
            return await self._find(numbers, anywhere=anywhere)
        async with self._removals.none():
            return await self._find(numbers, anywhere=anywhere)

    async def _find(self, numbers: Sequence[Number], *, anywhere: bool) -> Found:
        here = await self._read_back(await self._location(numbers[0].location_id))
        is_missing = any(number.e164 not in here for number in numbers)
        return Found(here, await self._read_back(None) if anywhere and is_missing else {})

    async def _read_back(self, location: str | None) -> dict[str, HubNumber]:
        return {number.e164: number async for number in self._hub.numbers(self._token, location)}

    async def _location(self, location_id: UUID) -> str:
        location = await self._stored(location_id)
        return (location.hub_id if location else None) or ""

    async def _stored(self, location_id: UUID) -> Location | None:
        if location_id not in self._locations:
            async with self._desk.read() as reading:
                (self._locations[location_id],) = await many(reading, Location, [location_id])
        return self._locations[location_id]


def size_limit(hub: Hub, number: Number) -> int:
    """Return how many numbers with this one's task and type Control Hub is known to take in a request."""
    match number.task:
        case SyncTask.ADD | SyncTask.RESTORE:
            return hub.add_limit(_hub_type(number))
        case SyncTask.UPDATE:
            return hub.number_job_limit
        case SyncTask.MOVE:
            return plan.MOVE_LIMIT
        case SyncTask.REMOVE | SyncTask.TAKE_BACK:
            return hub.remove_limit


def _hub_type(number: Number) -> HubNumberType:
    return HubNumberType[number.phone_type.value] if number.phone_type else HubNumberType.DID
