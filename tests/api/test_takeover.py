"""Workers that stand in for each other: the one that holds the job is killed, and the other goes on."""

from pathlib import Path

from api.demo.consenting import numbers_in_control_hub
from tests.api.takeover import taken_over
from tests.crash.evidence import slips


async def test_another_worker_goes_on_where_one_was_killed(short_folder: Path) -> None:
    """Everything arrives, once, and nothing is sent again without a look."""
    async with taken_over(short_folder / "takeover", 300) as seen:
        held = await numbers_in_control_hub(seen.control_hub, seen.organization)

    assert 0 < seen.before < 300
    assert seen.status == "COMPLETED"
    assert held == seen.submitted
    assert slips(seen.log, seen.submitted) == []
