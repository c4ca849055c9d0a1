"""The committed schema."""

from pathlib import Path

from schema.build import print_sdl


def test_the_committed_schema_is_the_one_that_is_served() -> None:
    """`numberline schema > schema.graphql` renews it."""
    committed = Path(__file__).parents[2] / "schema.graphql"
    assert committed.read_text() == print_sdl()
