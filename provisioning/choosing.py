"""Choosing numbers that were uploaded before, and locking them: what every change of them begins with."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from provisioning.errors import (
    NothingToChange,
    NumberBusy,
    NumberCooling,
    NumberNotFound,
    NumberRuleBroken,
    Refusals,
    ServiceRemoving,
    TooManyNumbers,
)
from provisioning.numbering.e164 import parse
from provisioning.numbering.ranges import NumberRange, parse_range
from provisioning.states import LIVE
from provisioning.uploads.fill import RawEntry
from provisioning.verdicts import Fault
from store import changing
from store.database import Transaction
from store.lookup import Name, one
from store.tables import Number, Service, Upload
from store.vocabulary import NumberStatus, ServiceStatus

MOST = 10_000
"""How many numbers are changed at once."""

Places = Mapping[str, int | None]
"""Numbers, ascending, with the place of the entry that names each; None where they were not listed one by one."""

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
) -> tuple[Service, Places]:
    """Lock the service and list the numbers; of an upload those in that status.

    Raises NotFound, NumberRuleBroken, NothingToChange, TooManyNumbers.
    """
    numbers: Places
    if chosen.upload is not None:
        upload = await one(transaction, Upload, chosen.upload)
        service = await _service(transaction, upload.service_id, chosen.upload)
        numbers = dict.fromkeys(await changing.of_upload(transaction, upload.id, status))
        if len(numbers) > MOST:
            raise TooManyNumbers(MOST, path=("numbers",))
    else:
        asked = chosen.service or Name()
        named = await one(transaction, Service, asked)
        service, numbers = await _service(transaction, named.id, asked), listed(chosen.entries)
    if not numbers:
        raise NothingToChange(path=("numbers",))
    return service, numbers


async def _service(transaction: Transaction, service_id: UUID, named: Name) -> Service:
    return await one(transaction, Service, Name(id=service_id, path=named.path), lock=True)


def listed(entries: Sequence[RawEntry]) -> Places:
    """List the numbers of the entries, each once, with the first entry that names it.

    Raises NumberRuleBroken for each entry that cannot be read, and TooManyNumbers.
    """
    if len(entries) > MOST:
        raise TooManyNumbers(MOST, path=("numbers",))
    places: dict[str, int | None] = {}
    unread = Refusals[int](lambda index: index)
    for index, entry in enumerate(entries):
        with unread.about(index):
            for number in _read(entry):
                places.setdefault(number, index)
        if len(places) > MOST:
            raise TooManyNumbers(MOST, path=("numbers",))
    unread.tell()
    return dict(sorted(places.items()))


def _read(entry: RawEntry) -> NumberRange:
    found: NumberRange | str | Fault
    found = parse(entry.first) if entry.last is None else parse_range(entry.first, entry.last, MOST)
    if isinstance(found, Fault):
        raise NumberRuleBroken(entry.first, found.code.value, found.message, path=("numbers",))
    return NumberRange(found, found) if isinstance(found, str) else found


async def locked(
    transaction: Transaction,
    service: Service,
    numbers: Places,
    statuses: Collection[NumberStatus] = _ACTIVE,
) -> list[Number]:
    """Lock the numbers of the service, ascending: each has to be in one of these statuses.

    Raises NumberNotFound where one is not live here, NumberCooling or NumberBusy where one is on its way out.
    """
    found = await changing.lock(transaction, service.id, list(numbers), statuses)
    missing = sorted(numbers.keys() - {number.e164 for number in found})
    if missing:
        live = {number.e164: number.status for number in await changing.lock(transaction, service.id, missing, LIVE)}
        refusals = Refusals(numbers.get)
        for e164 in missing:
            with refusals.about(e164):
                _refuse_missing(e164, live.get(e164))
        refusals.tell()
    return found


def _refuse_missing(e164: str, status: NumberStatus | None) -> None:
    """Say why a number of the service is not to be had."""
    if status is None:
        raise NumberNotFound(e164, path=("numbers",))
    if status is NumberStatus.COOLING:
        raise NumberCooling(e164, path=("numbers",))
    raise NumberBusy(e164, path=("numbers",))


def refuse_removing(service: Service) -> None:
    """Raise ServiceRemoving if the service is being removed."""
    if service.status is ServiceStatus.REMOVING:
        raise ServiceRemoving(path=("numbers",))
