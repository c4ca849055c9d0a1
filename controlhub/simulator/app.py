"""The simulator's ASGI app: its parts built and joined."""

import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from starlette.applications import Starlette
from starlette.routing import Route

from controlhub.simulator.access import (
    CONFIG_READ,
    CONFIG_WRITE,
    LOCATIONS_READ,
    PEOPLE_READ,
    PSTN_READ,
    for_organization,
)
from controlhub.simulator.answers import Answer, error_answer
from controlhub.simulator.consent import consent_decision, consent_page
from controlhub.simulator.control import Climate, control_routes
from controlhub.simulator.gate import Gate, Weather
from controlhub.simulator.inventory import list_numbers
from controlhub.simulator.jobs import job_errors, job_status, start_job
from controlhub.simulator.limiter import Limiter
from controlhub.simulator.locations import list_locations, location_connection, location_telephony, person_me
from controlhub.simulator.numbers import add_numbers, remove_numbers, switch_numbers
from controlhub.simulator.tokens import Integration, access_token
from controlhub.simulator.validation import validate_numbers
from controlhub.simulator.visit import Handler, Visit

LOCATION = "/v1/telephony/config/locations/{location}"
CONNECTION = "/v1/telephony/pstn/locations/{location}/connection"
VALIDATE = "/v1/telephony/config/actions/validateNumbers/invoke"
JOBS = "/v1/telephony/config/jobs/numbers/manageNumbers"
ANY_METHOD = ["GET", "POST", "PUT", "PATCH", "DELETE"]


@dataclass(frozen=True, slots=True)
class SimulatorSettings:
    """How the simulator presents itself. `public_url` is without a path; None means the address it is asked at."""

    integration: Integration
    climate: Climate
    public_url: str | None = None


def simulator_app(db: sqlite3.Connection, clock: Callable[[], datetime], settings: SimulatorSettings) -> Starlette:
    """Build the app over an open state file."""
    climate = settings.climate
    weather = Weather(climate.latency_ms / 1000, Limiter(climate.rate_limit))
    gate = Gate(db, clock, weather, settings.public_url)
    return Starlette(routes=control_routes(db, weather, climate) + _webex_routes(gate, settings.integration))


def _webex_routes(gate: Gate, integration: Integration) -> list[Route]:
    def route(method: str, path: str, handler: Handler) -> Route:
        return Route(path, gate.endpoint(handler), methods=[method])

    return [
        route("GET", "/v1/authorize", consent_page(integration.client_id)),
        route("POST", "/v1/authorize", consent_decision(integration.client_id)),
        route("POST", "/v1/access_token", access_token(integration)),
        route("GET", "/v1/people/me", for_organization(PEOPLE_READ, person_me)),
        route("GET", "/v1/locations", for_organization(LOCATIONS_READ, list_locations)),
        route("GET", "/v1/telephony/config/numbers", for_organization(CONFIG_READ, list_numbers)),
        route("GET", LOCATION, for_organization(CONFIG_READ, location_telephony)),
        route("GET", CONNECTION, for_organization(PSTN_READ, location_connection)),
        route("POST", f"{LOCATION}/numbers", for_organization(CONFIG_WRITE, add_numbers)),
        route("DELETE", f"{LOCATION}/numbers", for_organization(CONFIG_WRITE, remove_numbers)),
        route("PUT", f"{LOCATION}/numbers", for_organization(CONFIG_WRITE, switch_numbers)),
        route("POST", VALIDATE, for_organization(CONFIG_WRITE, validate_numbers)),
        route("POST", JOBS, for_organization(CONFIG_WRITE, start_job)),
        route("GET", f"{JOBS}/{{job}}", for_organization(CONFIG_READ, job_status)),
        route("GET", f"{JOBS}/{{job}}/errors", for_organization(CONFIG_READ, job_errors)),
        Route("/v1/{rest:path}", gate.endpoint(_not_found), methods=ANY_METHOD),
    ]


def _not_found(visit: Visit) -> Answer:
    return error_answer(404, visit.tracking_id, "The requested resource could not be found.")
