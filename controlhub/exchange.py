"""One request to Control Hub and its answer, with the waits between attempts and a limit on how many run at once."""

import logging
from asyncio import Semaphore
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

import httpx

from controlhub.refusals import tracking_id_of
from controlhub.retries import Effect, RetryPolicy
from controlhub.setbacks import Setback, setback_of_error, setback_of_response

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class HubRequest:
    """What to send. What holds tokens, secrets or numbers stays out of its repr."""

    method: str
    url: str
    effect: Effect
    access_token: str | None = field(default=None, repr=False)
    params: Mapping[str, str] | None = None
    json: Mapping[str, object] | None = field(default=None, repr=False)
    form: Mapping[str, str] | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Exchange:
    """Sends requests over `http`. `slots` bounds those in flight; `chance` returns a number in [0, 1)."""

    http: httpx.AsyncClient
    slots: Semaphore
    clock: Callable[[], datetime]
    sleep: Callable[[float], Awaitable[None]]
    chance: Callable[[], float]
    policy: RetryPolicy

    async def send(self, request: HubRequest) -> httpx.Response:
        """Send until there is an answer that settles the request, well or badly, and return it.

        Raises HubBusy and HubUnanswered where the policy allows no further attempt. The slot is given back
        while waiting, so that a wait of one request does not stop the others.
        """
        attempt = 1
        while isinstance(answer := await self._attempt(request), Setback):
            if not self.policy.allows(answer, request.effect, attempt):
                raise answer.error()
            await self._wait(request, answer, attempt)
            attempt += 1
        return answer

    async def _attempt(self, request: HubRequest) -> httpx.Response | Setback:
        async with self.slots:
            try:
                response = await self._send_once(request)
            except httpx.RequestError as error:
                return setback_of_error(error)
        return setback_of_response(response, tracking_id_of(response), self.clock()) or response

    async def _send_once(self, request: HubRequest) -> httpx.Response:
        headers = {"Authorization": f"Bearer {request.access_token}"} if request.access_token else {}
        return await self.http.request(
            request.method,
            request.url,
            params=request.params,
            json=request.json,
            data=request.form,
            headers=headers,
        )

    async def _wait(self, request: HubRequest, setback: Setback, attempt: int) -> None:
        wait_s = self.policy.wait_s(setback, attempt, self.chance())
        logger.warning(
            "%s %s: %s (tracking id %s), attempt %d, next in %.1f s",
            request.method,
            httpx.URL(request.url).path,
            setback.reason,
            setback.tracking_id,
            attempt,
            wait_s,
        )
        await self.sleep(wait_s)
