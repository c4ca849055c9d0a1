"""Whether row-level security holds for whom this process is to the database."""

from dataclasses import dataclass

import psycopg

from store.errors import NumberlineError, Unavailable

_CONNECT_S = 10
"""How long the database may take to let somebody in."""


@dataclass(eq=False)
class RowSecurityInactive(NumberlineError):
    """Row-level security does not hold for the database role "{role}": it owns the tables, or is a superuser.

    Connect as the application's role, numberline_app; the owner is for `numberline migrate` alone.
    """

    code = "ROW_SECURITY_INACTIVE"
    role: str


def check_row_security(url: str) -> None:
    """Make sure that the database itself keeps rows apart for who connects with this URL.

    Raises RowSecurityInactive, and Unavailable where the database cannot be reached.
    """
    try:
        with psycopg.connect(url, connect_timeout=_CONNECT_S) as connection:
            found = connection.execute("SELECT current_user::text, row_security_active('number')").fetchone()
    except psycopg.OperationalError as error:
        raise Unavailable from error
    assert found is not None  # noqa: S101  # a SELECT without a table has one row
    if not found[1]:
        raise RowSecurityInactive(found[0])
