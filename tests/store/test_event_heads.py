"""What a subscription begins with: the present, and the newest event of the same instant."""

from provisioning.desk import Desk
from provisioning.uploads.submit import submit
from store import services, uploads
from store.lookup import Name, one
from store.tables import Service, Upload
from store.vocabulary import ServiceStatus, UploadStatus
from tests.arrange import by_hand, submitted, upload


async def test_an_upload_is_as_new_as_the_event_that_comes_with_it(desk: Desk) -> None:
    """Though it was read before in the same session: or its end would never be told."""
    dialog = await by_hand(desk)
    made = await upload(desk, dialog, "+12125550100")
    async with desk.read() as reading:
        before = await one(reading, Upload, Name(id=made.id))
        await submit(desk, Name(id=made.id))
        present = await uploads.with_event_head(reading, made.id)
    assert present is not None
    assert before.id == made.id
    assert present[0].status is UploadStatus.COMPLETED


async def test_a_service_is_as_new_as_the_event_that_comes_with_it(desk: Desk) -> None:
    """Likewise."""
    dialog = await by_hand(desk)
    async with desk.read() as reading:
        before = await one(reading, Service, Name(id=dialog.service.id))
        await submitted(desk, dialog, "+12125550100")
        ((row, _, _),), _ = await services.with_event_head(reading, [dialog.service.id])
    assert (before.id, row.status) == (dialog.service.id, ServiceStatus.READY)
