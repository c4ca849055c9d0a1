"""Where our programs log to."""

import logging


def log_to_stderr() -> None:
    """Write warnings and errors to standard error; call it once in each process."""
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
