"""What Schemathesis makes of our schema meets no fault: a short run of `python -m tests.conformance.fuzz`."""

from graphql import OperationType

from tests.conformance.fuzz.run import fuzzed

OPERATIONS = 216
"""Four for each root field, in less than half a minute; `make bench` sends thousands."""

SEED = 6


async def test_whatever_is_asked_is_answered_without_a_fault() -> None:
    """No 5xx, no masked error, no hang, no error without a published code; log and server are sound after it."""
    tally = await fuzzed(OPERATIONS, SEED)

    assert tally.found == [], tally
    assert all(tally.sent[kind] for kind in OperationType)
    # Or else what is sent is refused before it gets anywhere, and nothing is tested.
    assert tally.ran > OPERATIONS / 2
    assert len(tally.done) > 5
