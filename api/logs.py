"""Where our programs log to, and what is never written there."""

import logging
import re

SECRETS = (
    (re.compile(r"eyJ[\w-]+\.[\w-]*\.?[\w-]*"), "(token)"),
    (re.compile(r"(?i)\b(bearer|basic) [\w.~+/=-]{8,}"), r"\1 (token)"),
    (re.compile(r"(?<=://)[^\s/@]+@"), "(password)@"),
    (re.compile(r"\+[1-9]\d{6,14}\b"), "(number)"),
)
"""What may stand in the message of somebody else's exception, and what is written instead."""

FORMAT = "%(asctime)s %(levelname)s %(name)s: %(message)s"


class Discreet(logging.Formatter):
    """Leaves out tokens, passwords and telephone numbers, in tracebacks too."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line, or the lines, of a record."""
        text = super().format(record)
        for pattern, instead in SECRETS:
            text = pattern.sub(instead, text)
        return text


def log_to_stderr() -> None:
    """Write warnings and errors to standard error; call it once in each process."""
    handler = logging.StreamHandler()
    handler.setFormatter(Discreet(FORMAT))
    logging.basicConfig(level=logging.WARNING, handlers=[handler])
