"""`make bench`: every benchmark, each a ratio against something measured in the same run."""

from tests.bench import page, uploads, verdicts

print(page.measured())  # noqa: T201  # a report
print(verdicts.measured())  # noqa: T201  # a report
print(uploads.measured())  # noqa: T201  # a report
