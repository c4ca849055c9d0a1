"""The page of the guide that lists codes."""

from tests.provisioning import verdict_page


def test_the_page_of_verdicts_says_what_the_codes_say() -> None:
    """Whoever changes a message, or adds a code, renews the page."""
    written = verdict_page.PAGE.read_text(encoding="utf-8")
    assert written == verdict_page.page(), f"docs/guide/verdicts.md is not up to date; renew it: {verdict_page.RENEW}"
