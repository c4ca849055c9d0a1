"""What a consent gives: codes, access tokens and refresh tokens, and whose they are."""

import secrets
import sqlite3
from dataclasses import dataclass
from datetime import datetime, timedelta

CODE_LIFETIME = timedelta(minutes=10)
"""The longest RFC 6749 (4.1.2) recommends."""

ACCESS_LIFETIME = timedelta(days=14)
REFRESH_LIFETIME = timedelta(days=90)
"""Webex's own; use renews the refresh token's (Webex developer documentation, integrations)."""


@dataclass(frozen=True, slots=True)
class Access:
    """A live access token: whose it is and what was consented to, None for everything."""

    organization: str
    scope: str | None


@dataclass(frozen=True, slots=True)
class Grant:
    """A live refresh token: the organization it is for and what was consented to."""

    refresh_token: str
    organization: str
    scope: str


def issue_code(db: sqlite3.Connection, now: datetime, organization: str, redirect_uri: str, scope: str) -> str:
    """Return a code that can be exchanged once."""
    code = secrets.token_urlsafe(32)
    expires = (now + CODE_LIFETIME).timestamp()
    db.execute("INSERT INTO codes VALUES (?, ?, ?, ?, ?)", (code, organization, redirect_uri, scope, expires))
    return code


def redeem_code(db: sqlite3.Connection, now: datetime, code: str, redirect_uri: str) -> Grant | None:
    """Turn a code into a grant; None where it was used, is too old or was issued for another redirect URI."""
    found = db.execute("DELETE FROM codes WHERE code = ? RETURNING *", (code,)).fetchone()
    if found is None or found["expires"] <= now.timestamp() or found["redirect_uri"] != redirect_uri:
        return None
    grant = Grant(secrets.token_urlsafe(48), found["organization"], found["scope"])
    db.execute("INSERT INTO refresh_tokens VALUES (?, ?, ?, 0)", (grant.refresh_token, grant.organization, grant.scope))
    return grant


def find_grant(db: sqlite3.Connection, now: datetime, refresh_token: str) -> Grant | None:
    """Return the grant of a refresh token; None where it is unknown, revoked or too old."""
    found = db.execute(
        "SELECT * FROM refresh_tokens WHERE token = ? AND expires > ?", (refresh_token, now.timestamp())
    ).fetchone()
    return Grant(found["token"], found["organization"], found["scope"]) if found else None


def issue_access_token(db: sqlite3.Connection, now: datetime, grant: Grant, lifetime: timedelta) -> str:
    """Return a new access token and renew the refresh token's time."""
    token = secrets.token_urlsafe(48)
    refresh_expires = (now + REFRESH_LIFETIME).timestamp()
    access_expires = (now + lifetime).timestamp()
    db.execute("UPDATE refresh_tokens SET expires = ? WHERE token = ?", (refresh_expires, grant.refresh_token))
    db.execute("INSERT INTO access_tokens VALUES (?, ?, ?)", (token, grant.organization, access_expires))
    db.execute("INSERT INTO access_scopes VALUES (?, ?)", (token, grant.scope))
    return token


def access_of(db: sqlite3.Connection, now: datetime, access_token: str) -> Access | None:
    """Return what an access token is good for; None where it is unknown, revoked or too old."""
    found = db.execute(
        "SELECT organization, scope FROM access_tokens LEFT JOIN access_scopes USING (token)"
        " WHERE token = ? AND expires > ?",
        (access_token, now.timestamp()),
    ).fetchone()
    return Access(found["organization"], found["scope"]) if found else None


def expire_access(db: sqlite3.Connection, organization: str) -> None:
    """End the organization's access tokens; what renews them stays good."""
    db.execute("DELETE FROM access_tokens WHERE organization = ?", (organization,))


def narrow(db: sqlite3.Connection, organization: str, scope: str) -> None:
    """Let what the organization consented to cover that scope only, in tokens given out already too."""
    db.execute("UPDATE refresh_tokens SET scope = ? WHERE organization = ?", (scope, organization))
    db.execute(
        "INSERT OR REPLACE INTO access_scopes SELECT token, ? FROM access_tokens WHERE organization = ?",
        (scope, organization),
    )


def manage(db: sqlite3.Connection, customer: str, partner: str) -> None:
    """Let the partner act on the customer."""
    db.execute("INSERT OR IGNORE INTO managers VALUES (?, ?)", (customer, partner))


def is_managed_by(db: sqlite3.Connection, customer: str, partner: str) -> bool:
    """Say whether the partner may act on the customer."""
    found = db.execute("SELECT 1 FROM managers WHERE customer = ? AND partner = ?", (customer, partner))
    return found.fetchone() is not None


def revoke(db: sqlite3.Connection, organization: str) -> None:
    """Withdraw the organization's consent: nothing it gave is good any longer."""
    db.execute("DELETE FROM codes WHERE organization = ?", (organization,))
    db.execute("DELETE FROM access_tokens WHERE organization = ?", (organization,))
    db.execute("DELETE FROM refresh_tokens WHERE organization = ?", (organization,))
