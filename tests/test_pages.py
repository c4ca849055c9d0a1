"""What the pages for readers point to is there, and the settings that they list are those that there are."""

import re
from pathlib import Path

import pytest

from api.settings import Settings

ROOT = Path(__file__).parents[1]

PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])

LINK = re.compile(r"\]\((?!\w+:)([^)#\s]*)(?:#([^)\s]*))?\)")
"""A link to a file or heading of ours."""

FENCE = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)

SETTING = re.compile(r"^\| `NUMBERLINE_(\w+)` \|", re.MULTILINE)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_leads_somewhere(page: Path) -> None:
    """To a file, and to a heading of it where it names one."""
    astray = [link for link in LINK.findall(FENCE.sub("", page.read_text())) if not _leads_somewhere(page, *link)]

    assert astray == []


def _leads_somewhere(page: Path, path: str, anchor: str) -> bool:
    target = (page.parent / path) if path else page
    return target.exists() and (not anchor or anchor in _anchors(target))


def _anchors(page: Path) -> set[str]:
    """Return the anchors that GitHub gives the headings of a page."""
    headings = re.findall(r"^#+ (.+)$", FENCE.sub("", page.read_text()), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def test_operations_lists_every_setting() -> None:
    """And none that there is not."""
    listed = SETTING.findall((ROOT / "docs" / "operations.md").read_text())

    assert set(listed) == {name.upper() for name in Settings.model_fields}


def test_security_names_tests_that_there_are() -> None:
    """By their paths below the folder of tests."""
    named = set(
        re.findall(r"`((?:api|schema|store|provisioning)/[\w/]+\.py)`", (ROOT / "docs" / "security.md").read_text())
    )

    assert {path for path in named if not ((ROOT / "tests" / path).exists() or (ROOT / path).exists())} == set()
