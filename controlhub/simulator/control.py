"""The routes outside /v1: what tests and demonstrations look at and turn.

GET /_log and /_numbers show what was asked and what is held; /_faults is trouble, by rule or at random (see faults and
storm). Of one organization: /_switches how it behaves (switches), /_tokens and /_organizations its consent (authority),
/_numbers and /_locations what its administrator does (administrator, estate).
"""

import sqlite3
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import asdict, dataclass
from typing import Literal, Self

import orjson
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from controlhub.simulator import inventory, journal
from controlhub.simulator.administrator import administrator_routes
from controlhub.simulator.answers import JSON
from controlhub.simulator.authority import authority_routes
from controlhub.simulator.faults import FaultRule, Faults
from controlhub.simulator.gate import Weather
from controlhub.simulator.limiter import Limiter
from controlhub.simulator.storm import storm

LOG_CEILING = 10_000
"""Rows a look at the log returns at most, and where the caller does not say; `after` leads on."""

Endpoint = Callable[[Request], Awaitable[Response]]


class Turn(BaseModel):
    """The body of POST /_faults. What it names is set: `rules` take the place of all rules before.

    `preset` takes their place too: "storm" lets `share` of all requests go wrong, in every way there is (see storm),
    the same ones for the same `seed` and order of requests. `rate_limit_is_silent`: 429 comes without Retry-After.
    """

    model_config = ConfigDict(extra="forbid")

    latency_ms: float = Field(default=0.0, ge=0)
    rate_limit: float | None = Field(default=None, gt=0)
    seed: int = 0
    rate_limit_is_silent: bool = False
    rules: list[FaultRule] = []
    preset: Literal["storm"] | None = None
    share: float = Field(default=0.05, gt=0, le=1)

    @model_validator(mode="after")
    def _is_plain(self) -> Self:
        if self.preset and "rules" in self.model_fields_set:
            raise ValueError("rules and a preset at once")
        if self.preset is None and "share" in self.model_fields_set:
            raise ValueError("a share without a preset")
        return self


@dataclass(frozen=True, slots=True)
class Climate:
    """The weather of the command line, to which DELETE /_faults returns."""

    latency_ms: float = 0.0
    rate_limit: float | None = None


def control_routes(db: sqlite3.Connection, weather: Weather, climate: Climate) -> list[Route]:
    """Return the control routes."""
    return [
        Route("/_log", _log(db)),
        Route("/_numbers", _numbers(db)),
        Route("/_faults", _show_faults(weather), methods=["GET"]),
        Route("/_faults", _set_faults(weather), methods=["POST"]),
        Route("/_faults", _clear_faults(weather, climate), methods=["DELETE"]),
        *authority_routes(db),
        *administrator_routes(db),
    ]


def apply_climate(weather: Weather, climate: Climate) -> None:
    """Let the weather be what the command line says, without faults."""
    weather.latency_s = climate.latency_ms / 1000
    weather.limiter = Limiter(climate.rate_limit)
    weather.faults = Faults()


def _log(db: sqlite3.Connection) -> Endpoint:
    async def look(request: Request) -> Response:
        query = request.query_params
        limit = min(int(query.get("limit", LOG_CEILING)), LOG_CEILING)
        rows = journal.recorded(db, int(query.get("after", 0)), query.get("path_contains", ""), limit)
        return _json({"requests": rows})

    return look


def _numbers(db: sqlite3.Connection) -> Endpoint:
    async def look(request: Request) -> Response:
        return _json(inventory.held_numbers(db, request.query_params.get("organization", "")))

    return look


def _show_faults(weather: Weather) -> Endpoint:
    async def look(_: Request) -> Response:
        return _json(_forecast(weather))

    return look


def _set_faults(weather: Weather) -> Endpoint:
    async def turn(request: Request) -> Response:
        try:
            _change(weather, Turn.model_validate_json(await request.body()))
        except ValidationError as error:
            return _json({"message": str(error)}, 400)
        return _json(_forecast(weather))

    return turn


def _clear_faults(weather: Weather, climate: Climate) -> Endpoint:
    async def clear(_: Request) -> Response:
        apply_climate(weather, climate)
        return _json(_forecast(weather))

    return clear


def _change(weather: Weather, turn: Turn) -> None:
    """Set what the request names; what it does not name stays."""
    named = turn.model_fields_set
    if named & {"rules", "preset", "seed"}:
        rules = storm(turn.share) if turn.preset else turn.rules if "rules" in named else weather.faults.rules
        weather.faults = Faults(rules, turn.seed)
    if "latency_ms" in named:
        weather.latency_s = turn.latency_ms / 1000
    if named & {"rate_limit", "rate_limit_is_silent"}:
        rate = turn.rate_limit if "rate_limit" in named else weather.limiter.rate
        weather.limiter = Limiter(rate, turn.rate_limit_is_silent)


def _forecast(weather: Weather) -> Mapping[str, object]:
    rules = [
        {**asdict(rule), "struck": struck}
        for rule, struck in zip(weather.faults.rules, weather.faults.struck(), strict=True)
    ]
    return {
        "latency_ms": weather.latency_s * 1000,
        "rate_limit": weather.limiter.rate,
        "rate_limit_is_silent": weather.limiter.is_silent,
        "seed": weather.faults.seed,
        "rules": rules,
    }


def _json(body: object, status: int = 200) -> Response:
    return Response(orjson.dumps(body), status, media_type=JSON)
