"""The schema, by graphql-eslint's rules for schemas and for Relay."""

from pathlib import Path

from tests.conformance.clients.breaking import ROOT
from tests.conformance.clients.node import lines

SCHEMA = ROOT / "schema.graphql"


async def test_the_schema_keeps_every_rule_that_is_not_excepted_with_a_reason() -> None:
    """No error, no warning, and no exception that nothing needs."""
    async with lines("lint.mjs", str(SCHEMA)) as printed:
        assert await anext(printed) == {"found": [], "idle": []}


async def test_a_schema_that_breaks_rules_is_found_out(tmp_path: Path) -> None:
    """A list without pages, a word in the wrong case, a type without a description."""
    file = tmp_path / "schema.graphql"
    file.write_text(
        SCHEMA.read_text()
        .replace('"""A phone number of a service."""\n', "")
        .replace("type Viewer {", "type Viewer {\n  Bad_name: String\n  services: ServiceConnection\n")
    )
    async with lines("lint.mjs", str(file)) as printed:
        found = (await anext(printed))["found"]
    assert {message.rpartition("/")[2] for message in found} == {
        "naming-convention)",
        "relay-arguments)",
        "require-description)",
    }
