"""The organizations of the simulator: one for each name given at consent, with the same sample locations in each."""

import base64
import sqlite3
from dataclasses import dataclass
from uuid import NAMESPACE_URL, UUID, uuid5


@dataclass(frozen=True, slots=True)
class SampleLocation:
    """A location every organization starts with.

    `main_number` is a format that takes the organization's ordinal, so that no two organizations share a number.
    """

    name: str
    country: str
    time_zone: str
    connection_type: str
    main_number: str | None = None


SAMPLE_LOCATIONS = (
    SampleLocation("Milan", "IT", "Europe/Rome", "LOCAL_GATEWAY", "+3902555{:05d}"),
    SampleLocation("New York", "US", "America/New_York", "LOCAL_GATEWAY"),
    SampleLocation("Munich", "DE", "Europe/Berlin", "NON_INTEGRATED_CCP"),
    SampleLocation("London", "GB", "Europe/London", "CISCO_PSTN"),
    SampleLocation("Paris", "FR", "Europe/Paris", "INTEGRATED_CCP"),
)
"""Every PSTN connection type, and a country for each, so that a sample file can meet all the rules."""


def organization_named(db: sqlite3.Connection, name: str) -> str:
    """Return the id of the organization of that name (case and outer blanks aside), made at its first consent."""
    spoken = " ".join(name.split())
    unique = uuid5(NAMESPACE_URL, f"numberline-simulator:{spoken.casefold()}")
    organization = webex_id("ORGANIZATION", unique)
    if not db.execute("SELECT 1 FROM organizations WHERE id = ?", (organization,)).fetchone():
        _create(db, organization, unique, spoken)
    return organization


def webex_id(kind: str, unique: UUID) -> str:
    """Return an id as Webex writes them; to everybody else it is an opaque text."""
    return base64.urlsafe_b64encode(f"ciscospark://us/{kind}/{unique}".encode()).decode().rstrip("=")


def _create(db: sqlite3.Connection, organization: str, unique: UUID, name: str) -> None:
    (ordinal,) = db.execute("SELECT COALESCE(MAX(ordinal), 0) + 1 FROM organizations").fetchone()
    db.execute("INSERT INTO organizations VALUES (?, ?, ?)", (organization, name, ordinal))
    for sample in SAMPLE_LOCATIONS:
        _add_location(db, organization, webex_id("LOCATION", uuid5(unique, sample.name)), sample, ordinal)


def _add_location(
    db: sqlite3.Connection, organization: str, location: str, sample: SampleLocation, ordinal: int
) -> None:
    main_number = sample.main_number.format(ordinal) if sample.main_number else None
    db.execute(
        "INSERT INTO locations VALUES (?, ?, ?, ?, ?, ?, ?)",
        (location, organization, sample.name, sample.country, sample.time_zone, sample.connection_type, main_number),
    )
    if main_number:
        db.execute(
            "INSERT INTO numbers VALUES (?, ?, ?, 'DID', 'NONE', 'ACTIVE', 1)", (main_number, organization, location)
        )
