"""Playing the customer's administrator: the browser's part of the consent, and an own look into Control Hub."""

import re
from urllib.parse import parse_qs, urlsplit

import httpx

LINK = re.compile(r"https?://\S+/consent/\S+")


async def consent(link: str, organization: str) -> str:
    """Open the link of an invitation, consent at Control Hub, and come back; return the title of the last page."""
    async with httpx.AsyncClient(follow_redirects=True) as browser:
        (await browser.get(link)).raise_for_status()
        at_hub = (await browser.post(link)).raise_for_status()
        return _title(await approve(browser, str(at_hub.url), organization))


async def approve(browser: httpx.AsyncClient, authorize_url: str, organization: str) -> httpx.Response:
    """Press the button of Control Hub's consent page; return where it leads."""
    address = urlsplit(authorize_url)
    fields = {name: values[0] for name, values in parse_qs(address.query).items()}
    form = {**fields, "organization": organization, "decision": "approve"}
    return await browser.post(f"{address.scheme}://{address.netloc}{address.path}", data=form)


async def numbers_in_control_hub(control_hub: str, organization: str) -> set[str]:
    """Ask Control Hub itself, as another application of the organization, which numbers it has; main numbers aside."""
    async with httpx.AsyncClient() as http:
        headers = {"authorization": f"Bearer {await _own_token(http, control_hub, organization)}"}
        found: set[str] = set()
        url: str | None = f"{control_hub}/telephony/config/numbers?max=1000"
        while url:
            page = (await http.get(url, headers=headers)).raise_for_status()
            found |= {n["phoneNumber"] for n in page.json()["phoneNumbers"] if not n.get("mainNumber")}
            url = page.links.get("next", {}).get("url")
    return found


async def _own_token(http: httpx.AsyncClient, control_hub: str, organization: str) -> str:
    client = {"client_id": "numberline", "redirect_uri": "http://127.0.0.1/demo"}
    query = httpx.QueryParams(
        {**client, "response_type": "code", "scope": "spark-admin:telephony_config_read", "state": "-"}
    )
    answer = await approve(http, f"{control_hub}/authorize?{query}", organization)
    code = parse_qs(urlsplit(answer.headers["location"]).query)["code"][0]
    form = {**client, "grant_type": "authorization_code", "code": code, "client_secret": "simulated-secret"}
    token: str = (await http.post(f"{control_hub}/access_token", data=form)).raise_for_status().json()["access_token"]
    return token


def _title(page: httpx.Response) -> str:
    found = re.search(r"<h1>(.*?)</h1>", page.text)
    return found[1] if found else f"HTTP {page.status_code}"
