"""The bodies of Control Hub's good answers, read into values; a bad one raises MalformedBody, never KeyError."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TypeVar

import httpx
import orjson

from controlhub.errors import HubUnanswered
from controlhub.json_values import (
    MalformedBody,
    code_of,
    field_of,
    items_of,
    required_count,
    required_items,
    required_text,
    text_of,
)
from controlhub.numbers import HubJob, HubLocation, HubNumber, HubProblem, HubTokens
from controlhub.refusals import code_in, message_of, tracking_id_of

Value = TypeVar("Value")

AVAILABLE = "Available"
"""The state of a number that Control Hub would take."""

CODES_BY_STATE = {
    "Duplicate In List": "8360",
    "Unavailable": "8361",
    "Invalid": "8362",
    "Duplicate": "8363",
}
"""Validation answers a state, everything else a code: these are the codes of the states (wxc_sdk)."""

JOB_DONE = "COMPLETED"
"""The status of a job that went over all its numbers, well or badly."""

JOB_BROKEN_OFF = frozenset({"FAILED", "ABANDONED"})
"""The states of a job that ended before its end. Every other status, one we never heard of too, is a running job's."""


def understood(response: httpx.Response, read: Callable[[object], Value]) -> Value:
    """Read an answer's body; raises HubUnanswered where it is not what it should be."""
    try:
        return read(orjson.loads(response.content))
    except (orjson.JSONDecodeError, MalformedBody) as error:
        raise HubUnanswered(f"malformed answer: {error}", tracking_id_of(response)) from error


def organization_id(body: object) -> str:
    """Read `GET /people/me`."""
    return required_text(body, "orgId")


def tokens(body: object, now: datetime) -> HubTokens:
    """Read what the token call hands out at `now`; the lifetimes come in seconds."""
    return HubTokens(
        access_token=required_text(body, "access_token"),
        access_expires_at=now + timedelta(seconds=required_count(body, "expires_in")),
        refresh_token=required_text(body, "refresh_token"),
        refresh_expires_at=now + timedelta(seconds=required_count(body, "refresh_token_expires_in")),
    )


def locations(body: object) -> list[HubLocation]:
    """Read a page of `GET /locations`."""
    return [_location(item) for item in required_items(body, "items")]


def _location(item: object) -> HubLocation:
    country = text_of(field_of(item, "address"), "country")
    return HubLocation(required_text(item, "id"), required_text(item, "name"), country)


def main_number(body: object) -> str | None:
    """Read `GET /telephony/config/locations/{id}`; None where the location has no main number yet."""
    return text_of(field_of(_object(body), "callingLineId"), "phoneNumber")


def connection_type(body: object) -> str | None:
    """Read `GET /telephony/pstn/locations/{id}/connection`."""
    return text_of(_object(body), "pstnConnectionType")


def numbers(body: object) -> list[HubNumber | None]:
    """Read a page of `GET /telephony/config/numbers`; None stands for an extension without a number."""
    return [_number(item) for item in required_items(body, "phoneNumbers")]


def _number(item: object) -> HubNumber | None:
    e164 = text_of(item, "phoneNumber")
    if e164 is None:
        return None
    return HubNumber(
        e164=e164,
        location_id=required_text(field_of(item, "location"), "id"),
        active=field_of(item, "state") == "ACTIVE",
        is_main=field_of(item, "mainNumber") is True,
        is_service=field_of(item, "isServiceNumber") is True,
        owner=_owner(field_of(item, "owner")),
    )


def _owner(owner: object) -> str | None:
    """Name a person by first and last name, a workspace or feature by the name it has, else by its id."""
    names = [text_of(owner, name) for name in ("firstName", "lastName")]
    return " ".join(name for name in names if name) or text_of(owner, "name") or text_of(owner, "id")


def objections(body: object) -> list[HubProblem]:
    """Read the answer of the validation: a problem for each number that is not available.

    The numbers are in `numbers[].number` by the documentation, in `phoneNumbers[].phoneNumber` live.
    """
    required_text(body, "status")
    items = items_of(body, "phoneNumbers") + items_of(body, "numbers")
    return [_objection(item) for item in items if text_of(item, "state") != AVAILABLE]


def _objection(item: object) -> HubProblem:
    state = text_of(item, "state") or ""
    details = [detail for detail in items_of(item, "detail") if isinstance(detail, str)]
    return HubProblem(
        e164=text_of(item, "phoneNumber") or required_text(item, "number"),
        code=CODES_BY_STATE.get(state) or code_of(item, "errorCode") or state,
        message="; ".join(details) or state,
    )


def job_id(body: object) -> str:
    """Read the answer to a job that was started."""
    return required_text(body, "id")


def job(body: object) -> HubJob:
    """Read `GET .../manageNumbers/{id}`; the problems are another call's."""
    status, exit_code = required_text(body, "latestExecutionStatus"), text_of(body, "latestExecutionExitCode")
    return HubJob(
        running=status not in {JOB_DONE, *JOB_BROKEN_OFF},
        failed=not JOB_BROKEN_OFF.isdisjoint({status, exit_code}),
    )


def job_problems(body: object) -> list[HubProblem | None]:
    """Read a page of `GET .../manageNumbers/{id}/errors`; None stands for an error that names no number."""
    return [_job_problem(item) for item in required_items(body, "items")]


def _job_problem(item: object) -> HubProblem | None:
    e164 = text_of(item, "item")
    if e164 is None:
        return None
    code = code_in(item) or code_of(field_of(item, "error"), "key") or ""
    return HubProblem(e164, code, message_of(item) or code)


def _object(body: object) -> object:
    if not isinstance(body, dict):
        raise MalformedBody("no object")
    return body
