"""The hand-over list of a Non-Integrated service: what the customer's administrator adds to Control Hub by hand."""

import re
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from types import MappingProxyType

from controlhub.numbers import HubNumberUsage
from provisioning.desk import Desk
from provisioning.downloads.download import Download, chunks
from provisioning.downloads.number_list import TYPES
from provisioning.errors import NumberlineError
from provisioning.files.writing import Row, cell, pieces
from provisioning.number_types import hub_usage
from store import exports, numbers, tables
from store.database import Reading
from store.lookup import Name, one
from store.numbers import Asked, NumberFilter, NumberRow
from store.paging import Page, Window
from store.vocabulary import NumberStatus, ServiceMode, SyncState

HEADER = ("Location", "Country", "Number", "Number Usage", "Number Type", "Service Info")
"""Location and usage stand first: Control Hub's dialog takes them once, then the numbers (Manage numbers, Add)."""

_USAGES: Mapping[HubNumberUsage, str] = MappingProxyType(
    {HubNumberUsage.NONE: "Standard number", HubNumberUsage.SERVICE: "Service number"}
)
"""What Control Hub's pages call its number usage."""

_ASKED = Asked(frozenset({"e164", "type", "service_info"}), location=False, service=False)


@dataclass(eq=False)
class NothingToHandOver(NumberlineError):
    """The service is Integrated: its numbers are synced to Control Hub, and nobody has to add them by hand."""

    code = "NOTHING_TO_HAND_OVER"


async def hand_over(desk: Desk, service: Name, sync_state: SyncState | None) -> Download:
    """Write the active numbers of the service with this sync state (None: whatever it is), location by location.

    Raises NotFound, and NothingToHandOver where the service is Integrated.
    """
    async with desk.read() as reading:
        row = await one(reading, tables.Service, service)
        if row.mode is ServiceMode.INTEGRATED:
            raise NothingToHandOver
        places = await exports.locations_with_numbers(reading, row.id, NumberStatus.ACTIVE, sync_state)
    sync_states = (sync_state,) if sync_state else ()
    wanted = NumberFilter(service_id=row.id, statuses=(NumberStatus.ACTIVE,), sync_states=sync_states)
    name = f"hand-over-{_slug(row.name)}-{desk.clock():%Y-%m-%d}.csv"
    return Download(name, pieces(HEADER, _lines(desk, wanted, places)))


async def _lines(desk: Desk, wanted: NumberFilter, places: list[tables.Location]) -> AsyncIterator[list[Row]]:
    for place in places:
        read = partial(_listing, replace(wanted, location_id=place.id))
        async for rows in chunks(desk, numbers.BY_NUMBER, read):
            yield [_line(place, row) for row in rows]


async def _listing(wanted: NumberFilter, reading: Reading, window: Window) -> Page[NumberRow]:
    return await numbers.listing(reading, wanted, numbers.BY_NUMBER, window, _ASKED)


def _line(place: tables.Location, row: NumberRow) -> Row:
    number = row.number
    return (
        cell(place.name),
        place.country,
        cell(number.e164),
        _USAGES[hub_usage(number.type)],
        TYPES[number.type],
        cell(number.service_info),
    )


def _slug(name: str) -> str:
    """Write a name with nothing but what every file system takes."""
    return re.sub(r"[^a-z0-9]+", "-", name.lower())[:60].strip("-") or "service"
