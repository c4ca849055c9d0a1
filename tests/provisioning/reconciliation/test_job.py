"""Asking for a reconciliation, and the one of every day."""

from provisioning.consent import give_up
from provisioning.desk import Desk
from provisioning.reconciliation.job import call_reconciliations, request_reconciliation
from store.lookup import Name
from store.vocabulary import ServiceMode
from tests.arrange import Hubside, by_hand, consented, customer, jobs, provider, refused, removing, service


async def test_a_reconciliation_takes_its_turn_in_the_organization(desk: Desk, side: Hubside) -> None:
    """With the syncs of all its services."""
    dialog = await consented(desk, side)
    await request_reconciliation(desk, Name(id=dialog.service.id))
    asked = [(name, lock) for name, lock, _ in await jobs(desk) if name == "reconcile_service"]
    assert asked == [("reconcile_service", f"organization:{dialog.service.organization_id}")]


async def test_what_cannot_be_compared_is_refused(desk: Desk, side: Hubside) -> None:
    """Nobody should wait for it."""
    waiting = await service(desk, await customer(desk, await provider(desk)), ServiceMode.INTEGRATED)
    plain, left, going = (await by_hand(desk)).service, await consented(desk, side), await consented(desk, side)
    await give_up(desk, Name(id=left.service.id))
    await removing(desk, going.service)

    codes = [
        await refused(desk, request_reconciliation(desk, Name(id=one.id, path=("service",))))
        for one in (waiting, plain, left.service, going.service)
    ]

    assert codes == [
        [(code, ("service",))]
        for code in ("CONSENT_MISSING", "INTEGRATED_ONLY", "CONSENT_WITHDRAWN", "SERVICE_REMOVING")
    ]


async def test_every_service_whose_consent_is_in_force_is_reconciled_daily(desk: Desk, side: Hubside) -> None:
    """And no other."""
    kept, left, going = [await consented(desk, side) for _ in range(3)]
    await by_hand(desk)
    await give_up(desk, Name(id=left.service.id))
    await removing(desk, going.service)

    await call_reconciliations(desk)

    called = [lock for name, lock, _ in await jobs(desk) if name == "reconcile_service"]
    assert called == [f"organization:{kept.service.organization_id}"]
