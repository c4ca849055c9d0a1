"""The export of numbers."""

import csv
import io
from uuid import UUID

import pytest

from provisioning.files.columns import Column
from provisioning.files.reading import FileLimits, read_rows
from provisioning.files.writing import text_of
from provisioning.numbering.e164 import decode as decoded
from schema.ids import encode
from tests.api.downloading import code, column, get, hand_over_path, lines, put, table
from tests.api.journey import Api, Site, block, connected, estate, onboard, started


async def test_a_line_of_the_export_has_what_the_page_shows(api: Api, behind: str, own: Site) -> None:
    """Numbers Management: the number and its terms, where it stands, and whose it is."""
    number = f"{block()}001"
    await put(behind, await started(api, own), number, number, type="CONTACT_CENTER", cac=3, info="Agents")
    name = own.estate.name
    service = (await api.query("query($s: ServiceBy!) { service(by: $s) { name } }", s={"id": own.service}))["service"]

    assert await table(api, "/numbers.csv", service=own.service) == [
        {
            "Number": f"'{number}",
            "Range End": "",
            "Number Type": "Contact Center",
            "Webex Phone Type": "",
            "CAC Value": "3",
            "Service Info": "Agents",
            "Status": "ACTIVE",
            "Sync State": "MANUAL_PENDING",
            "Problem": "",
            "Location": "New York",
            "Country": "US",
            "SIP Connection": "pstn",
            "Calling Profile": f"Profile {name}",
            "Service": service["name"],
            "Customer": f"Customer {name}",
            "Channel": f"Channel {name}",
            "Source": "FILE",
            "Acquired At": "2026-11-01T12:00:00Z",
        }
    ]


async def test_an_export_gives_the_same_numbers_when_imported(api: Api, behind: str, own: Site) -> None:
    """Row by row: number, type, CAC value and service info, formulas and quotes and line ends included."""
    upload, free = await started(api, own), block()
    terms = [
        ("USER", 2, None),
        ("SERVICE", 7, "=HYPERLINK(1)"),
        ("CONTACT_CENTER", None, "+49"),
        ("SERVICE", 1, "-2"),
        ("SERVICE", 1, "@a"),
        ("SERVICE", 1, "'tis"),
        ("SERVICE", 1, " =x "),
        ("SERVICE", 1, 'a "b", c;\r\nd\ne\tf'),
        ("SERVICE", 1, '="x"'),
        ("USER", 2, "Caf\u00e9"),
    ]
    for number, (kind, cac, info) in enumerate(terms):
        await put(behind, upload, f"{free}00{number}", f"{free}00{number}", type=kind, cac=cac, info=info)

    content = (await get(api, "/numbers.csv", upload=upload)).content
    found = list(read_rows(io.BytesIO(content), FileLimits()))

    assert [(decoded(row.raw_first), row.raw_last) for row in found] == [(f"{free}00{n}", None) for n in range(10)]
    names = {"User": "USER", "Service": "SERVICE", "Contact Center": "CONTACT_CENTER"}
    assert [
        (
            names[row.overrides[Column.NUMBER_TYPE]],
            int(row.overrides[Column.CAC]) if Column.CAC in row.overrides else None,
            text_of(row.overrides[Column.SERVICE_INFO]) if Column.SERVICE_INFO in row.overrides else None,
        )
        for row in found
    ] == terms


async def test_no_cell_of_an_export_is_a_formula(api: Api, behind: str) -> None:
    """Whoever chose the text: a service info, a service's name, a location's, a connection's, a customer's."""
    owner = await estate(api)
    service = await onboard(api, owner, name="=1+1")
    location = await api.make("locationCreate", service={"id": service}, name="@home", country="US")
    await api.make("locationAttach", location={"id": location})
    site = Site(owner, service, location, await connected(api, service, owner.profile, "-trunk"))
    number = f"{block()}001"
    await put(behind, await started(api, site), number, number, info="\t=cmd|' /C calc'!A0")

    files = [await get(api, "/numbers.csv", service=service), await get(api, str(await hand_over_path(api, service)))]

    cells = [cell for answer in files for line in lines(answer) for cell in line.values()]
    assert [cell for cell in cells if cell[:1] in tuple("=+-@\t\r")] == []
    assert {"'=1+1", "'@home", "'-trunk", "'\t=cmd|' /C calc'!A0"} < set(cells)


