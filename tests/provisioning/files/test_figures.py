"""What cells hold, as text."""

from datetime import date, datetime, time, timedelta

import pytest

from provisioning.files.figures import cell_text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, ""),
        (" x ", " x "),
        (12127881500, "12127881500"),
        (1.21278815e10, "12127881500"),
        (-5, "-5"),
        (999_999_999_999_999, "999999999999999"),
        (1_000_000_000_000_000, "1.000000E+15"),
        (1e300, "1.000000E+300"),
        (0.1, "0.1"),
        (float("inf"), "INF"),
        (True, "TRUE"),
        (False, "FALSE"),
        (date(2026, 11, 23), "2026-11-23"),
        (datetime(2026, 11, 23), "2026-11-23"),  # noqa: DTZ001  # a worksheet knows no time zones
        (datetime(2026, 11, 23, 12), "2026-11-23 12:00:00"),  # noqa: DTZ001  # a worksheet knows no time zones
        (time(6), "06:00:00"),
        (timedelta(hours=36), "1 day, 12:00:00"),
    ],
)
def test_a_number_has_all_its_digits_or_none_behind_the_exponent(value: object, text: str) -> None:
    """Fifteen digits are what a spreadsheet keeps; whole days have no time."""
    assert cell_text(value) == text
