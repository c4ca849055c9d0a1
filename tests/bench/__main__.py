"""`make bench`: every benchmark, each a ratio against something measured in the same run."""

from tests.bench import abuse, crash, fuzz, page, push, takeover, uploads, verdicts

print(page.measured())  # noqa: T201  # a report
print(abuse.measured())  # noqa: T201  # a report
print(verdicts.measured())  # noqa: T201  # a report
print(uploads.measured())  # noqa: T201  # a report
print(push.measured())  # noqa: T201  # a report
print(takeover.measured())  # noqa: T201  # a report
print(fuzz.measured())  # noqa: T201  # a report
print(crash.measured())  # noqa: T201  # a report
