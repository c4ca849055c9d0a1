"""One request to Control Hub and its answer, with the waits between attempts, in the lane of its organization."""

import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

import httpx

from controlhub.errors import HubBusy
from controlhub.lanes import Lane, Lanes
from controlhub.refusals import tracking_id_of
from controlhub.retries import Effect, RetryPolicy
from controlhub.setbacks import RATE_LIMITED, Setback, setback_of_error, setback_of_response

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
    """Sends requests over `http`, each in its lane. `chance` returns a number in [0, 1)."""

    http: httpx.AsyncClient
    lanes: Lanes
    clock: Callable[[], datetime]
    sleep: Callable[[float], Awaitable[None]]
    chance: Callable[[], float]
    policy: RetryPolicy

    async def send(self, request: HubRequest) -> httpx.Response:
        """Send until there is an answer that settles the request, well or badly, and return it.

        Raises HubBusy and HubUnanswered where the policy allows no further attempt. The slot is given back
        while waiting, so that a wait of one request does not stop the others; a 429 stops all of the organization.
        """
        lane, attempt = self.lanes.of(request.access_token), 1
        while isinstance(answer := await self._attempt(lane, request), Setback):
            if not self.policy.allows(answer, request.effect, attempt):
                raise answer.error()
            await self._wait(request, answer, attempt)
            attempt += 1
        return answer

    async def _attempt(self, lane: Lane, request: HubRequest) -> httpx.Response | Setback:
        """Wait for the request's turn and make one attempt. Raises HubBusy where its turn is too far away."""
        while True:
            refusals = lane.pace.refusals
            await self._wait_for_turn(lane)
            async with lane.slots:
                if refusals == lane.pace.refusals:
                    return self._noted(lane, await self._answer(request))

    async def _wait_for_turn(self, lane: Lane) -> None:
        wait_s = lane.pace.turn_s(self.clock().timestamp())
        if wait_s > self.policy.longest_turn_s:
            raise HubBusy(RATE_LIMITED, None, wait_s)
        if wait_s > 0:
            await self.sleep(wait_s)

    async def _answer(self, request: HubRequest) -> httpx.Response | Setback:
        try:
            response = await self._send_once(request)
        except httpx.RequestError as error:
            return setback_of_error(error)
        return setback_of_response(response, tracking_id_of(response), self.clock()) or response

    def _noted(self, lane: Lane, answer: httpx.Response | Setback) -> httpx.Response | Setback:
        """Learn from the answer how fast requests may come."""
        now_s = self.clock().timestamp()
        if isinstance(answer, Setback) and answer.status == RATE_LIMITED:
            wait_s = self.policy.asked_wait_s(answer, 1)
            lane.pace.note_refused(now_s, wait_s * (1 + self.policy.jitter_share * self.chance()))
        else:
            lane.pace.note_passed(now_s)
        return answer

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
        """Wait before the next attempt; after a 429 the lane does, in which the next attempt waits for its turn."""
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
        if setback.status != RATE_LIMITED:
            await self.sleep(wait_s)
