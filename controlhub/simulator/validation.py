"""Asking without adding: POST /v1/telephony/config/actions/validateNumbers/invoke."""

import sqlite3
from collections import Counter
from collections.abc import Mapping

from controlhub.simulator.answers import Answer, json_answer
from controlhub.simulator.inventory import find_numbers
from controlhub.simulator.numbers import is_e164
from controlhub.simulator.switches import switches_of
from controlhub.simulator.visit import Visit

DETAILS = {
    "Available": [],
    "Duplicate In List": ["[Error 8360] Number is more than once in the request."],
    "Unavailable": ["[Error 8361] Number is not available."],
    "Invalid": ["[Error 8362] Number is not a valid E.164 number."],
    "Duplicate": ["[Error 8363] Number is already in use."],
}
"""What is said of each state, with the codes that the live service gives (wxc_sdk)."""


def validate_numbers(visit: Visit, organization: str) -> Answer:
    """Answer a state for each different number, with the field names of the live service or of its documentation."""
    held, times = find_numbers(visit.db, visit.numbers), Counter(visit.numbers)
    states = {number: _state(number, held.get(number), count, organization) for number, count in times.items()}
    status = "OK" if all(state == "Available" for state in states.values()) else "ERRORS"
    if switches_of(visit.db, organization).documented_validation:
        return json_answer(200, {"status": status, "numbers": [_documented_item(*pair) for pair in states.items()]})
    return json_answer(200, {"status": status, "phoneNumbers": [_item(*pair) for pair in states.items()]})


def _state(number: str, held: sqlite3.Row | None, times: int, organization: str) -> str:
    if not is_e164(number):
        return "Invalid"
    if times > 1:
        return "Duplicate In List"
    if held is None:
        return "Available"
    return "Duplicate" if held["organization"] == organization else "Unavailable"


def _item(number: str, state: str) -> Mapping[str, object]:
    return {"phoneNumber": number, "state": state, "tollFreeNumber": False, "detail": DETAILS[state]}


def _documented_item(number: str, state: str) -> Mapping[str, object]:
    return {"number": number, "state": state, "detail": DETAILS[state]}
