"""Following services and uploads: how many messages come, and what a follower costs."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

from provisioning.desk import Desk
from provisioning.uploads.submit import submit
from schema.ids import encode
from store import uploads
from store.lookup import Name, one
from store.tables import Upload
from tests.arrange import by_hand, upload
from tests.schema.subscriptions.conftest import Following

STATUS = "subscription($by: [ServiceBy!]!) { serviceStatusChanged(services: $by) { status service { name } } }"
PROGRESS = "subscription($by: UploadBy!) { uploadProgressed(upload: $by) { status counts { added } upload { id } } }"

AN_HOUR = 3_600.0
"""A rest that no test waits for."""

MANY = 40
"""Followers, twenty for each connection of the pool and its reserve."""


async def add_up(desk: Desk, of: Upload, *counts: int) -> None:
    """Let the counts of an upload move so often, each time in a transaction of its own."""
    for added in counts:
        async with desk.begin() as transaction:
            row = await one(transaction, Upload, Name(id=of.id), lock=True)
            row.added = added
            transaction.session.add(row)
            uploads.announce_counts(transaction, row, datetime.now(UTC))


async def upcoming(told: AsyncIterator[dict[str, Any]]) -> tuple[str, int]:
    """Return the status and count that come next."""
    async with asyncio.timeout(20):
        step = await anext(told)
    return step["status"], step["counts"]["added"]


async def test_of_a_thousand_counts_a_follower_gets_few(desk: Desk, following: Following) -> None:
    """The first at once, the others together after a rest, which a status ends."""
    made = await upload(desk, await by_hand(desk), "+12125550100")
    async with following(AN_HOUR) as follow:
        told = follow(PROGRESS, by={"id": encode("Upload", made.id)})
        present = await upcoming(told)
        await add_up(desk, made, 1)
        first = await upcoming(told)
        rest = asyncio.create_task(upcoming(told))
        await add_up(desk, made, *range(2, 50))
        await submit(desk, Name(id=made.id))
        later = [await rest]
        while later[-1][0] != "COMPLETED":
            later.append(await upcoming(told))
    assert (present, first) == (("DRAFT", 0), ("DRAFT", 1))
    assert [status for status, _ in later] == ["SUBMITTED", "COMPLETED"]


async def test_the_last_counts_come_though_nothing_follows_them(desk: Desk, following: Following) -> None:
    """When the rest is over."""
    made = await upload(desk, await by_hand(desk), "+12125550100")
    async with following(0.1) as follow:
        told = follow(PROGRESS, by={"id": encode("Upload", made.id)})
        steps = [await upcoming(told)]
        moving = asyncio.create_task(add_up(desk, made, *range(1, 50)))
        while steps[-1] != ("DRAFT", 49):
            steps.append(await upcoming(told))
        await moving
    assert steps == sorted(steps)


async def test_who_waits_holds_no_connection(desk: Desk, following: Following) -> None:
    """Many followers live on a pool of one, and each hears what happens."""
    dialog = await by_hand(desk)
    made = await upload(desk, dialog, "+12125550100")
    service, by = [{"id": encode("Service", dialog.service.id)}], {"id": encode("Upload", made.id)}
    async with following(0) as follow, asyncio.timeout(60):
        services = [follow(STATUS, by=service) for _ in range(MANY // 2)]
        steps = [follow(PROGRESS, by=by) for _ in range(MANY // 2)]
        present = [(await anext(told))["status"] for told in [*services, *steps]]
        waiting = [asyncio.create_task(anext(told)) for told in [*services, *steps]]
        await submit(desk, Name(id=made.id))
        heard = [(await told)["status"] for told in waiting]
    half = MANY // 2
    assert present == ["PENDING_PROVISIONING"] * half + ["DRAFT"] * half
    assert heard == ["READY"] * half + ["SUBMITTED"] * half
