"""Webex Control Hub over HTTP. The base URL is all that tells the simulator from the real one."""

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import TypeVar
from urllib.parse import quote, urlencode

import httpx

from controlhub import bodies
from controlhub.errors import HubBusy, HubRefused
from controlhub.exchange import Exchange, HubRequest
from controlhub.numbers import (
    HubJob,
    HubLocation,
    HubLocationTelephony,
    HubNumber,
    HubNumberType,
    HubNumberUsage,
    HubProblem,
    HubTokens,
)
from controlhub.pages import next_url
from controlhub.protocol import Hub
from controlhub.refusals import accepted, granted
from controlhub.retries import Effect

Value = TypeVar("Value")

ADD_LIMITS = {HubNumberType.DID: 10, HubNumberType.TOLLFREE: 10, HubNumberType.MOBILE: 10}
"""Numbers a POST takes. MOBILE is documented as 20; the others are not, and the SDK's own uploader sends 10."""

REMOVE_LIMIT = 5
"""Numbers a DELETE takes (wxc_sdk, location numbers)."""

VALIDATE_LIMIT = 100
"""Numbers a validation takes. No limit is documented: this keeps an answer small and a time-out cheap."""

ACTIVATE_LIMIT = 500
"""Numbers a PUT takes. It is documented for deactivating; for activating, by the same call, nothing is."""

NUMBER_JOB_LIMIT = 1000
"""Numbers a manageNumbers job takes (Webex developer documentation, Initiate Number Jobs)."""

PAGE_SIZE = 1000
"""Items asked for in a page, the largest that every list of ours is documented to take."""

LOCATION_PATH = "/telephony/config/locations/"
JOBS_PATH = "/telephony/config/jobs/numbers/manageNumbers"


@dataclass(frozen=True, slots=True)
class WebexSettings:
    """Where Control Hub is and who we are to it.

    `base_url` is such as https://webexapis.com/v1; `scopes` are those the consent asks for.
    """

    base_url: str
    client_id: str
    client_secret: str = field(repr=False)
    scopes: Sequence[str]


