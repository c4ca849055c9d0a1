"""The token call: POST /v1/access_token."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from secrets import compare_digest
from urllib.parse import parse_qsl

from controlhub.simulator.answers import Answer, json_answer, oauth_error_answer
from controlhub.simulator.grants import (
    ACCESS_LIFETIME,
    REFRESH_LIFETIME,
    Grant,
    find_grant,
    issue_access_token,
    redeem_code,
)
from controlhub.simulator.switches import switches_of
from controlhub.simulator.visit import Handler, Visit


@dataclass(frozen=True, slots=True)
class Integration:
    """The one integration that is registered with the simulator."""

    client_id: str
    client_secret: str = field(repr=False)


def access_token(integration: Integration) -> Handler:
    """Return the handler that exchanges a code, or a refresh token, for tokens."""

    def exchange(visit: Visit) -> Answer:
        form = dict(parse_qsl(visit.body.decode(errors="replace")))
        if not _is_known(integration, form):
            return oauth_error_answer(401, visit.tracking_id, "invalid_client", "Client authentication failed.")
        if form.get("grant_type") not in {"authorization_code", "refresh_token"}:
            return oauth_error_answer(400, visit.tracking_id, "unsupported_grant_type", "Not a grant type of Webex.")
        grant = _grant(visit, form)
        if grant is None:
            message = "The code or refresh token provided is expired, revoked, malformed, or invalid."
            return oauth_error_answer(400, visit.tracking_id, "invalid_grant", message)
        return _tokens(visit, grant)

    return exchange


def _is_known(integration: Integration, form: Mapping[str, str]) -> bool:
    secret = form.get("client_secret", "").encode()
    return form.get("client_id") == integration.client_id and compare_digest(secret, integration.client_secret.encode())


def _grant(visit: Visit, form: Mapping[str, str]) -> Grant | None:
    if form["grant_type"] == "refresh_token":
        return find_grant(visit.db, visit.now, form.get("refresh_token", ""))
    return redeem_code(visit.db, visit.now, form.get("code", ""), form.get("redirect_uri", ""))


def _tokens(visit: Visit, grant: Grant) -> Answer:
    lives_s = switches_of(visit.db, grant.organization).access_token_lives_s
    lifetime = ACCESS_LIFETIME if lives_s is None else timedelta(seconds=lives_s)
    body = {
        "access_token": issue_access_token(visit.db, visit.now, grant, lifetime),
        "expires_in": int(lifetime.total_seconds()),
        "refresh_token": grant.refresh_token,
        "refresh_token_expires_in": int(REFRESH_LIFETIME.total_seconds()),
        "token_type": "Bearer",
        "scope": grant.scope,
    }
    return json_answer(200, body)
