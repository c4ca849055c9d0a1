"""Choosing numbers that were uploaded before, and locking them: what every change of them begins with."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from uuid import UUID

from provisioning.errors import (
    NotFound,
    NothingToChange,
    NumberBusy,
    NumberCooling,
    NumberlineError,
    RuleBroken,
    ServiceRemoving,
    TooManyNumbers,
)
from provisioning.numbering.ranges import NumberRange, parse_range
from provisioning.states import LIVE
from provisioning.uploads.fill import RawEntry
from store import changing
from store.database import Transaction
from store.lookup import Name, one
from store.tables import Number, Service, Upload
from store.vocabulary import NumberStatus, ServiceStatus

MOST = 10_000
"""How many numbers are changed at once."""

_ACTIVE = frozenset({NumberStatus.ACTIVE})


@dataclass(frozen=True, slots=True)
class Chosen:
    """Numbers of a service, singles and ranges, or all that an upload made: exactly one of `service` and `upload`."""

    service: Name | None = None
    entries: tuple[RawEntry, ...] = ()
    upload: Name | None = None


@dataclass(frozen=True, slots=True)
class Changed:
    """The service, and how many numbers were changed: fewer than were named where some were so already."""

    service: Service
    numbers: int


async def choose(
    transaction: Transaction, chosen: Chosen, status: NumberStatus = NumberStatus.ACTIVE
) -> tuple[Service, Sequence[str]]:
    """Lock the service and list the numbers, ascending; of an upload those in that status.

    Raises NotFound, RuleBroken, NothingToChange, TooManyNumbers.
    """
    if chosen.upload is not None:
        upload = await one(transaction, Upload, chosen.upload)
        service = await _service(transaction, upload.service_id)
        numbers = await changing.of_upload(transaction, upload.id, status)
        if len(numbers) > MOST:
            raise TooManyNumbers(MOST, path=("numbers",))
    else:
        named = await one(transaction, Service, chosen.service or Name())
        service, numbers = await _service(transaction, named.id), listed(chosen.entries)
    if not numbers:
        raise NothingToChange(path=("numbers",))
    return service, numbers


async def _service(transaction: Transaction, service_id: UUID) -> Service:
    return await one(transaction, Service, Name(id=service_id), lock=True)


def listed(entries: Sequence[RawEntry]) -> list[str]:
    """List the numbers of the entries, each once, ascending.

    Raises RuleBroken where one cannot be read, and TooManyNumbers.
    """
    numbers: set[str] = set()
    for entry in entries:
        found = parse_range(entry.first, entry.last if entry.last is not None else entry.first, MOST)
        if not isinstance(found, NumberRange):
            raise RuleBroken(found.code.value, found.message, path=("numbers",))
        numbers.update(found)
        if len(numbers) > MOST:
            raise TooManyNumbers(MOST, path=("numbers",))
    return sorted(numbers)


async def locked(
    transaction: Transaction,
    service: Service,
    numbers: Sequence[str],
    statuses: Collection[NumberStatus] = _ACTIVE,
) -> list[Number]:
    """Lock the numbers of the service, ascending: each has to be in one of these statuses.

    Raises NotFound where one is not live here, NumberCooling or NumberBusy where one is on its way out.
    """
    found = await changing.lock(transaction, service.id, numbers, statuses)
    missing = set(numbers) - {number.e164 for number in found}
    if missing:
        raise await _reason(transaction, service, min(missing))
    return found


async def _reason(transaction: Transaction, service: Service, e164: str) -> NumberlineError:
    """Return why a number of the service is not to be had."""
    for number in await changing.lock(transaction, service.id, [e164], LIVE):
        is_cooling = number.status is NumberStatus.COOLING
        return NumberCooling(e164, path=("numbers",)) if is_cooling else NumberBusy(e164, path=("numbers",))
    return NotFound(f"number {e164}", path=("numbers",))


def refuse_removing(service: Service) -> None:
    """Raise ServiceRemoving if the service is being removed."""
    if service.status is ServiceStatus.REMOVING:
        raise ServiceRemoving(path=("numbers",))
