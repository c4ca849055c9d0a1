"""The way of every request under /v1: latency, limit, faults, handler, log, answer."""

import asyncio
import sqlite3
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from uuid import uuid4

from starlette.requests import Request
from starlette.responses import Response

from controlhub.simulator import journal
from controlhub.simulator.answers import Answer, Refused, error_answer
from controlhub.simulator.faults import FaultRule, Faults, When
from controlhub.simulator.grants import access_of
from controlhub.simulator.limiter import Limiter
from controlhub.simulator.storage import transaction
from controlhub.simulator.visit import Handler, Visit, numbers_in

Endpoint = Callable[[Request], Awaitable[Response]]


@dataclass(slots=True)
class Weather:
    """What the control routes change while the simulator runs."""

    latency_s: float
    limiter: Limiter
    faults: Faults = field(default_factory=Faults)


@dataclass(frozen=True, slots=True)
class Gate:
    """Leads requests to their handlers. `public_url` is the address callers know us by, None to take theirs."""

    db: sqlite3.Connection
    clock: Callable[[], datetime]
    weather: Weather
    public_url: str | None

    def endpoint(self, handler: Handler) -> Endpoint:
        """Return the endpoint of a route that the handler answers."""

        async def serve(request: Request) -> Response:
            visit = self._visit(request, await request.body())
            return await self._serve(request, visit, handler)

        return serve

    async def _serve(self, request: Request, visit: Visit, handler: Handler) -> Response:
        wait_s = self.weather.limiter.wait_s(visit.organization, visit.now.timestamp())
        fault = None if wait_s else self.weather.faults.strike(visit)
        await self._hold_up(fault, When.BEFORE, self.weather.latency_s)
        answer = self._settle(visit, self._too_many(wait_s) if wait_s else handler, fault)
        await self._hold_up(fault, When.AFTER, 0.0)
        if fault and fault.drop:
            await _drop(request)
        return Response(answer.content, answer.status, {"trackingid": visit.tracking_id, **answer.headers})

    async def _hold_up(self, fault: FaultRule | None, when: When, latency_s: float) -> None:
        hang_s = fault.hang_s if fault and fault.when is when else 0.0
        if latency_s or hang_s:
            await asyncio.sleep(latency_s + hang_s)

    def _visit(self, request: Request, body: bytes) -> Visit:
        now, token = self.clock(), request.headers.get("authorization", "").removeprefix("Bearer ")
        access = access_of(self.db, now, token)
        return Visit(
            db=self.db,
            now=now,
            base_url=self.public_url or f"{request.url.scheme}://{request.url.netloc}",
            method=request.method,
            path=request.url.path,
            segments=request.path_params,
            query=request.query_params,
            body=body,
            organization=access.organization if access else None,
            scope=access.scope if access else None,
            numbers=numbers_in(body),
            tracking_id=f"SIMULATOR_{uuid4()}",
        )

    def _settle(self, visit: Visit, handler: Handler, fault: FaultRule | None) -> Answer:
        """Do what is asked and write it to the log, in one transaction; return what to answer."""
        with transaction(visit.db):
            answer = self._decide(visit, handler, fault)
            journal.record(visit, None if fault and fault.drop else answer.status, applied=answer.applied)
        return answer

    def _decide(self, visit: Visit, handler: Handler, fault: FaultRule | None) -> Answer:
        if fault is None or not fault.is_replacing:
            return _handled(visit, handler)
        if fault.when is When.BEFORE:
            return fault.answer(visit)
        truth = _handled(visit, handler)
        if not fault.concerns(truth):
            self.weather.faults.take_back(fault)
            return truth
        return replace(fault.answer(visit), applied=truth.applied)

    def _too_many(self, wait_s: int) -> Handler:
        def answer(visit: Visit) -> Answer:
            refusal = error_answer(429, visit.tracking_id)
            told = {} if self.weather.limiter.is_silent else {"retry-after": str(wait_s)}
            return replace(refusal, headers={**refusal.headers, **told})

        return answer


def _handled(visit: Visit, handler: Handler) -> Answer:
    try:
        return handler(visit)
    except Refused as refused:
        return refused.answer


async def _drop(request: Request) -> None:
    """Close the connection under the caller, without an answer."""
    request.state.drop()
    # The server learns of the loss in the next turn of the loop; what is answered after that goes nowhere.
    await asyncio.sleep(0)
