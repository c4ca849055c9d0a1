"""`python -m controlhub.simulator`: the simulator as a process of its own."""

from argparse import ArgumentParser, Namespace
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from controlhub.simulator.app import SimulatorSettings, simulator_app
from controlhub.simulator.control import Climate
from controlhub.simulator.serving import serve
from controlhub.simulator.storage import open_storage
from controlhub.simulator.tokens import Integration


def main() -> None:
    """Serve as the command line says."""
    options = _parser().parse_args()
    with closing(open_storage(options.state)) as db:
        serve(simulator_app(db, lambda: datetime.now(UTC), _settings(options)), options.host, options.port)


def _settings(options: Namespace) -> SimulatorSettings:
    return SimulatorSettings(
        integration=Integration(options.client_id, options.client_secret),
        climate=Climate(options.latency_ms, options.rate_limit),
        public_url=options.public_url.rstrip("/") if options.public_url else None,
    )


def _parser() -> ArgumentParser:
    parser = ArgumentParser("python -m controlhub.simulator", description="Simulates Webex Control Hub under /v1.")
    add = parser.add_argument
    add("--host", default="127.0.0.1", help="address to listen at (default: this machine only)")
    add("--port", type=int, default=8901, help="port to listen at; 0 takes a free one (default: 8901)")
    add("--state", type=Path, required=True, help="SQLite file that keeps the state between runs")
    add("--latency-ms", type=float, default=0.0, help="wait before every answer")
    add("--rate-limit", type=float, help="requests a second of an organization before 429 (default: no limit)")
    add("--public-url", help="address that callers know the simulator by, for links between pages")
    add("--client-id", default="numberline", help="the integration's client id (default: numberline)")
    add("--client-secret", default="simulated-secret", help="its client secret (default: simulated-secret)")
    return parser


if __name__ == "__main__":
    main()
