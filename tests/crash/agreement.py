"""What has to agree once a round is over: what was submitted, what stands here, and what Control Hub has."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import psycopg
from psycopg.rows import dict_row

from schema.ids import decode
from tests.crash.caller import Caller

STATE = """query($service: ServiceBy!, $upload: UploadBy!, $id: ID!) {
  service(by: $service) { status }
  upload(by: $upload) {
    status waiting { code } counts { total valid invalid submitted pending added failed withdrawn }
  }
  numbers(filter: { upload: {id: $id}, status: ACTIVE, syncState: SYNCED }) { totalCount }
}"""


@dataclass(frozen=True, slots=True)
class Expected:
    """What a round submitted. `usages` is the Control Hub usage of every valid number."""

    service: str
    upload: str
    usages: Mapping[str, str]
    invalid: int


@dataclass(frozen=True, slots=True)
class Behind:
    """A look behind the API: the database as its owner."""

    owner_url: str

    def rows(self, query: str, *parameters: Any) -> list[dict[str, Any]]:
        """Return the rows of a query."""
        with psycopg.connect(self.owner_url, row_factory=dict_row) as owner:
            return owner.execute(query, parameters).fetchall()  # type: ignore[call-overload,no-any-return]  # any text

    def place(self, service: str) -> tuple[str, str]:
        """Return Control Hub's ids of the service's organization and attached location."""
        query = """SELECT service.organization_id, location.hub_id FROM service
                   JOIN location ON location.service_id = service.id AND location.attached_at IS NOT NULL
                   WHERE service.id = %s"""
        (row,) = self.rows(query, decode(service)[1])
        return row["organization_id"], row["hub_id"]

    def unfinished(self) -> list[dict[str, Any]]:
        """Return the jobs that are due and not done, and those that were given up."""
        return self.rows("""
            SELECT id, task_name, status::text, attempts, scheduled_at, args FROM procrastinate_jobs
            WHERE status IN ('doing', 'failed', 'aborting', 'aborted')
               OR (status = 'todo' AND (scheduled_at IS NULL OR scheduled_at < now() + interval '1 minute'))""")


async def by_graphql(caller: Caller, expected: Expected) -> list[str]:
    """Return what the API says that is not so."""
    at = {"service": {"id": expected.service}, "upload": {"id": expected.upload}, "id": expected.upload}
    found = await caller.ask(STATE, **at)
    valid = len(expected.usages)
    counts = {"total": valid + expected.invalid, "valid": valid, "invalid": expected.invalid, "submitted": valid}
    settled = {"pending": 0, "added": valid, "failed": 0, "withdrawn": 0}
    right = {
        "service": {"status": "READY"},
        "upload": {"status": "COMPLETED", "waiting": None, "counts": {**counts, **settled}},
        "numbers": {"totalCount": valid},
    }
    return [f"{name} is {found[name]}, not {right[name]}" for name in right if found[name] != right[name]]


def by_numbers(behind: Behind, expected: Expected, held: Sequence[Mapping[str, Any]], location: str) -> list[str]:
    """Return what differs between the three lists of numbers: submitted, stored here, and held by Control Hub."""
    query = "SELECT e164, status, sync_state FROM number WHERE service_id = %s"
    here = behind.rows(query, decode(expected.service)[1])
    there = [number for number in held if not number["mainNumber"]]
    due = Counter((e164, location, usage, "ACTIVE") for e164, usage in expected.usages.items())
    return [
        *_differing(
            "here",
            Counter((row["e164"], row["status"], row["sync_state"]) for row in here),
            Counter((e164, "ACTIVE", "SYNCED") for e164 in expected.usages),
        ),
        *_differing(
            "in Control Hub",
            Counter((n["phoneNumber"], n["locationId"], n["numberUsageType"], n["state"]) for n in there),
            due,
        ),
    ]


def by_events(behind: Behind, expected: Expected) -> list[str]:
    """Return where the events of the service do not lead from one status to the next, up to the present one."""
    query = "SELECT id, kind, upload_id, before, after FROM event WHERE service_id = %s ORDER BY id"
    events = behind.rows(query, decode(expected.service)[1])
    present = behind.rows(
        "SELECT 'SERVICE_STATUS' AS kind, NULL::uuid AS upload_id, status FROM service WHERE id = %s"
        " UNION ALL SELECT 'UPLOAD_STATUS', id, status FROM upload WHERE service_id = %s",
        *[decode(expected.service)[1]] * 2,
    )
    return [text for row in present for text in _breaks(events, row)]


def _breaks(events: Sequence[Mapping[str, Any]], present: Mapping[str, Any]) -> Iterator[str]:
    chain = [e for e in events if (e["kind"], e["upload_id"]) == (present["kind"], present["upload_id"])]
    for earlier, later in pairwise(chain):
        if earlier["after"] != later["before"]:
            yield f"event {later['id']} leads from {later['before']}, but {earlier['id']} led to {earlier['after']}"
    if not chain or chain[-1]["after"] != present["status"]:
        yield f"{present['kind']} is {present['status']}, but the last event is {chain[-1:]}"


def _differing(where: str, found: Counter[Any], due: Counter[Any]) -> Iterator[str]:
    for label, rows in (("too much", found - due), ("missing", due - found)):
        if rows:
            yield f"{where}, {label}: {rows.total()} numbers, such as {sorted(rows)[0]}"
