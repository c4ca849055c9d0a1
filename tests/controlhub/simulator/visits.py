"""A request as the simulator's parts see it."""

from datetime import UTC, datetime

from controlhub.simulator.visit import Visit

VISIT = Visit(
    db=None,
    now=datetime(2026, 3, 1, tzinfo=UTC),
    base_url="http://simulator",
    method="POST",
    path="/v1/telephony/config/locations/x/numbers",
    segments={},
    query={},
    body=b'{"phoneNumbers":["+12125550100"]}',
    organization=None,
    numbers=["+12125550100"],
    tracking_id="T",
)