async def test_an_export_is_narrowed_like_the_list(api: Api, behind: str, own: Site) -> None:
    """By parameters named like the fields of the filter, all of it together."""
    upload, other, free = await started(api, own), await started(api, own), block()
    await put(behind, upload, f"{free}010", f"{free}012", type="SERVICE", status="COOLING", sync="SYNCED")
    await put(behind, other, f"{free}100", f"{free}100")
    ours, both = [f"'{free}01{n}" for n in range(3)], [*(f"'{free}01{n}" for n in range(3)), f"'{free}100"]

    async def numbers(**query: str) -> list[str]:
        return column(await table(api, "/numbers.csv", **query), "Number")

    for query in (
        {"upload": upload},
        {"startsWith": f"{free}01"},
        {"startsWith": f"{free[1:]}01"},
        {"service": own.service, "type": "SERVICE"},
        {"service": own.service, "status": "COOLING"},
        {"service": own.service, "syncState": "SYNCED"},
    ):
        assert await numbers(**query) == ours, query
    for query in (
        {"service": own.service},
        {"customer": own.estate.customer, "source": "FILE"},
        {"location": own.location},
        {"tenant": own.estate.provider},
    ):
        assert await numbers(**query) == both, query
    assert await numbers(upload=upload, source="ENTRY") == []
    assert await numbers(upload=upload, assigned="true") == []
    several = await get(api, f"/numbers.csv?service={own.service}&status=COOLING&status=ACTIVE")
    assert column(lines(several), "Number") == both


@pytest.mark.parametrize(
    ("query", "refused"),
    [
        ("state=ACTIVE", "PARAMETER_UNKNOWN"),
        ("sync_state=SYNCED", "PARAMETER_UNKNOWN"),
        ("status=active", "PARAMETER_INVALID"),
        ("status=ACTIVE&status=cooling", "PARAMETER_INVALID"),
        ("status=", "PARAMETER_INVALID"),
        ("assigned=yes", "PARAMETER_INVALID"),
        ("service=", "PARAMETER_INVALID"),
        ("service=garbage", "PARAMETER_INVALID"),
        (f"service={encode('Upload', UUID(int=1))}", "PARAMETER_INVALID"),
        (f"tenant={encode('Tenant', UUID(int=1))}", "PARAMETER_INVALID"),
        ("startsWith=%00", "TEXT_INVALID"),
    ],
)
async def test_a_parameter_that_cannot_be_meant_is_refused(api: Api, query: str, refused: str) -> None:
    """To overlook it would give somebody every number there is."""
    assert code(await get(api, f"/numbers.csv?{query}")) == (400, refused)


async def test_thirty_thousand_numbers_are_streamed(api: Api, behind: str, own: Site) -> None:
    """In pieces, ascending, each once: two numbers that are equal, one of them released, both."""
    upload = await started(api, own)
    await put(behind, upload, "+19175000000", "+19175029999", sync="MANUAL_CONFIRMED")
    await put(behind, upload, "+19175001999", "+19175001999", status="RELEASED")
    url, pieces = f"{api.address}/numbers.csv", []

    async with api.http.stream("GET", url, params={"service": own.service}, headers=api.headers) as answer:
        async for piece in answer.aiter_raw():
            pieces.append(piece)

    found = csv.DictReader(io.StringIO(b"".join(pieces).decode("utf-8-sig"), newline=""))
    wanted = [f"'+1917{number:07}" for number in range(5_000_000, 5_030_000)]
    assert column(found, "Number") == sorted([*wanted, "'+19175001999"])
    assert answer.headers["transfer-encoding"] == "chunked"
    assert "content-length" not in answer.headers
    assert len(pieces) > 10
