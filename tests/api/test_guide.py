"""The guide to uploading: what it shows runs, and what it states is so."""

import csv
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import openpyxl
import pytest

from api.demo.consenting import consent
from api.settings import Settings
from provisioning.choosing import MOST
from store.vocabulary import Level, Role
from tests.api.conftest import Running
from tests.api.guide import Reader, steps
from tests.api.journey import Api, Estate, connected, estate, invitation, locations, onboard, plain_site, submitted

GUIDE = Path(__file__).parents[2] / "docs" / "guide"

PAGES = ("schema.md", "lists.md", "uploads.md", "after-submitting.md", "reconciling.md", "releasing.md", "audit.md")
"""In the order in which they are read."""

LIMIT = re.compile(r"^\| .+ \| ([0-9,]+) \| (?:`NUMBERLINE_([A-Z_]+)`|none) \|$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Guided:
    """A reader of the page, an operator of the provider, and the folder in which scripts run."""

    reader: Reader
    folder: Path


@pytest.fixture
async def guided(api: Api, http: httpx.AsyncClient, running: Running, tmp_path: Path) -> AsyncIterator[Guided]:
    """A reader before whom everything is there that the page begins with."""
    owner = await estate(api)
    await _voice(api, owner)
    await _teams(api, owner)
    # Somebody else's number, which the upload comes upon.
    await submitted(api, await plain_site(api), "+13125550190")
    book = openpyxl.Workbook()
    for row in (("number",), ("+13125550140",)):
        book.worksheets[0].append(row)
    book.save(tmp_path / "numbers.xlsx")
    operator = api.as_(running.token(Level.PROVIDER, Role.OPERATOR, owner.provider))
    admin = api.as_(running.token(Level.PROVIDER, Role.ADMIN, owner.provider))
    yield Guided(Reader(operator, admin, running.simulator, tmp_path), tmp_path)
    await http.delete(f"{running.simulator}/_faults")


async def _voice(api: Api, owner: Estate) -> None:
    service = await onboard(api, owner, reference="acme-voice")
    given = {"name": "Chicago", "country": "US", "reference": "acme-chicago"}
    location = await api.make("locationCreate", service={"id": service}, **given)
    await api.make("locationAttach", location={"id": location})
    await connected(api, service, owner.profile)


async def _teams(api: Api, owner: Estate) -> None:
    service = await onboard(api, owner, mode="INTEGRATED", reference="acme-teams")
    await consent(await invitation(api, owner.admin), owner.organization)
    await api.make("locationAttach", location={"id": (await locations(api, service))["New York"]})
    await connected(api, service, owner.profile)


async def test_every_example_of_the_guide_does_what_the_guide_says(guided: Guided) -> None:
    """In the order of the page, the answers that it shows and the files that it fetches included."""
    for page in PAGES:
        for step in steps((GUIDE / page).read_text()):
            try:
                await guided.reader.follow(step)
            except Exception as error:
                error.add_note(f"docs/guide/{page}, line {step.line}: {step.parts}")
                raise

    assert {file.name: _lines(file) for file in guided.folder.glob("[!n]*.csv")} == {
        "template.csv": 3,
        "errors.csv": 2,
        "hand-over.csv": 25,
        "export.csv": 25,
    }


def test_the_limits_of_the_guide_are_those_of_the_settings() -> None:
    """Where nothing is set."""
    page = (GUIDE / "uploads.md").read_text()
    stated = {setting.lower(): int(figure.replace(",", "")) for figure, setting in LIMIT.findall(page)}

    limits = ("upload_numbers", "range_numbers", "file_rows", "file_bytes", "body_bytes", "cac_max", "dry_run_numbers")
    fields = Settings.model_fields
    assert stated == {name: fields[name].default for name in (*limits, "taken_questions")} | {"": MOST}


def _lines(file: Path) -> int:
    """Count the lines below the header."""
    with file.open(encoding="utf-8-sig", newline="") as opened:
        return len(list(csv.DictReader(opened)))
