"""`make bench`: every benchmark, each a ratio against something measured in the same run."""

from tests.bench import page

print(page.measured())  # noqa: T201  # a report
