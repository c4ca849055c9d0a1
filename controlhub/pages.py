"""Where a list goes on: RFC 8288 links between its pages."""

import httpx

from controlhub.errors import HubUnanswered
from controlhub.refusals import tracking_id_of


def next_url(response: httpx.Response) -> str | None:
    """Return the address of the next page, None on the last one.

    Raises HubUnanswered where the link leads to another origin: following it would hand the access token to a
    stranger, and stopping would pass half a list off as the whole.
    """
    target = response.links.get("next", {}).get("url")
    if target is None:
        return None
    following = response.url.join(target)
    if _origin(following) != _origin(response.url):
        raise HubUnanswered("the next page is at another origin", tracking_id_of(response))
    if following == response.url:
        raise HubUnanswered("the next page is the same page", tracking_id_of(response))
    return str(following)


def _origin(url: httpx.URL) -> tuple[str, str, int | None]:
    return url.scheme, url.host, url.port
