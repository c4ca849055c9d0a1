"""Control Hub's error bodies, in each of their shapes, and the exceptions they become."""

from collections.abc import Iterator

import httpx
import orjson

from controlhub.errors import HubError, HubNumbersRefused, HubNumberUnknown, HubRefused, HubUnauthorized
from controlhub.json_values import code_of, field_of, items_of, text_of
from controlhub.numbers import HubProblem
from controlhub.setbacks import UNKNOWN_NUMBER

DEAD_REFRESH_TOKEN = "refresh token provided is expired"  # noqa: S105 - a message, not a secret
"""How Webex begins a 400 on a dead refresh token, in its own error shape (webex-js-sdk pull request 855)."""

UNKNOWN_NUMBER_CODES = frozenset({"25089", UNKNOWN_NUMBER})
"""The codes for a number that the location does not have: that of a 400, and that of a 502 (wxc_sdk tests)."""


def accepted(response: httpx.Response) -> httpx.Response:
    """Return an answer that says yes; raise what any other says.

    Raises HubUnauthorized on 401, HubNumbersRefused where the body is a list of objections to single numbers
    (whatever its status: a yes that lists objections is none), HubNumberUnknown where a code says so, HubRefused on
    the rest.
    """
    if response.status_code == httpx.codes.UNAUTHORIZED:
        raise HubUnauthorized(tracking_id_of(response))
    body = _json(response)
    if problems := problems_of(body):
        raise HubNumbersRefused(problems, tracking_id_of(response))
    if not response.is_success:
        raise _refused(response, body)
    return response


def granted(response: httpx.Response) -> httpx.Response:
    """Return the answer of a token call that says yes; raise what any other says.

    A code or refresh token that is no longer good is HubUnauthorized: the customer has to consent again.
    `invalid_client` is HubRefused: our own secret is wrong, which says nothing about the customer.
    """
    if response.is_success:
        return response
    raise _ungranted(response, _json(response))


def _ungranted(response: httpx.Response, body: object) -> HubError:
    oauth_code = text_of(body, "error")
    if oauth_code == "invalid_grant" or DEAD_REFRESH_TOKEN in message_of(body).lower():
        return HubUnauthorized(tracking_id_of(response))
    if response.status_code == httpx.codes.UNAUTHORIZED and oauth_code is None:
        return HubUnauthorized(tracking_id_of(response))
    return _refused(response, body)


def problems_of(body: object) -> list[HubProblem]:
    """Read a body that is a list of objections, one for each number; empty where it is another shape.

    Shape: `[{"errors": [{"number", "errorType", "errorCode", "errorMessage"}]}]` (wxc_sdk, adding numbers).
    """
    parts = body if isinstance(body, list) else []
    return [_problem(number, item) for item, number in _named(parts)]


def code_in(body: object) -> str | None:
    """Return the most specific errorCode of an error body: that of its innermost item, else of the whole."""
    return next(_codes(body), None)


def message_of(body: object) -> str:
    """Return what an error body says to people, in any of its shapes; empty where it says nothing."""
    descriptions = [text_of(item, "description") for item in _details(body)]
    said = [text for text in descriptions if text]
    return "; ".join(said) or text_of(body, "message") or text_of(body, "error_description") or ""


def tracking_id_of(response: httpx.Response) -> str | None:
    """Return the id Cisco's support asks for, from the header or an error body."""
    header: str | None = response.headers.get("trackingid")
    if header or response.is_success:
        return header
    return text_of(_json(response), "trackingId")


def _refused(response: httpx.Response, body: object) -> HubRefused:
    header = response.headers.get("cisco-spark-error-codes")
    codes = [*_codes(body), *([header] if header else [])]
    kind = HubNumberUnknown if UNKNOWN_NUMBER_CODES.intersection(codes) else HubRefused
    return kind(
        status=response.status_code,
        code=codes[0] if codes else str(response.status_code),
        message=message_of(body) or response.reason_phrase,
        tracking_id=tracking_id_of(response),
    )


def _codes(body: object) -> Iterator[str]:
    """Yield the codes of an error body, the most specific first."""
    for item in _details(body):
        if code := code_of(item, "errorCode") or code_of(item, "code"):
            yield code
    if code := code_of(body, "errorCode") or text_of(body, "error"):
        yield code


def _details(body: object) -> Iterator[object]:
    """Yield the items of `errors[]`, of `error[].message[]` and of `error.message[]`, the three shapes Webex has."""
    yield from items_of(body, "errors")
    for group in [field_of(body, "error"), *items_of(body, "error")]:
        yield from items_of(group, "message")


def _named(parts: list[object]) -> Iterator[tuple[object, str]]:
    for part in parts:
        for item in items_of(part, "errors"):
            if number := text_of(item, "number"):
                yield item, number


def _problem(number: str, item: object) -> HubProblem:
    kind = text_of(item, "errorType") or ""
    return HubProblem(
        e164=number,
        code=code_of(item, "errorCode") or kind,
        message=text_of(item, "errorMessage") or kind,
    )


def _json(response: httpx.Response) -> object:
    """Return the body; None where it is no JSON: error pages of a gateway are HTML."""
    try:
        body: object = orjson.loads(response.content)
    except orjson.JSONDecodeError:
        return None
    return body
