"""Uploads: what is told of them, and listed."""

from provisioning.desk import Desk
from provisioning.uploads.start import start
from store import uploads
from store.lookup import Name, one
from store.paging import Window
from store.tables import Tenant
from store.uploads import UploadFilter
from store.vocabulary import UploadStatus
from tests.arrange import (
    by_hand,
    counts_told,
    header,
    imported,
    judged,
    provider,
    scope_of,
    seen_by,
    upload,
)

SENT = {"submitted": 0, "added": 0, "failed": 0, "withdrawn": 0}


async def test_counts_are_told_by_name(desk: Desk) -> None:
    """Subscribers get all of them at once."""
    filled = await upload(desk, await by_hand(desk), "+12125550100", "nonsense")
    filled = await imported(desk, filled, "+14165550100\n")
    assert uploads.counts(filled) == {"rows": 1, "total": 3, "valid": 2, "invalid": 1, "warnings": 1, **SENT}


async def test_progress_is_told_without_touching_the_upload(desk: Desk) -> None:
    """Counts on their way are no counts yet."""
    made = await upload(desk, await by_hand(desk))
    async with desk.begin() as transaction:
        uploads.announce_progress(transaction, made, {"total": 7}, desk.clock())
        uploads.announce_counts(transaction, made, desk.clock())
    assert await counts_told(desk, made) == [7, 0]


async def test_an_upload_comes_with_the_place_of_the_newest_event(desk: Desk) -> None:
    """So that a subscriber misses nothing; None where it is not in sight."""
    made = await judged(desk, await by_hand(desk), "+12125550100")
    stranger = seen_by(desk, scope_of(await provider(desk, "Stranger")))
    async with desk.read() as reading:
        found = await uploads.with_event_head(reading, made.id)
    async with stranger.read() as reading:
        assert await uploads.with_event_head(reading, made.id) is None
    assert found is not None
    assert (found[0].status, found[1] > 0) == (UploadStatus.VALIDATED, True)


async def test_uploads_are_listed_newest_first_by_service_status_and_tenant(desk: Desk) -> None:
    """Each filter alone."""
    one_dialog, other_dialog = await by_hand(desk), await by_hand(desk)
    draft = await start(desk, header(one_dialog))
    ready = await judged(desk, one_dialog, "+12125550100")
    other = await start(desk, header(other_dialog))
    async with desk.read() as reading:
        tenant = await one(reading, Tenant, Name(id=other.provider_id))
        for wanted, expected in (
            (UploadFilter(), [other, ready, draft]),
            (UploadFilter(service_id=one_dialog.service.id), [ready, draft]),
            (UploadFilter(statuses=[UploadStatus.DRAFT]), [other, draft]),
            (UploadFilter(below=tenant), [other]),
        ):
            page = await uploads.listing(reading, wanted, uploads.BY_CREATION, Window(10))
            assert [row[0].id for row in page.rows] == [upload.id for upload in expected]
            assert await uploads.total(reading, wanted) == len(expected)
