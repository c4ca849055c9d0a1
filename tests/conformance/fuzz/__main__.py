"""`python -m tests.conformance.fuzz`: thousands of operations, and a report; a finding is told with its operation."""

import argparse
import asyncio
import sys

from tests.conformance.fuzz.run import fuzzed

OPERATIONS = 2_000
"""How many are sent unless told otherwise."""


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m tests.conformance.fuzz", description=__doc__)
    parser.add_argument("--operations", type=int, default=OPERATIONS, help="how many (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=1, help="the same seed sends the same (default: %(default)s)")
    given = parser.parse_args()
    tally = asyncio.run(fuzzed(given.operations, given.seed))
    print(tally)  # noqa: T201  # a report
    sys.exit(bool(tally.found))
