"""File routes for those who have a token: the error report, the export of numbers, the hand-over list."""

from collections.abc import AsyncIterator, Awaitable, Callable

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from api.issuer import IssuerUnavailable
from api.pace import TooManyRequests, who
from api.parameters import ParameterInvalid, choice, numbers_filter, singles
from api.refusals import refusal
from api.wiring import House
from provisioning.desk import Desk
from provisioning.downloads.download import Download
from provisioning.downloads.error_report import error_report
from provisioning.downloads.hand_over import NothingToHandOver, hand_over
from provisioning.downloads.number_list import number_list
from provisioning.errors import Forbidden, Unauthenticated
from provisioning.permissions import PERMISSIONS
from schema.downloads import ERROR_REPORT, HAND_OVER, NUMBERS
from schema.ids import key_of
from store.errors import NotFound, NumberlineError, Unavailable
from store.lookup import Name
from store.vocabulary import EntryVerdict, SyncState

Open = Callable[[Desk, Request], Awaitable[Download]]

_STATUSES: dict[type[NumberlineError], int] = {
    Unauthenticated: 401,
    Forbidden: 403,
    NotFound: 404,
    NothingToHandOver: 409,
    Unavailable: 503,
    IssuerUnavailable: 503,
    TooManyRequests: 429,
}
"""The HTTP status of each refusal; any other is a parameter to correct, 400."""

_VERDICTS = {"INVALID": EntryVerdict.INVALID, "WARNING": EntryVerdict.WARNING}

_ALL = {"false": SyncState.MANUAL_PENDING, "true": None}
"""The sync state that a number on the hand-over list has; None: any."""


def routes(house: House) -> list[Route]:
    """Return the routes. Each may be used by whoever may use the root field of the same name."""
    return [
        Route(ERROR_REPORT, _endpoint(house, "upload", _error_report)),
        Route(NUMBERS, _endpoint(house, "numbers", _numbers)),
        Route(HAND_OVER, _endpoint(house, "service", _hand_over)),
    ]


async def _error_report(desk: Desk, request: Request) -> Download:
    verdict = choice(singles(request.query_params, ["verdict"]), "verdict", _VERDICTS)
    return await error_report(desk, Name(id=key_of(request.path_params["id"], "Upload")), verdict)


async def _numbers(desk: Desk, request: Request) -> Download:
    given = numbers_filter(request.query_params)
    async with desk.read() as reading:
        try:
            wanted = await given.decoded(reading)
        except NotFound as error:
            raise ParameterInvalid(error.what, f"the id of a {error.what}") from error
    return await number_list(desk, wanted)


async def _hand_over(desk: Desk, request: Request) -> Download:
    sync_state = choice(singles(request.query_params, ["all"]), "all", _ALL)
    return await hand_over(desk, Name(id=key_of(request.path_params["id"], "Service")), sync_state)


def _endpoint(house: House, field: str, open_: Open) -> Callable[[Request], Awaitable[Response]]:
    async def endpoint(request: Request) -> Response:
        """Send a file. Nothing is sent before its first piece is there: what fails until then gets an answer."""
        try:
            download = await open_(await _desk(house, request, field), request)
            first = await anext(download.pieces)
        except NumberlineError as error:
            return _refusal(error)
        return _attached(download.name, _nothing() if request.method == "HEAD" else _from(first, download.pieces))

    return endpoint


async def _desk(house: House, request: Request, field: str) -> Desk:
    """Return the desk of whoever asks. Raises Unauthenticated, IssuerUnavailable, TooManyRequests, Forbidden."""
    caller = await house.tokens.caller(request.headers.get("authorization"))
    house.pace.come(who(caller, request.client.host if request.client else None))
    if caller is None:
        raise Unauthenticated
    if not PERMISSIONS[field].allows(caller):
        raise Forbidden
    return house.desk(caller.scope)


async def _from(first: bytes, rest: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """Join what was read ahead with the rest.

    An error in it ends the connection without the last chunk of HTTP/1.1: nobody takes half a file for the whole.
    """
    yield first
    async for piece in rest:
        yield piece


async def _nothing() -> AsyncIterator[bytes]:
    """Send no body."""
    return
    yield b""


def _attached(name: str, content: AsyncIterator[bytes]) -> Response:
    headers = {"content-disposition": f'attachment; filename="{name}"', "cache-control": "no-store"}
    return StreamingResponse(content, media_type="text/csv; charset=utf-8", headers=headers)


def _refusal(error: NumberlineError) -> Response:
    status = _STATUSES.get(type(error), 400)
    answer = refusal(status, error.code, error.message, **({"retryable": True} if status in {429, 503} else {}))
    if isinstance(error, TooManyRequests):
        answer.headers["retry-after"] = str(error.retry_after_s)
    return answer
