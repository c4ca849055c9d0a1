"""The gate against changes of the schema that break clients."""

import subprocess
from pathlib import Path

import pytest

from tests.conformance.clients.breaking import announced, breaking, committed, unannounced

OLD = """
type Query { kept(by: ID, old: ID @deprecated(reason: "by")): Kept, gone: Gone @deprecated(reason: "kept") }
type Kept { id: ID!, name: String!, alias: String @deprecated(reason: "name"), colour: Colour }
type Gone { id: ID! }
enum Colour { RED, PINK @deprecated(reason: "RED") }
"""
"""A schema with something deprecated of every sort; `Gone` is reached by nothing else."""


async def test_what_breaks_clients_of_the_last_committed_schema_is_deprecated_or_announced() -> None:
    """Where there is one; the command says what to do."""
    assert not await unannounced()


@pytest.mark.parametrize(
    ("old", "new", "path"),
    [
        ("name: String!", "", "Kept.name"),
        ("name: String!", "name: String", "Kept.name"),
        ("RED,", "", "Colour.RED"),
        ("by: ID,", "", "Query.kept.by"),
        ("by: ID,", "by: ID, needed: ID!,", "Query.kept.needed"),
        ("type Kept", "interface Kept", "Kept"),
    ],
)
async def test_what_a_client_may_use_cannot_go(old: str, new: str, path: str) -> None:
    """Fields, arguments, enum values, promises that something is never null."""
    assert path in [change.path for change in await breaking(OLD, OLD.replace(old, new))]


@pytest.mark.parametrize(
    "gone",
    [
        ['alias: String @deprecated(reason: "name"),'],
        [', PINK @deprecated(reason: "RED")'],
        [', old: ID @deprecated(reason: "by")'],
        [', gone: Gone @deprecated(reason: "kept")', "type Gone { id: ID! }"],
    ],
)
async def test_what_was_deprecated_may_go(gone: list[str]) -> None:
    """A type with the last way to it."""
    new = OLD
    for part in gone:
        assert part in new
        new = new.replace(part, "")
    assert await breaking(OLD, new) == []


async def test_additions_break_nobody() -> None:
    """Clients read what they know."""
    assert await breaking(OLD, OLD.replace("RED,", "RED, BLUE,").replace("by: ID,", "by: ID, more: Int,")) == []


def test_only_the_newest_part_of_the_changelog_announces() -> None:
    """And only under its own heading."""
    changelog = "# C\n\n## [2]\n\n### Breaking\n\n- `Query.a` is now `Query.b.c`.\n\n### Added\n\n- `Query.b`\n"
    older = "\n## [1]\n\n### Breaking\n\n- `Query.z`\n"
    assert announced(changelog + older) == {"Query.a", "Query.b.c"}


def test_the_schema_is_compared_with_the_last_committed_one_that_differs(tmp_path: Path) -> None:
    """Before a commit with the last one, after it with the one before."""
    file = tmp_path / "schema.graphql"
    file.write_text("first")
    without_history = committed(tmp_path)
    _git(tmp_path, "init", "-q")
    _git(tmp_path, "add", ".")
    _git(tmp_path, "commit", "-qm", "first")
    alone = committed(tmp_path)
    file.write_text("second")
    before = committed(tmp_path)
    _git(tmp_path, "commit", "-qam", "second")
    after = committed(tmp_path)
    assert (without_history, alone, before, after) == (None, None, "first", "first")


async def test_a_break_passes_once_the_changelog_names_it(tmp_path: Path) -> None:
    """Also after a release has begun another part of the changelog."""
    schema, changelog = tmp_path / "schema.graphql", tmp_path / "CHANGELOG.md"
    schema.write_text(OLD)
    changelog.write_text("# C\n\n## [2]\n")
    _git(tmp_path, "init", "-q")
    _git(tmp_path, "add", ".")
    _git(tmp_path, "commit", "-qm", "first")
    schema.write_text(OLD.replace("name: String!", ""))
    hidden = await unannounced(tmp_path)
    changelog.write_text("# C\n\n## [2]\n\n### Breaking\n\n- `Kept.name` is gone.\n")
    named = await unannounced(tmp_path)
    _git(tmp_path, "commit", "-qam", "second")
    changelog.write_text(changelog.read_text().replace("## [2]", "## [3]\n\n## [2]"))
    released = await unannounced(tmp_path)
    assert [change.path for change in hidden or ()] == ["Kept.name"]
    assert (named, released) == ([], [])


def _git(folder: Path, *arguments: str) -> None:
    who = ["-c", "user.name=n", "-c", "user.email=e@example.com", "-c", "commit.gpgsign=false"]
    subprocess.run(["git", *who, *arguments], cwd=folder, check=True)  # noqa: S603, S607  # our own words, any git
