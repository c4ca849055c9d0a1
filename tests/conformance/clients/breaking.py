"""What breaks clients of the last committed schema: `python -m tests.conformance.clients.breaking` (decision 19)."""

import asyncio
import re
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from tests.conformance.clients.node import lines

ROOT = Path(__file__).parents[3]


@dataclass(frozen=True, slots=True)
class Change:
    """A change that breaks clients, and where: `Query.customers.search`."""

    path: str
    message: str


async def breaking(old: str, new: str) -> list[Change]:
    """Return what breaks clients of the old SDL with the new one; what the old one had deprecated does not count."""
    with tempfile.TemporaryDirectory() as folder:
        files = Path(folder, "old.graphql"), Path(folder, "new.graphql")
        for file, sdl in zip(files, (old, new), strict=True):
            file.write_text(sdl)
        async with lines("breaking.mjs", *map(str, files)) as printed:
            return [Change(**change) for change in await anext(printed)]


def announced(changelog: str) -> set[str]:
    """Return the paths that the newest part of the changelog names under "Breaking"."""
    newest = re.split(r"^## ", changelog, flags=re.MULTILINE)[1:2]
    parts = [part for text in newest for part in re.split(r"^### ", text, flags=re.MULTILINE)]
    named = "".join(part for part in parts if part.startswith("Breaking\n"))
    return set(re.findall(r"`([^`]+)`", named))


def committed(folder: Path = ROOT) -> str | None:
    """Return the committed schema to compare with: the last one that differs from the one in the folder.

    None where there is none, as in a tree without history.
    """
    present = (folder / "schema.graphql").read_text()
    found = (_git(folder, "show", f"{revision}:./schema.graphql") for revision in _revisions(folder))
    return next((sdl for sdl in found if sdl and sdl != present), None)


def _revisions(folder: Path) -> list[str]:
    """Return the last two commits of the schema, the newest first."""
    return _git(folder, "log", "-n", "2", "--format=%H", "--", "schema.graphql").split()


def _git(folder: Path, *arguments: str) -> str:
    """Return what git says; nothing where it fails or is not installed."""
    git = shutil.which("git")
    if git is None:
        return ""
    return subprocess.run([git, *arguments], cwd=folder, capture_output=True, text=True, check=False).stdout  # noqa: S603  # our own words


async def unannounced(folder: Path = ROOT) -> list[Change] | None:
    """Return what breaks clients and is neither deprecated before nor announced; None where nothing is to compare."""
    old = committed(folder)
    if old is None:
        return None
    # A release may have begun another part of the changelog since the schema was committed.
    then = (_git(folder, "show", f"{revision}:./CHANGELOG.md") for revision in _revisions(folder)[:1])
    allowed = {path for changelog in ((folder / "CHANGELOG.md").read_text(), *then) for path in announced(changelog)}
    found = await breaking(old, (folder / "schema.graphql").read_text())
    return [change for change in found if change.path not in allowed]


def main() -> None:
    """Print what breaks clients; fail if anything does."""
    found = asyncio.run(unannounced())
    if found is None:
        sys.stdout.write("There is no committed schema that differs from this one: nothing to compare with.\n")
    for change in found or ():
        sys.stdout.write(f"{change.path}: {change.message}\n")
    if found:
        sys.exit('Deprecate first (docs/decisions/0019), or name the path under "Breaking" in CHANGELOG.md.')


if __name__ == "__main__":
    main()
