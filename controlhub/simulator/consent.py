"""The consent page: GET /v1/authorize shows it, its form answers by POST."""

from collections.abc import Mapping
from html import escape
from urllib.parse import parse_qsl, urlencode, urlsplit

from controlhub.simulator.answers import Answer, html_answer
from controlhub.simulator.grants import issue_code
from controlhub.simulator.organizations import organization_named
from controlhub.simulator.visit import Handler, Visit

DEFAULT_ORGANIZATION = "Sample Customer"

PAGE = """<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>{title}</title>
<style>body {{ font: 1rem/1.5 system-ui; max-width: 32rem; margin: 3rem auto; padding: 0 1rem }}
input, button {{ font: inherit; padding: .4rem .8rem }}</style></head>
<body><main><h1>{title}</h1>{content}</main></body>
</html>
"""

FORM = """<p>This is the Control Hub simulator. <strong>{client_id}</strong> asks your organization for:</p>
<ul>{scopes}</ul>
<form method="post" action="{action}">
{hidden}
<p><label for="organization">Organization</label><br>
<input id="organization" name="organization" value="{organization}" required></p>
<p><button name="decision" value="approve">Accept</button>
<button name="decision" value="deny" formnovalidate>Deny</button></p>
</form>"""


def consent_page(client_id: str) -> Handler:
    """Return the handler that shows who asks for what; the form posts to the address it is at."""

    def show(visit: Visit) -> Answer:
        if fault := _fault_in(visit.query, client_id):
            return _page(400, "Not a valid request for consent", f"<p>{fault}</p>")
        return _page(200, "Consent", _form(visit.query, visit.path))

    return show


def consent_decision(client_id: str) -> Handler:
    """Return the handler of the form: it leads back to redirect_uri with a code, or with access_denied."""

    def decide(visit: Visit) -> Answer:
        form = dict(parse_qsl(visit.body.decode(errors="replace"), keep_blank_values=True))
        if fault := _fault_in(form, client_id):
            return _page(400, "Not a valid request for consent", f"<p>{fault}</p>")
        return _redirect(form["redirect_uri"], {**_outcome(visit, form), "state": form.get("state", "")})

    return decide


def _outcome(visit: Visit, form: Mapping[str, str]) -> dict[str, str]:
    if form.get("response_type") != "code":
        return {"error": "unsupported_response_type"}
    if form.get("decision") != "approve":
        return {"error": "access_denied"}
    organization = organization_named(visit.db, form.get("organization", "").strip() or DEFAULT_ORGANIZATION)
    code = issue_code(visit.db, visit.now, organization, form["redirect_uri"], form.get("scope", ""))
    return {"code": code}


def _fault_in(fields: Mapping[str, str], client_id: str) -> str | None:
    """Return what keeps us from trusting redirect_uri: such faults must not lead there (RFC 6749, 4.1.2.1)."""
    if fields.get("client_id") != client_id:
        return "The client_id is missing or unknown."
    target = urlsplit(fields.get("redirect_uri", ""))
    if target.scheme not in {"http", "https"} or not target.netloc:
        return "The redirect_uri is missing or no absolute address."
    return None


def _redirect(redirect_uri: str, fields: Mapping[str, str]) -> Answer:
    joint = "&" if urlsplit(redirect_uri).query else "?"
    return Answer(302, headers={"location": f"{redirect_uri}{joint}{urlencode(fields)}"})


def _form(query: Mapping[str, str], path: str) -> str:
    passed_on = ("client_id", "response_type", "redirect_uri", "scope", "state")
    hidden = [f'<input type="hidden" name="{name}" value="{escape(query.get(name, ""))}">' for name in passed_on]
    scopes = [f"<li><code>{escape(scope)}</code></li>" for scope in query.get("scope", "").split()]
    return FORM.format(
        client_id=escape(query["client_id"]),
        scopes="".join(scopes),
        action=escape(path),
        hidden="\n".join(hidden),
        organization=DEFAULT_ORGANIZATION,
    )


def _page(status: int, title: str, content: str) -> Answer:
    return html_answer(status, PAGE.format(title=title, content=content))
