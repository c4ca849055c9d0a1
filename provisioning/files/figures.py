"""What cells of a worksheet hold, as text: telephone numbers with all their digits, dates as dates."""

from datetime import datetime, time

_EXACT_DIGITS = 15
"""How many digits a spreadsheet keeps; those behind are lost (Excel specifications and limits)."""


def cell_text(value: object) -> str:
    """Write what a cell holds as text; nothing as an empty one."""
    match value:
        case None:
            return ""
        case str():
            return value
        case bool():
            return "TRUE" if value else "FALSE"
        case int() | float():
            return _number_text(value)
        case datetime():
            return f"{value:%Y-%m-%d}" if value.time() == time() else f"{value:%Y-%m-%d %H:%M:%S}"
    return str(value)


def _number_text(number: float) -> str:
    """Write a number as plain digits, never as 1.2E+10, unless its last digits are lost."""
    if abs(number) >= 10**_EXACT_DIGITS:
        return f"{number:E}"
    return f"{number:.0f}" if number == int(number) else repr(number)
