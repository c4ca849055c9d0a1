"""The jobs that change the usage of numbers or move them: /v1/telephony/config/jobs/numbers/manageNumbers."""

import sqlite3
from collections.abc import Mapping
from dataclasses import replace
from uuid import uuid4

import orjson

from controlhub.simulator.answers import Answer, Refused, batch_error, error_answer, json_answer
from controlhub.simulator.job_effects import STARTED, Target, advance
from controlhub.simulator.locations import find_location
from controlhub.simulator.numbers import NOT_DOCUMENTED, is_e164
from controlhub.simulator.organizations import webex_id
from controlhub.simulator.pages import link_headers, page_of
from controlhub.simulator.switches import switches_of
from controlhub.simulator.visit import Visit, json_object, listed

JOB_LIMIT = 1000
"""Numbers a job takes (Webex developer documentation, Initiate Number Jobs)."""

FIND = "SELECT jobs.*, moves.location AS moved_to FROM jobs LEFT JOIN moves ON moves.job = jobs.id WHERE "

ERROR_TYPE = "BATCH"
"""The SDK's model wants one of every error of a job; which there are nobody wrote down."""

NOT_A_NUMBER = "BATCH-1017017"
"""Control Hub's code where a job names something that is no number at all (the same page's example of a 400)."""


def start_job(visit: Visit, organization: str) -> Answer:
    """Start a job, which changes nothing before it ends; one at a time in an organization."""
    target = _checked_target(visit, organization)
    targets = [target for part in _parts(visit) for target in _targets(visit, organization, part)]
    if _is_busy(visit.db, organization):
        return error_answer(409, visit.tracking_id, "Another job is in progress.", NOT_DOCUMENTED)
    job, switches = webex_id("JOB_ID", uuid4()), switches_of(visit.db, organization)
    visit.db.execute(
        "INSERT INTO jobs (id, organization, usage, targets, polls_left, is_failing, tracking_id)"
        " VALUES (?, ?, ?, ?, ?, ?, ?)",
        (
            job,
            organization,
            visit.body_text("numberUsageType", ""),
            orjson.dumps(targets).decode(),
            switches.job_polls,
            switches.job_fails,
            visit.tracking_id,
        ),
    )
    if target:
        visit.db.execute("INSERT INTO moves VALUES (?, ?)", (job, target))
    return replace(json_answer(201, _job(_find(visit, organization, job))), applied=True)


def job_status(visit: Visit, organization: str) -> Answer:
    """Answer GET .../{job}; the last of the polls that find it running is followed by the one that ends it."""
    job = visit.segments["job"]
    advance(visit.db, _find(visit, organization, job))
    return json_answer(200, _job(_find(visit, organization, job)))


def job_errors(visit: Visit, organization: str) -> Answer:
    """Answer GET .../{job}/errors: an item for each number that the job did not change."""
    job, page = _find(visit, organization, visit.segments["job"]), page_of(visit)
    problems = orjson.loads(job["problems"])
    items = [
        {
            "itemNumber": page.start + index,
            "item": number,
            "errorType": ERROR_TYPE,
            "error": batch_error(400, message, code, location),
            "trackingId": job["tracking_id"],
        }
        for index, (location, number, code, message) in enumerate(problems[page.start : page.start + page.size], 1)
    ]
    return json_answer(200, {"items": items}, link_headers(visit, page, len(problems)))


def _checked_target(visit: Visit, organization: str) -> str | None:
    """Return where the numbers are to move, None where it is their usage that changes; raises Refused on nonsense."""
    _check_numbers(visit)
    match visit.body_text("operation", ""):
        case "MOVE":
            target: str = find_location(visit, organization, visit.body_text("targetLocationId", ""))["id"]
            return target
        case "NUMBER_USAGE_CHANGE" if visit.body_text("numberUsageType", "") in {"NONE", "SERVICE"}:
            return None
        case _:
            raise visit.refused(400, "No such operation, or no such numberUsageType.", NOT_DOCUMENTED)


def _check_numbers(visit: Visit) -> None:
    if not 1 <= len(visit.numbers) <= JOB_LIMIT:
        raise visit.refused(400, f"A job takes 1 to {JOB_LIMIT} numbers.", NOT_DOCUMENTED)
    if not all(is_e164(number) for number in visit.numbers):
        error = batch_error(400, "Invalid phone number.", NOT_A_NUMBER)
        raise Refused(json_answer(400, {"error": error, "trackingId": visit.tracking_id}))


def _parts(visit: Visit) -> list[object]:
    return listed(json_object(visit.body), "numberList")


def _targets(visit: Visit, organization: str, part: object) -> list[Target]:
    """Return the numbers of a part of numberList, with their location; raises Refused where there is no such one."""
    location = part.get("locationId") if isinstance(part, dict) else None
    row = find_location(visit, organization, str(location))
    return [(row["id"], str(number)) for number in listed(part, "numbers")]


def _is_busy(db: sqlite3.Connection, organization: str) -> bool:
    """Let the running job, if there is one, come closer to its end, and say whether there is still one."""
    running = FIND + "organization = ? AND status = ?"
    for job in db.execute(running, (organization, STARTED)).fetchall():
        advance(db, job)
    return db.execute(running, (organization, STARTED)).fetchone() is not None


def _find(visit: Visit, organization: str, job: str) -> sqlite3.Row:
    row: sqlite3.Row | None = visit.db.execute(
        FIND + "jobs.id = ? AND organization = ?", (job, organization)
    ).fetchone()
    if row is None:
        raise visit.refused(404, "Job not found.")
    return row


def _job(row: sqlite3.Row) -> Mapping[str, object]:
    total, failed = len(orjson.loads(row["targets"])), len(orjson.loads(row["problems"]))
    changed = total - failed if row["status"] == "COMPLETED" else 0
    moved_to: str | None = row["moved_to"]
    return {
        "name": "managenumbers",
        "id": row["id"],
        "jobType": "managenumbers",
        "trackingId": row["tracking_id"],
        "latestExecutionStatus": row["status"],
        "latestExecutionExitCode": row["exit_code"],
        "operationType": "MOVE" if moved_to else "NUMBER_USAGE_CHANGE",
        **({"targetLocationId": moved_to} if moved_to else {}),
        "counts": {
            "totalNumbers": total,
            "numbersMoved" if moved_to else "numbersUsageChanged": changed,
            "numbersFailed": failed,
        },
    }
