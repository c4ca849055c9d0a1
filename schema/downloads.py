"""Where the files are that a token opens: paths on this server."""

ERROR_REPORT = "/uploads/{id}/errors.csv"
"""The error report of an upload."""

NUMBERS = "/numbers.csv"
"""The export of numbers; its parameters are named like the fields of `NumbersFilter`."""

HAND_OVER = "/services/{id}/hand-over.csv"
"""The hand-over list of a Non-Integrated service."""


def error_report_path(upload_id: str) -> str:
    """Return the path of an upload's error report."""
    return ERROR_REPORT.format(id=upload_id)


def hand_over_path(service_id: str) -> str:
    """Return the path of a service's hand-over list."""
    return HAND_OVER.format(id=service_id)
