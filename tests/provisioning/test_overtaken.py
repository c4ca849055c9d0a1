"""What a removal overtakes: a use case that waits for a service which is gone when its turn comes."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

import pytest

from provisioning.choosing import Chosen
from provisioning.desk import Desk
from provisioning.locations import attach, detach
from provisioning.reconciliation.acceptance import Acceptance, accept
from provisioning.reconciliation.choice import Chosen as Drifts
from provisioning.releases import release
from provisioning.routing import delete_sip_connection
from provisioning.uploads.after import roll_back
from provisioning.uploads.submit import submit
from store import removing
from store.lookup import Name
from store.tables import Service
from store.vocabulary import DriftKind
from tests.arrange import Dialog, blocked, by_hand, refused, upload

Waiting = Callable[[Desk, Dialog, UUID], Awaitable[Any]]

WAITING: dict[str, tuple[str, Waiting]] = {
    "deleting a connection": (
        "sipConnectionId",
        lambda desk, dialog, _: delete_sip_connection(desk, dialog.connection.id),
    ),
    "submitting": ("upload", lambda desk, _, upload: submit(desk, Name(id=upload, path=("upload",)))),
    "rolling back": ("upload", lambda desk, _, upload: roll_back(desk, Name(id=upload, path=("upload",)))),
    "detaching": ("location", lambda desk, dialog, _: detach(desk, Name(id=dialog.location.id, path=("location",)))),
    "attaching": ("location", lambda desk, dialog, _: attach(desk, Name(id=dialog.location.id, path=("location",)))),
    "releasing": ("numbers", lambda desk, _, upload: release(desk, Chosen(upload=Name(id=upload, path=("numbers",))))),
    "accepting drifts": (
        "service",
        lambda desk, dialog, _: accept(
            desk, Acceptance(Drifts(Name(id=dialog.service.id, path=("service",)), kind=DriftKind.UNKNOWN_HERE))
        ),
    ),
}


@pytest.mark.parametrize(("path", "waiting"), WAITING.values(), ids=WAITING)
async def test_what_a_removal_overtakes_is_refused_where_it_was_named(desk: Desk, path: str, waiting: Waiting) -> None:
    """The form that named the connection or the upload can show it there."""
    dialog = await by_hand(desk)
    filled = await upload(desk, dialog, "+12125550100")
    async with desk.begin() as transaction:
        service = await transaction.session.get_one(Service, dialog.service.id)
        await removing.hold(transaction, service)
        attempt = asyncio.create_task(waiting(desk, dialog, filled.id))
        await blocked(desk)
        await removing.delete_some(transaction, service.id, 10)
        await removing.delete(transaction, service)

    assert await refused(desk, attempt) == [("NOT_FOUND", (path,))]
