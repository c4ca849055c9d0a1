"""Pages of a list, linked as Webex links them (RFC 8288)."""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from controlhub.simulator.visit import Visit

PAGE_CEILING = 2000
"""Items a page holds at most and, where the caller does not say, in fact."""


@dataclass(frozen=True, slots=True)
class Page:
    """Which part of a list was asked for."""

    start: int
    size: int


def page_of(visit: Visit) -> Page:
    """Read `start` and `max`."""
    start = visit.count("start", 0, 10**9)
    return Page(start, max(1, visit.count("max", PAGE_CEILING, PAGE_CEILING)))


def link_headers(visit: Visit, page: Page, total: int) -> Mapping[str, str]:
    """Return the Link header to the next page; none on the last one."""
    following = page.start + page.size
    if following >= total:
        return {}
    query = urlencode({**visit.query, "start": following, "max": page.size})
    return {"link": f'<{visit.base_url}{visit.path}?{query}>; rel="next"'}
