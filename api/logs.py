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


CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
"""What ends a line, or is an order to a terminal."""


TRACEBACK = "Traceback (most recent call last):\n"
"""How a message begins that is a traceback itself: so uvicorn tells why it does not start."""


class Discreet(logging.Formatter):
    """Leaves out tokens, passwords and telephone numbers, in tracebacks too, and keeps a message in one line."""

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802  # its name in logging
        """Return the line of a record: nobody writes one of their own by what it quotes."""
        if record.message.startswith(TRACEBACK):
            return super().formatMessage(record)
        return CONTROL.sub(lambda found: found[0].encode("unicode_escape").decode(), super().formatMessage(record))

    def format(self, record: logging.LogRecord) -> str:
        """Return the line of a record, and the lines of its traceback."""
        text = super().format(record)
        for pattern, instead in SECRETS:
            text = pattern.sub(instead, text)
        return text


def log_to_stderr() -> None:
    """Write warnings and errors to standard error; call it once in each process."""
    handler = logging.StreamHandler()
    handler.setFormatter(Discreet(FORMAT))
    logging.basicConfig(level=logging.WARNING, handlers=[handler])
