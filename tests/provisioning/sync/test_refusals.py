"""What Control Hub does not take: the number that it is about is refused, the others go."""

from collections.abc import Callable
from typing import Any

from provisioning.desk import Desk
from provisioning.sync.outbound import Outbound
from provisioning.sync.run import sync_service
from store import syncing
from store.vocabulary import NumberStatus, ServiceStatus, SyncState, UploadStatus
from tests.arrange import Hubside, consented, fetch, numbers_of, submitted
from tests.provisioning.administrator import GONE_ASTRAY, put_by_hand

Fresh = Callable[[int], list[str]]


async def test_a_number_at_another_location_is_rejected_with_the_reason(
    desk: Desk, side: Hubside, outbound: Outbound, control_hub: Any, fresh: Fresh
) -> None:
    """The organization has it elsewhere: refused for good, and the others go."""
    dialog, numbers = await consented(desk, side), fresh(3)
    upload = await submitted(desk, dialog, *numbers)
    await put_by_hand(desk, side, control_hub.address, dialog, numbers[:1], "Munich")
    await sync_service(desk, outbound, dialog.service.id)
    found, ended = await numbers_of(desk, dialog.service), await fetch(desk, upload)
    assert (found[numbers[0]].status, found[numbers[0]].sync_state) == (NumberStatus.REJECTED, SyncState.FAILED)
    assert found[numbers[0]].error_code == "IN_OTHER_LOCATION"
    assert [found[e164].sync_state for e164 in numbers[1:]] == [SyncState.SYNCED, SyncState.SYNCED]
    assert (ended.status, ended.added, ended.failed) == (UploadStatus.PARTIAL, 2, 1)


async def test_a_number_of_another_organization_is_rejected_with_control_hubs_own_reason(
    desk: Desk, side: Hubside, outbound: Outbound, control_hub: Any, fresh: Fresh
) -> None:
    """Control Hub says that it is not available; whose it is nobody learns."""
    dialog, other, numbers = await consented(desk, side), await consented(desk, side), fresh(3)
    upload = await submitted(desk, dialog, *numbers)
    await put_by_hand(desk, side, control_hub.address, other, numbers[1:2])
    await sync_service(desk, outbound, dialog.service.id)
    found, ended = await numbers_of(desk, dialog.service), await fetch(desk, upload)
    assert (found[numbers[1]].status, found[numbers[1]].error_code) == (NumberStatus.REJECTED, "8361")
    assert found[numbers[1]].error_message
    assert (ended.status, ended.added, ended.failed) == (UploadStatus.PARTIAL, 2, 1)


async def test_an_upload_of_which_nothing_is_taken_has_failed(
    desk: Desk, side: Hubside, outbound: Outbound, control_hub: Any, fresh: Fresh
) -> None:
    """And the service is not Ready."""
    dialog, other, numbers = await consented(desk, side), await consented(desk, side), fresh(2)
    upload = await submitted(desk, dialog, *numbers)
    await put_by_hand(desk, side, control_hub.address, other, numbers)
    await sync_service(desk, outbound, dialog.service.id)
    assert (await fetch(desk, upload)).status is UploadStatus.FAILED
    assert (await fetch(desk, dialog.service)).status is ServiceStatus.PENDING_PROVISIONING


async def test_a_number_taken_between_validation_and_adding_spoils_only_itself(
    desk: Desk, side: Hubside, outbound: Outbound, control_hub: Any, fresh: Fresh
) -> None:
    """409 for the whole request: each number then goes alone, and the one in use is refused."""
    dialog, other, numbers = await consented(desk, side), await consented(desk, side), fresh(3)
    upload = await submitted(desk, dialog, *numbers)
    await put_by_hand(desk, side, control_hub.address, other, numbers[:1])
    blind = {"status": 200, "body": {"status": "OK", "phoneNumbers": []}}
    await control_hub.fail({"method": "POST", "path_contains": "validateNumbers", **blind})
    await sync_service(desk, outbound, dialog.service.id)
    found, ended = await numbers_of(desk, dialog.service), await fetch(desk, upload)
    assert found[numbers[0]].status is NumberStatus.REJECTED
    assert (ended.status, ended.added, ended.failed) == (UploadStatus.PARTIAL, 2, 1)
    assert await control_hub.held((await fetch(desk, dialog.service)).organization_id) == numbers[1:]


OBJECTION = {"errorType": "INVALID_NUMBER", "errorCode": "8362", "errorMessage": "Number is not valid."}


