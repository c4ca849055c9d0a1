"""What the simulator answers, with the error bodies of Webex in both their shapes."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus

import orjson

JSON = "application/json;charset=utf-8"
HTML = "text/html;charset=utf-8"


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer.

    `applied` says that the request changed what the organization holds, or started a job that will; the request log
    keeps it.
    """

    status: int
    content: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    applied: bool = False


class Refused(Exception):
    """A handler's way to end a request with an error answer, before it changed anything."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(answer.status)
        self.answer = answer


def json_answer(status: int, body: object, headers: Mapping[str, str] | None = None) -> Answer:
    """Answer with a JSON body."""
    return Answer(status, orjson.dumps(body), {"content-type": JSON, **(headers or {})})


def html_answer(status: int, page: str) -> Answer:
    """Answer with a page for a browser."""
    return Answer(status, page.encode(), {"content-type": HTML})


def error_answer(
    status: int, tracking_id: str, message: str | None = None, code: int | None = None, inner_code: int | None = None
) -> Answer:
    """Answer with the first shape of Webex errors; `inner_code` is that of the item where it differs from `code`."""
    said = message or HTTPStatus(status).phrase
    body: dict[str, object] = {"message": said, "errors": [_item(said, inner_code or code)], "trackingId": tracking_id}
    if code is not None:
        body["errorCode"] = code
    return json_answer(status, body)


def keyed_error_answer(status: int, tracking_id: str, message: str, code: int) -> Answer:
    """Answer with the second shape of Webex errors, in which `error` is a list and codes are text."""
    group = {"key": str(status), "message": [{"description": message, "code": str(code)}]}
    return json_answer(status, {"error": [group], "trackingId": tracking_id})


def batch_error(status: int, description: str, code: str, location: str | None = None) -> dict[str, object]:
    """Return the `error` of a job or of one of its numbers: the second shape without its outer list."""
    return {"key": str(status), "message": [{"description": description, "code": code, "locationId": location}]}


def oauth_error_answer(status: int, tracking_id: str, error: str, description: str) -> Answer:
    """Answer with an error of the token call (RFC 6749, 5.2)."""
    body = {"error": error, "error_description": description, "trackingId": tracking_id}
    return json_answer(status, body)


def _item(description: str, code: int | None) -> dict[str, object]:
    return {"description": description} if code is None else {"description": description, "errorCode": code}
