"""The page of the guide that says who may do what."""

from pathlib import Path

from schema.permission_page import page

PAGE = Path(__file__).parents[2] / "docs" / "guide" / "permissions.md"


def test_the_page_says_what_the_table_of_permissions_says() -> None:
    """`numberline permissions > docs/guide/permissions.md` renews it."""
    assert PAGE.read_text() == page()
