"""The pages of the guide for clients show the snippets as they are run."""

import re

from tests.conformance.clients.driving import GUIDE, ROOT

PAGES = sorted((ROOT / GUIDE).glob("*.md"))

FENCE = re.compile(r"^```\w+ ([\w-]+/[\w./-]+)(?:#([\w-]+))?\n(.*?)^```", re.MULTILINE | re.DOTALL)
"""A block that names its file, and maybe a region of it."""

MARK = re.compile(r"^\s*(?://|#) #(?:end)?region.*\n", re.MULTILINE)

LINK = re.compile(r"\]\((?!https?:)([^)#\s]+)")


def test_every_block_that_names_a_file_is_that_file() -> None:
    """Or a region of it."""
    shown = [(page.name, *fence) for page in PAGES for fence in FENCE.findall(page.read_text())]

    assert len(shown) > 10
    assert [(page, file, region) for page, file, region, text in shown if text != snippet(file, region)] == []


def test_every_snippet_is_shown() -> None:
    """At least in part: none lies about for nobody."""
    shown = {file for page in PAGES for file, _, _ in FENCE.findall(page.read_text())}

    assert [name for name in snippets() if name not in shown] == []


def test_every_page_is_in_the_index_and_links_to_what_is_there() -> None:
    """The index is the README."""
    index = (ROOT / GUIDE / "README.md").read_text()

    assert [page.name for page in PAGES if f"({page.name})" not in index and page.name != "README.md"] == []
    links = [(page, link) for page in PAGES for link in LINK.findall(page.read_text())]
    assert [(page.name, link) for page, link in links if not (page.parent / link).exists()] == []


def snippets() -> list[str]:
    """Return the names of all files that are no pages."""
    files = (ROOT / GUIDE).glob("*/*.*")
    return sorted(str(file.relative_to(ROOT / GUIDE)) for file in files if file.is_file())


def snippet(file: str, region: str) -> str:
    """Return a file, or a region of it, without the marks of regions."""
    text = (ROOT / GUIDE / file).read_text()
    if region:
        found = re.search(rf"^// #region {region}\n(.*?)^// #endregion", text, re.MULTILINE | re.DOTALL)
        assert found, f"{file} has no region {region}"
        text = found[1]
    return MARK.sub("", text)
