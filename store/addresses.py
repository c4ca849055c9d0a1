"""Addresses of databases."""

from urllib.parse import urlsplit

from psycopg import ProgrammingError
from psycopg.conninfo import conninfo_to_dict
from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError


def is_database(url: str) -> bool:
    """Return whether a text is the address of a database. Others who read one say what is wrong, password included."""
    try:
        conninfo_to_dict(url)
        make_url(url)
        parts = urlsplit(url)
        is_readable = parts.port != 0  # asked for, it says whether it can be read
    except (ArgumentError, ProgrammingError, ValueError):
        return False
    return is_readable and parts.scheme == "postgresql"
