"""The export of numbers: what the Numbers Management page shows of them, in a file that can be imported again."""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from uuid import UUID

from provisioning.desk import Desk
from provisioning.downloads.download import Download, chunks
from provisioning.files.writing import TITLES, Row, cell, pieces
from store import exports, numbers
from store.database import Reading
from store.exports import ConnectionNames, Place
from store.numbers import Asked, NumberFilter, NumberRow
from store.paging import Page, Window
from store.tables import Number
from store.vocabulary import NumberType

HEADER = (
    *TITLES.values(),
    "Status",
    "Sync State",
    "Problem",
    "Location",
    "Country",
    "SIP Connection",
    "Calling Profile",
    "Service",
    "Customer",
    "Channel",
    "Source",
    "Acquired At",
)
"""The titles that an import knows come first; it ignores the others. Range End is empty: each line is one number."""

TYPES: Mapping[NumberType, str] = MappingProxyType(
    {NumberType.USER: "User", NumberType.SERVICE: "Service", NumberType.CONTACT_CENTER: "Contact Center"}
)
"""The number types as the Upload Numbers dialog calls them (step 7)."""


_ASKED = Asked(
    frozenset(
        {"e164", "type", "phone_type", "cac", "service_info", "status", "sync_state", "error_code", "error_message"}
        | {"location_id", "sip_connection_id", "source", "acquired_at"}
    ),
    location=False,
    service=False,
)
"""The columns of a number that are shown, or lead to names that are."""


async def number_list(desk: Desk, wanted: NumberFilter) -> Download:
    """Write the numbers that are wanted, ascending. They are read while the file is taken."""
    return Download(f"numbers-{desk.clock():%Y-%m-%d}.csv", pieces(HEADER, _lines(desk, wanted)))


@dataclass(frozen=True, slots=True)
class _Names:
    """What many numbers share, read once for each file: joined to every number it takes more than twice as long."""

    connections: dict[UUID, ConnectionNames] = field(default_factory=dict)
    places: dict[UUID, Place] = field(default_factory=dict)

    async def learn(self, reading: Reading, rows: Sequence[NumberRow]) -> None:
        """Read what new rows need."""
        if new := {row.number.sip_connection_id for row in rows} - self.connections.keys():
            self.connections.update(await exports.connection_names(reading, new))
        if new := {row.number.location_id for row in rows} - self.places.keys():
            self.places.update(await exports.places(reading, new))


async def _lines(desk: Desk, wanted: NumberFilter) -> AsyncIterator[list[Row]]:
    names = _Names()

    async def read(reading: Reading, window: Window) -> Page[NumberRow]:
        page = await numbers.listing(reading, wanted, numbers.BY_NUMBER, window, _ASKED)
        await names.learn(reading, page.rows)
        return page

    async for rows in chunks(desk, numbers.BY_NUMBER, read):
        yield [_line(row.number, names) for row in rows]


def _line(number: Number, names: _Names) -> Row:
    place, owner = names.places[number.location_id], names.connections[number.sip_connection_id]
    return (
        cell(number.e164),
        None,
        TYPES[number.type],
        number.phone_type,
        number.cac,
        cell(number.service_info),
        number.status,
        number.sync_state,
        cell(number.error_message or number.error_code),
        cell(place.name),
        place.country,
        cell(owner.connection),
        cell(owner.profile),
        cell(owner.service),
        cell(owner.customer),
        cell(owner.channel),
        number.source,
        f"{number.acquired_at:%Y-%m-%dT%H:%M:%SZ}",
    )
