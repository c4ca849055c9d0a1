"""What waits although no job is left that would go on with it."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import text

from provisioning.desk import Desk
from provisioning.left_behind import call_left_behind
from provisioning.sync.outbound import Outbound
from provisioning.sync.run import sync_service
from provisioning.uploads import judge
from store.vocabulary import UploadStatus
from tests.arrange import Hubside, by_hand, consented, fetch, jobs, put, removing, submitted, upload

Fresh = Callable[[int], list[str]]


@pytest.fixture(autouse=True)
async def no_jobs(desk: Desk) -> None:
    """Let every job be done, those of other tests too."""
    await finish(desk)


async def finish(desk: Desk, status: str = "succeeded") -> None:
    """Let every job come to an end."""
    async with desk.begin() as transaction:
        query = text("UPDATE procrastinate_jobs SET status = CAST(:status AS procrastinate_job_status)")
        await transaction.session.execute(query, {"status": status})


async def called(desk: Desk) -> list[str]:
    """Look for what was left behind; return the names of the jobs that were written."""
    before = len(await jobs(desk))
    await call_left_behind(desk)
    return [job[0] for job in (await jobs(desk))[before:]]


async def test_a_sync_whose_job_was_given_up_runs_again(desk: Desk, side: Hubside, fresh: Fresh) -> None:
    """Once: the next look finds the job."""
    dialog = await consented(desk, side)
    await submitted(desk, dialog, *fresh(1))
    with_its_job = await called(desk)
    await finish(desk, "failed")
    assert with_its_job == []
    assert await called(desk) == ["sync_service"]
    assert await called(desk) == []


async def test_a_sync_that_rests_is_left_to_its_rest(
    desk: Desk, side: Hubside, outbound: Outbound, control_hub: Any, fresh: Fresh
) -> None:
    """It has a job: the one that ends the rest."""
    dialog = await consented(desk, side)
    await submitted(desk, dialog, *fresh(1))
    await finish(desk)
    await control_hub.fail({"path_contains": "/numbers", "status": 429, "retry_after": 3600, "times": None})
    await sync_service(desk, outbound, dialog.service.id)
    assert await called(desk) == []


async def test_a_service_with_nothing_to_do_is_left_alone(
    desk: Desk, side: Hubside, outbound: Outbound, fresh: Fresh
) -> None:
    """However its last job ended."""
    dialog = await consented(desk, side)
    await submitted(desk, dialog, *fresh(1))
    await sync_service(desk, outbound, dialog.service.id)
    await finish(desk, "failed")
    assert await called(desk) == []


async def test_an_upload_whose_validation_was_given_up_is_validated(desk: Desk, fresh: Fresh) -> None:
    """It would be VALIDATING for ever."""
    filled = await upload(desk, await by_hand(desk), *fresh(1))
    filled.status = UploadStatus.VALIDATING
    await put(desk, filled)
    assert await called(desk) == ["validate_upload"]
    await judge.finish_validation(desk, filled.id)
    await finish(desk)
    assert (await fetch(desk, filled)).status is UploadStatus.VALIDATED
    assert await called(desk) == []


@pytest.mark.parametrize(("integrated", "job"), [(True, "sync_service"), (False, "finish_removal")])
async def test_a_removal_whose_job_was_given_up_goes_on(
    desk: Desk, side: Hubside, *, integrated: bool, job: str
) -> None:
    """It would be REMOVING for ever."""
    dialog = await (consented(desk, side) if integrated else by_hand(desk))
    await finish(desk)
    await removing(desk, dialog.service)
    assert await called(desk) == [job]
    assert await called(desk) == []
