"""A front-end project made of the guide's snippets: its documents compiled, its types checked, its modules run."""

import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from api.graphiql.install import with_node
from tests.conformance.clients.driving import DRIVERS, GUIDE, ROOT, Drivers, copied
from tests.conformance.clients.written import written
from tests.conformance.install import HERE as PACKAGES

TIMEOUT_S = 120
"""For a tool; each takes some seconds."""


@dataclass(frozen=True, slots=True)
class Project:
    """A folder with snippets, drivers, packages, and all that is generated from documents."""

    folder: Path

    @classmethod
    def made(cls, folder: Path) -> Self:
        """Make a project in an empty folder."""
        made = cls(folder)
        copied(folder)
        (folder / "schema.graphql").symlink_to(ROOT / "schema.graphql")
        for name in ("tsconfig.json", "codegen.ts", "operations.mjs"):
            (folder / name).symlink_to(PACKAGES / name)
        (folder / "written").mkdir()
        for name, document in written(ROOT / "docs" / "guide").items():
            (folder / "written" / f"{name}.graphql").write_text(document)
        (folder / GUIDE / "relay" / "__generated__").mkdir()
        made.run("graphql-codegen", "--config", "kit/codegen.ts", within=GUIDE)
        made.run("graphql-codegen", "--config", "codegen.ts")
        made.run("relay-compiler", "relay.config.json", within=GUIDE / "relay")
        return made

    @property
    def drivers(self) -> Drivers:
        """The drivers of every client."""
        return Drivers(self.folder / DRIVERS)

    def run(self, tool: str, *arguments: str, within: Path = Path()) -> str:
        """Run a tool of the packages; return what it printed."""
        done = subprocess.run(  # noqa: S603  # a tool that the lock file names
            [self.folder / "node_modules" / ".bin" / tool, *arguments],
            cwd=self.folder / within,
            env=with_node(),
            timeout=TIMEOUT_S,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, f"{tool}: {done.stdout}{done.stderr}"
        return done.stdout