class WebexHub(Hub):
    """The Hub of Webex. Built in api/, with the exchange that sends its requests."""

    validate_limit = VALIDATE_LIMIT
    remove_limit = REMOVE_LIMIT
    activate_limit = ACTIVATE_LIMIT
    number_job_limit = NUMBER_JOB_LIMIT

    def __init__(self, settings: WebexSettings, exchange: Exchange) -> None:
        self._settings = settings
        self._base_url = settings.base_url.rstrip("/")
        self._exchange = exchange

    def add_limit(self, number_type: HubNumberType) -> int:
        """Return how many numbers of that type one call of `add_numbers` takes."""
        return ADD_LIMITS[number_type]

    def authorize_url(self, state: str, redirect_uri: str) -> str:
        """Return the address at which the customer's administrator consents."""
        query = {
            "client_id": self._settings.client_id,
            "response_type": "code",
            "redirect_uri": redirect_uri,
            "scope": " ".join(self._settings.scopes),
            "state": state,
        }
        return f"{self._base_url}/authorize?{urlencode(query, quote_via=quote)}"

    async def tokens_for_code(self, code: str, redirect_uri: str) -> HubTokens:
        """Exchange the code that the consent page brought back; a code is good once."""
        return await self._tokens(grant_type="authorization_code", code=code, redirect_uri=redirect_uri)

    async def tokens_for_refresh(self, refresh_token: str) -> HubTokens:
        """Renew the tokens; the refresh token's own time is renewed by use."""
        return await self._tokens(grant_type="refresh_token", refresh_token=refresh_token)

    async def organization_id(self, access_token: str) -> str:
        """Return the organization of the administrator who consented."""
        return await self._get(access_token, "/people/me", bodies.organization_id)

    async def locations(self, access_token: str) -> list[HubLocation]:
        """Return every location of the organization, in Control Hub's order."""
        pages = self._pages(self._page_request(access_token, "/locations"), bodies.locations)
        return [location async for page in pages for location in page]

    async def location_telephony(self, access_token: str, location_id: str) -> HubLocationTelephony:
        """Return the location's PSTN connection and main number.

        Control Hub answers 404 for a location that has no connection, or no calling at all: None.
        """
        location = _segment(location_id)
        connection_type = await self._get_or_none(
            access_token, f"/telephony/pstn/locations/{location}/connection", bodies.connection_type
        )
        main_number = await self._get_or_none(access_token, LOCATION_PATH + location, bodies.main_number)
        return HubLocationTelephony(connection_type, main_number)

    async def validate_numbers(self, access_token: str, numbers: Sequence[str]) -> list[HubProblem]:
        """Ask Control Hub whether it would take the numbers; return its objections, in no order."""
        request = HubRequest(
            "POST",
            f"{self._base_url}/telephony/config/actions/validateNumbers/invoke",
            Effect.REPEATABLE,
            access_token,
            json={"phoneNumbers": list(numbers)},
        )
        return bodies.understood(await self._send(request), bodies.objections)

    async def add_numbers(
        self,
        access_token: str,
        location_id: str,
        numbers: Sequence[str],
        number_type: HubNumberType,
        usage: HubNumberUsage,
    ) -> None:
        """Add the numbers, active, to the location; see the Protocol for what is raised."""
        body = {
            "phoneNumbers": list(numbers),
            "numberType": number_type.value,
            "numberUsageType": usage.value,
            "state": "ACTIVE",
        }
        await self._send(self._numbers_request("POST", Effect.ONCE, access_token, location_id, body))

    async def remove_numbers(self, access_token: str, location_id: str, numbers: Sequence[str]) -> None:
        """Take the numbers off the location; see the Protocol for what is raised."""
        body = {"phoneNumbers": list(numbers)}
        await self._send(self._numbers_request("DELETE", Effect.ONCE, access_token, location_id, body))

    async def activate_numbers(self, access_token: str, location_id: str, numbers: Sequence[str]) -> None:
        """Switch the numbers to active; see the Protocol for what is raised.

        A write, and repeatable all the same: what is active stays so, and nobody else's number can be hit by it.
        """
        body = {"phoneNumbers": list(numbers), "action": "ACTIVATE"}
        await self._send(self._numbers_request("PUT", Effect.REPEATABLE, access_token, location_id, body))

    async def start_usage_change(
        self, access_token: str, location_id: str, numbers: Sequence[str], usage: HubNumberUsage
    ) -> str:
        """Start a job that gives the numbers that usage and return its id; see the Protocol for what is raised."""
        body = {
            "operation": "NUMBER_USAGE_CHANGE",
            "numberUsageType": usage.value,
            "numberList": [{"locationId": location_id, "numbers": list(numbers)}],
        }
        return await self._start_job(access_token, body)

    async def start_move(self, access_token: str, target_location_id: str, numbers: Mapping[str, Sequence[str]]) -> str:
        """Start a job that moves the numbers and return its id; see the Protocol for what is raised."""
        body = {
            "operation": "MOVE",
            "targetLocationId": target_location_id,
            "numberList": [{"locationId": source, "numbers": list(there)} for source, there in numbers.items()],
        }
        return await self._start_job(access_token, body)

    async def number_job(self, access_token: str, job_id: str) -> HubJob:
        """Look how the job stands; once it has ended, with every number it did not change."""
        path = f"{JOBS_PATH}/{_segment(job_id)}"
        job = await self._get(access_token, path, bodies.job)
        if job.running:
            return job
        pages = self._pages(self._page_request(access_token, f"{path}/errors"), bodies.job_problems)
        found = [problem async for page in pages for problem in page]
        problems = [problem for problem in found if problem is not None]
        return HubJob(running=False, failed=job.failed or None in found, problems=problems)

    async def numbers(self, access_token: str, location_id: str | None) -> AsyncIterator[HubNumber]:
        """Read back every number of the location (None: of the organization), page by page."""
        request = self._page_request(access_token, "/telephony/config/numbers", location_id)
        async for page in self._pages(request, bodies.numbers):
            for number in page:
                if number is not None:
                    yield number

    async def _start_job(self, access_token: str, body: Mapping[str, object]) -> str:
        request = HubRequest("POST", self._base_url + JOBS_PATH, Effect.ONCE, access_token, json=body)
        try:
            return bodies.understood(await self._send(request), bodies.job_id)
        except HubRefused as refusal:
            # The one conflict there is: another job runs (Webex developer documentation, Initiate Number Jobs).
            if refusal.status == httpx.codes.CONFLICT:
                raise HubBusy(refusal.status, refusal.tracking_id) from refusal
            raise

    async def _tokens(self, **grant: str) -> HubTokens:
        identity = {"client_id": self._settings.client_id, "client_secret": self._settings.client_secret}
        url = f"{self._base_url}/access_token"
        request = HubRequest("POST", url, Effect.REPEATABLE, form={**grant, **identity})
        response = granted(await self._exchange.send(request))
        return bodies.understood(response, partial(bodies.tokens, now=self._exchange.clock()))

    async def _get_or_none(self, access_token: str, path: str, read: Callable[[object], Value]) -> Value | None:
        try:
            return await self._get(access_token, path, read)
        except HubRefused as refusal:
            if refusal.status != httpx.codes.NOT_FOUND:
                raise
            return None

    async def _get(self, access_token: str, path: str, read: Callable[[object], Value]) -> Value:
        request = HubRequest("GET", self._base_url + path, Effect.REPEATABLE, access_token)
        return bodies.understood(await self._send(request), read)

    async def _pages(self, request: HubRequest, read: Callable[[object], list[Value]]) -> AsyncIterator[list[Value]]:
        """Yield the pages of a list, until there is no next one or one is empty."""
        url: str | None = request.url
        params = request.params
        while url is not None:
            asked = HubRequest("GET", url, Effect.REPEATABLE, request.access_token, params)
            response = await self._send(asked)
            page = bodies.understood(response, read)
            if not page:
                return
            yield page
            # The next link holds the whole query already.
            url, params = next_url(response), None

    def _page_request(self, access_token: str, path: str, location_id: str | None = None) -> HubRequest:
        params = {"start": "0", "max": str(PAGE_SIZE)}
        if location_id is not None:
            params["locationId"] = location_id
        return HubRequest("GET", self._base_url + path, Effect.REPEATABLE, access_token, params)

    def _numbers_request(
        self, method: str, effect: Effect, access_token: str, location_id: str, body: Mapping[str, object]
    ) -> HubRequest:
        url = f"{self._base_url}{LOCATION_PATH}{_segment(location_id)}/numbers"
        return HubRequest(method, url, effect, access_token, json=body)

    async def _send(self, request: HubRequest) -> httpx.Response:
        return accepted(await self._exchange.send(request))


def _segment(opaque_id: str) -> str:
    """Quote an opaque id so that it is one segment of a path, whatever it holds."""
    return quote(opaque_id, safe="")
