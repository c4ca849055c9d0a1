"""Adding, removing and switching the numbers of a location: /v1/telephony/config/locations/{location}/numbers."""

import re
import sqlite3
from collections.abc import Sequence
from dataclasses import replace

from controlhub.simulator import inventory
from controlhub.simulator.answers import Answer, Refused, error_answer, json_answer, keyed_error_answer
from controlhub.simulator.locations import location_in
from controlhub.simulator.switches import switches_of
from controlhub.simulator.visit import Visit

E164 = re.compile(r"\+[1-9]\d{6,14}")
"""ITU-T E.164: at most 15 digits; the lower bound keeps extensions out."""

MOBILE_LIMIT = 20
REMOVE_LIMIT = 5
DEACTIVATE_LIMIT = 500
"""Numbers a request takes (Webex developer documentation); none is documented for adding the other types."""

OWN_CARRIER = frozenset({"LOCAL_GATEWAY", "NON_INTEGRATED_CCP"})
"""The connections these calls are for. On the others the real call damages data; the simulator refuses it loudly."""

NUMBER_IN_USE = 25223
IN_USE_DETAIL = 8363
INVALID = 8362
UNKNOWN_NUMBER = 25089
UNKNOWN_NUMBER_HEADER = {"cisco-spark-error-codes": "4251"}
"""Control Hub's codes, from the SDK's live tests: a 400 for an unknown number first, later a 502 with the header."""

NOT_DOCUMENTED = 25000
MAIN_NUMBER = 25001
ASSIGNED = 25002
"""The simulator's own codes where nobody wrote down Control Hub's."""


def add_numbers(visit: Visit, organization: str) -> Answer:
    """Add the numbers: all, or none where one is in use (see switches); where some are no E.164 numbers, the others.

    What Control Hub does with the others is not stated; adding them is what punishes a caller that does not look.
    """
    location, number_type = location_in(visit, organization), visit.body_text("numberType", "DID")
    switches = switches_of(visit.db, organization)
    _check_addition(visit, location, number_type, switches.add_limit or len(visit.numbers))
    found = inventory.find_numbers(visit.db, visit.numbers)
    is_ignored = switches.ignores_present_numbers and all(row["location"] == location["id"] for row in found.values())
    if found and not is_ignored:
        message = "Number is already in use."
        return error_answer(409, visit.tracking_id, message, NUMBER_IN_USE, IN_USE_DETAIL)
    valid = [number for number in visit.numbers if is_e164(number) and number not in found]
    usage, state = visit.body_text("numberUsageType", "NONE"), visit.body_text("state", "ACTIVE")
    inventory.insert_numbers(visit.db, location, valid, number_type, usage, state)
    invalid = [number for number in visit.numbers if not is_e164(number)]
    answer = _objections(invalid) if invalid else Answer(201)
    return replace(answer, applied=bool(valid))


def remove_numbers(visit: Visit, organization: str) -> Answer:
    """Remove the numbers, all of them or none."""
    location = location_in(visit, organization)
    _check_connection(visit, location)
    _check_count(visit, REMOVE_LIMIT)
    rows = _held(visit, location)
    if any(row["is_main"] for row in rows):
        raise visit.refused(400, "The main number of a location cannot be removed.", MAIN_NUMBER)
    if any(row["owner"] for row in rows):
        raise visit.refused(400, "A number that is assigned cannot be removed.", ASSIGNED)
    inventory.delete_numbers(visit.db, visit.numbers)
    return Answer(204, applied=True)


def switch_numbers(visit: Visit, organization: str) -> Answer:
    """Activate or deactivate the numbers, all of them or none."""
    location, action = location_in(visit, organization), visit.body_text("action", "ACTIVATE")
    if action not in {"ACTIVATE", "DEACTIVATE"}:
        raise visit.refused(400, "The action is neither ACTIVATE nor DEACTIVATE.", NOT_DOCUMENTED)
    _check_connection(visit, location)
    _check_count(visit, DEACTIVATE_LIMIT)
    rows = _held(visit, location)
    if action == "DEACTIVATE" and any(row["owner"] for row in rows):
        raise visit.refused(400, "A number that is assigned cannot be deactivated.", ASSIGNED)
    inventory.set_state(visit.db, visit.numbers, "ACTIVE" if action == "ACTIVATE" else "INACTIVE")
    return Answer(204, applied=True)


def is_e164(number: str) -> bool:
    """Say whether it is a number at all."""
    return E164.fullmatch(number) is not None


def _check_addition(visit: Visit, location: sqlite3.Row, number_type: str, limit: int) -> None:
    if number_type not in {"DID", "TOLLFREE", "MOBILE"}:
        raise visit.refused(400, "Unknown numberType.", NOT_DOCUMENTED)
    if number_type == "MOBILE":
        # Mobile numbers go to any location with a PSTN connection (Webex, Add Phone Numbers to a location).
        return _check_count(visit, min(MOBILE_LIMIT, limit))
    _check_connection(visit, location)
    return _check_count(visit, limit)


def _check_connection(visit: Visit, location: sqlite3.Row) -> None:
    if location["connection_type"] not in OWN_CARRIER:
        raise visit.refused(400, "Not supported for the location's PSTN connection type.", NOT_DOCUMENTED)


def _check_count(visit: Visit, limit: int) -> None:
    if not visit.numbers:
        raise visit.refused(400, "phoneNumbers must not be empty.", NOT_DOCUMENTED)
    if len(visit.numbers) > limit:
        raise visit.refused(400, f"Only {limit} phone numbers can be in a request.", NOT_DOCUMENTED)


def _held(visit: Visit, location: sqlite3.Row) -> Sequence[sqlite3.Row]:
    """Return the rows of the numbers; raises Refused where one is not in the location."""
    found = inventory.find_numbers(visit.db, visit.numbers)
    rows = [found[number] for number in visit.numbers if number in found]
    if len(rows) < len(visit.numbers) or any(row["location"] != location["id"] for row in rows):
        raise Refused(_unknown(visit, location["organization"]))
    return rows


def _unknown(visit: Visit, organization: str) -> Answer:
    if switches_of(visit.db, organization).unknown_number_as_502:
        answer = error_answer(502, visit.tracking_id)
        return replace(answer, headers={**answer.headers, **UNKNOWN_NUMBER_HEADER})
    message = "Phone number not found in the location."
    return keyed_error_answer(400, visit.tracking_id, message, UNKNOWN_NUMBER)


def _objections(numbers: Sequence[str]) -> Answer:
    errors = [
        {
            "number": number,
            "errorType": "INVALID_NUMBER",
            "errorCode": str(INVALID),
            "errorMessage": "Number is not a valid E.164 number.",
        }
        for number in numbers
    ]
    return json_answer(400, [{"errors": errors}])
