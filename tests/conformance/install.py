"""Fetch the clients and audits of others from the npm registry: `python -m tests.conformance.install`."""

import sys
from pathlib import Path

from api.graphiql.install import STAMP, npm_ci

HERE = Path(__file__).parent


def main(folder: Path = HERE) -> None:
    """Install them, or say in one line why not: the tests that need them are skipped then."""
    problem = npm_ci(folder)
    if problem is None:
        (folder / "node_modules" / STAMP).touch()
        return
    sys.stderr.write(
        f"The clients and audits of others were not installed ({problem}). Their tests are skipped; "
        "to run them, run 'make test' where the npm registry can be reached.\n"
    )


if __name__ == "__main__":
    main()
