"""The hand-over list of a Non-Integrated service."""

from schema.ids import decode
from tests.api.downloading import code, column, get, hand_over_path, put, table
from tests.api.journey import Api, Site, block, estate, onboard, started


async def test_the_hand_over_list_says_what_to_add_where(api: Api, behind: str, own: Site) -> None:
    """Location by location, with the usage in Control Hub's words; without what is done or gone."""
    upload, free = await started(api, own), block()
    first = await api.make("locationCreate", service={"id": own.service}, name="Boston", country="US")
    await api.make("locationCreate", service={"id": own.service}, name="Chicago", country="US")
    await put(behind, upload, f"{free}001", f"{free}002")
    await put(behind, upload, f"{free}003", f"{free}003", sync="MANUAL_CONFIRMED")
    await put(behind, upload, f"{free}004", f"{free}004", status="RELEASED")
    terms = {"type": "SERVICE", "cac": 5, "info": "Fax", "location": decode(first)[1]}
    await put(behind, upload, f"{free}005", f"{free}005", **terms)
    path = str(await hand_over_path(api, own.service))

    pending, everything = await table(api, path), await table(api, path, all="true")

    assert [tuple(line.values()) for line in pending] == [
        ("Boston", "US", f"'{free}005", "Service number", "Service", "Fax"),
        ("New York", "US", f"'{free}001", "Standard number", "User", ""),
        ("New York", "US", f"'{free}002", "Standard number", "User", ""),
    ]
    assert column(everything, "Number") == [f"'{free}00{n}" for n in (5, 1, 2, 3)]


async def test_an_integrated_service_has_no_hand_over_list(api: Api) -> None:
    """Its numbers are synced; adding them by hand as well would only collide."""
    service = await onboard(api, await estate(api), mode="INTEGRATED")

    assert await hand_over_path(api, service) is None
    assert code(await get(api, f"/services/{service}/hand-over.csv")) == (409, "NOTHING_TO_HAND_OVER")
