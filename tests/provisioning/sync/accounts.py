"""What must be true once everything has come to rest: of what Control Hub has, of what it was asked, of the counts."""

from collections import Counter
from collections.abc import Iterator
from typing import Any

from sqlmodel import col

from provisioning.desk import Desk
from provisioning.number_types import hub_usage
from store.syncing import OPEN
from store.tables import Number, Upload
from store.vocabulary import NumberStatus, SyncState, SyncTask, UploadStatus
from tests.arrange import Dialog, numbers_of, rows
from tests.provisioning.administrator import hub_id, organization_of

CERTAIN = {201, 400, 409, 423, 429}
"""Answers after which there is no doubt whether numbers were added."""

ENDED = {UploadStatus.COMPLETED, UploadStatus.PARTIAL, UploadStatus.FAILED, UploadStatus.ROLLED_BACK}


async def numbers_that_differ(desk: Desk, control_hub: Any, dialog: Dialog) -> list[str]:
    """Return the numbers that Control Hub does not have as they stand here, or has although nobody here knows."""
    found = await control_hub.http.get(
        f"{control_hub.address}/_numbers", params={"organization": await organization_of(desk, dialog)}
    )
    held = {row["phoneNumber"]: row for row in found.json() if not row["mainNumber"]}
    numbers = await rows(desk, Number, col(Number.acquired_at), col(Number.service_id) == dialog.service.id)
    home, newest = await hub_id(desk, dialog), {number.e164: number for number in numbers}
    differing = [f"{e164} is unknown here" for e164 in held.keys() - newest.keys()]
    return differing + [
        f"{n} but {held.get(n.e164)}" for n in newest.values() if not _agrees(n, held.get(n.e164), home)
    ]


def _agrees(number: Number, there: dict[str, Any] | None, home: str) -> bool:
    if number.was_there or number.sync_state in OPEN:
        return False
    if number.sync_state is SyncState.SYNCED and number.status is NumberStatus.ACTIVE:
        usual = (home, hub_usage(number.type).value, "ACTIVE")
        return there is not None and (there["locationId"], there["numberUsageType"], there["state"]) == usual
    never_came = number.sync_state is SyncState.FAILED and number.task in (SyncTask.ADD, SyncTask.RESTORE)
    return there is None if never_came or number.sync_state is SyncState.REMOVED else True


async def requests_too_many(control_hub: Any, organization: str) -> list[str]:
    """Return what was added twice, or sent again after no clear answer without a look at what is there."""
    found, after = [], 0
    while page := await _log(control_hub, after):
        found += [row for row in page if row["organization"] == organization]
        after = page[-1]["id"]
    return list(_too_many(found))


async def _log(control_hub: Any, after: int) -> list[dict[str, Any]]:
    answer = await control_hub.http.get(f"{control_hub.address}/_log", params={"after": after})
    found: list[dict[str, Any]] = answer.json()["requests"]
    return found


def _too_many(log: list[dict[str, Any]]) -> Iterator[str]:
    there: Counter[str] = Counter()
    doubtful: set[str] = set()
    for row in log:
        kind = (row["method"], row["path"].rsplit("/", 2)[1:])
        if kind == ("GET", ["config", "numbers"]) and row["status"] == 200:
            doubtful.clear()
        if row["method"] == "DELETE" and row["applied"]:
            there.subtract(row["numbers"])
        if row["method"] == "POST" and "/locations/" in row["path"]:
            yield from (f"{e164} was sent blindly" for e164 in row["numbers"] if e164 in doubtful)
            doubtful.update(row["numbers"] if row["status"] not in CERTAIN else ())
            there.update(row["numbers"] if row["applied"] else ())
            yield from (f"{e164} was added twice" for e164 in row["numbers"] if there[e164] > 1)


async def uploads_astray(desk: Desk, dialog: Dialog) -> list[str]:
    """Return the uploads that have not come to an end, or still say that they wait; raise where counts do not add up.

    A number that was restored counts as added, whatever becomes of it.
    """
    uploads = await rows(desk, Upload, col(Upload.id), col(Upload.service_id) == dialog.service.id)
    for upload in uploads:
        assert upload.submitted == upload.added + upload.failed + upload.withdrawn, upload
        assert min(upload.added, upload.failed, upload.withdrawn) >= 0, upload
    return [f"{upload}" for upload in uploads if upload.status not in ENDED or upload.waiting_code]


async def states(desk: Desk, dialog: Dialog) -> set[SyncState]:
    """Return the sync states of the service's numbers."""
    return {number.sync_state for number in (await numbers_of(desk, dialog.service)).values()}
