"""Who may ask for what: a good token, the scopes its consent covers, and partners who act on a customer."""

from collections.abc import Callable

from controlhub.simulator.answers import Answer, error_answer
from controlhub.simulator.grants import is_managed_by
from controlhub.simulator.visit import Handler, Visit

LOCATIONS_READ = "spark-admin:locations_read"
CONFIG_READ = "spark-admin:telephony_config_read"
CONFIG_WRITE = "spark-admin:telephony_config_write"
PSTN_READ = "spark-admin:telephony_pstn_read"
PEOPLE_READ = "spark-admin:people_read"
"""What the calls want (Webex developer documentation, each call's own page)."""


def for_organization(scope: str, handler: Callable[[Visit, str], Answer]) -> Handler:
    """Let only visits through whose token is good and covers the scope; the handler is told whom they act on.

    401 without a good token, 403 where the consent does not cover the scope, or `orgId` names an organization that is
    neither the token's own nor one that it manages as a partner.
    """

    def guarded(visit: Visit) -> Answer:
        if visit.organization is None:
            message = "The request requires a valid access token set in the Authorization request header."
            return error_answer(401, visit.tracking_id, message)
        if visit.scope is not None and scope not in visit.scope.split():
            return error_answer(403, visit.tracking_id, f"The token lacks a scope that this call requires: {scope}.")
        organization = visit.query.get("orgId", visit.organization)
        if organization != visit.organization and not is_managed_by(visit.db, organization, visit.organization):
            return error_answer(403, visit.tracking_id, "The organization is not yours to manage.")
        return handler(visit, organization)

    return guarded