async def test_an_objection_to_one_number_of_a_request_is_kept_with_that_number(
    desk: Desk, side: Hubside, outbound: Outbound, control_hub: Any, fresh: Fresh
) -> None:
    """A 400 that is a list, and nothing was added: the one is refused, the others are sent again."""
    dialog, numbers = await consented(desk, side), fresh(3)
    upload = await submitted(desk, dialog, *numbers)
    said = [{"errors": [{"number": numbers[2], **OBJECTION}]}]
    await control_hub.fail({**GONE_ASTRAY, "status": 400, "body": said})
    await sync_service(desk, outbound, dialog.service.id)
    refused, ended = (await numbers_of(desk, dialog.service))[numbers[2]], await fetch(desk, upload)
    assert (refused.status, refused.error_code) == (NumberStatus.REJECTED, "8362")
    assert (refused.error_message, refused.error_retryable) == ("Number is not valid.", False)
    assert (refused.error_tracking_id or "").startswith("SIMULATOR_")
    assert (ended.status, ended.added, ended.failed) == (UploadStatus.PARTIAL, 2, 1)
    assert await control_hub.held((await fetch(desk, dialog.service)).organization_id) == numbers[:2]


async def test_what_was_added_beside_a_refused_number_is_not_sent_again(
    desk: Desk, side: Hubside, outbound: Outbound, control_hub: Any, fresh: Fresh
) -> None:
    """The same list after the others had been added: the read-back tells, whatever the answer suggests."""
    dialog, numbers = await consented(desk, side), fresh(3)
    upload = await submitted(desk, dialog, *numbers)
    said = [{"errors": [{"number": "+12129999999", **OBJECTION}]}]
    await control_hub.fail({**GONE_ASTRAY, "status": 400, "body": said, "when": "after"})
    await sync_service(desk, outbound, dialog.service.id)
    story = await control_hub.story((await fetch(desk, dialog.service)).organization_id)
    assert story == [("POST", 400), ("GET", 200)]
    assert (await fetch(desk, upload)).added == 3


async def test_objections_that_validation_gives_as_a_refusal_are_objections(
    desk: Desk, side: Hubside, outbound: Outbound, control_hub: Any, fresh: Fresh
) -> None:
    """A list with 400 in place of states: the number is refused, and the sync goes on."""
    dialog, numbers = await consented(desk, side), fresh(3)
    upload = await submitted(desk, dialog, *numbers)
    said = [{"errors": [{"number": numbers[0], **OBJECTION}]}]
    await control_hub.fail({"path_contains": "validateNumbers", "status": 400, "body": said, "times": 1})
    await sync_service(desk, outbound, dialog.service.id)
    ended = await fetch(desk, upload)
    assert (ended.status, ended.added, ended.failed) == (UploadStatus.PARTIAL, 2, 1)


async def test_a_control_hub_that_refuses_to_validate_does_not_stop_the_sync(
    desk: Desk, side: Hubside, outbound: Outbound, control_hub: Any, fresh: Fresh
) -> None:
    """Its opinion is asked for beforehand; adding tells as well."""
    dialog = await consented(desk, side)
    upload = await submitted(desk, dialog, *fresh(3))
    await control_hub.fail({"path_contains": "validateNumbers", "status": 403})
    await sync_service(desk, outbound, dialog.service.id)
    assert (await fetch(desk, upload)).status is UploadStatus.COMPLETED


async def test_a_refusal_that_is_not_about_the_numbers_leaves_them_to_be_retried(
    desk: Desk, side: Hubside, outbound: Outbound, control_hub: Any, fresh: Fresh
) -> None:
    """403 for the location: they failed, stay the service's, and can be retried."""
    dialog, numbers = await consented(desk, side), fresh(3)
    upload = await submitted(desk, dialog, *numbers)
    await control_hub.fail({**GONE_ASTRAY, "status": 403})
    await sync_service(desk, outbound, dialog.service.id)
    found = (await numbers_of(desk, dialog.service)).values()
    assert {(n.status, n.sync_state, n.error_code, n.error_retryable) for n in found} == {
        (NumberStatus.ACTIVE, SyncState.FAILED, "403", True)
    }
    assert (await fetch(desk, upload)).status is UploadStatus.FAILED


async def test_a_location_that_is_gone_does_not_stop_the_others(
    desk: Desk, side: Hubside, outbound: Outbound, control_hub: Any, fresh: Fresh
) -> None:
    """Control Hub refuses to read back a location with uncertain numbers: these fail, the rest goes."""
    dialog = await consented(desk, side)
    lost = await submitted(desk, dialog, *fresh(2))
    async with desk.begin() as transaction:
        await syncing.claim(transaction, dialog.service.id, SyncState.ADD_PENDING, 2, desk.clock())
    await control_hub.fail({"method": "GET", "path_contains": "/telephony/config/numbers", "status": 404, "times": 1})
    going = await submitted(desk, dialog, *fresh(2))
    await sync_service(desk, outbound, dialog.service.id)
    assert [(await fetch(desk, u)).status for u in (lost, going)] == [UploadStatus.FAILED, UploadStatus.COMPLETED]
