"""Publishing the vocabulary."""

import subprocess
import sys

import pytest


@pytest.mark.parametrize("first", ["schema.ids", "schema.types.counts", "schema.subscriptions.positions"])
def test_the_schema_is_built_whichever_part_of_it_was_imported_first(first: str) -> None:
    """In a process of its own: a type that met an enum before it was published had another one of the same name."""
    code = f"import {first}; from schema.build import build_schema; build_schema()"
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)  # noqa: S603  # our own words
    assert ended.returncode == 0, ended.stderr
