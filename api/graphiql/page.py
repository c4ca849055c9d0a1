"""The GraphiQL page, the files it loads and the tabs it opens with."""

from collections.abc import Callable, Mapping
from hashlib import sha256
from pathlib import Path
from types import MappingProxyType
from typing import NotRequired, TypedDict

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

HERE = Path(__file__).parent

MODULES = HERE / "node_modules"
"""Where `python -m api.graphiql.install` puts the browser files."""

OWN_FILES = frozenset({"page.css", "page.js"})
"""Served from this folder."""

MODULE_FILES: Mapping[str, str] = MappingProxyType(
    {
        "explorer.css": "@graphiql/plugin-explorer/dist/style.css",
        "explorer.js": "@graphiql/plugin-explorer/dist/index.umd.js",
        "graphiql.css": "graphiql/graphiql.min.css",
        "graphiql.js": "graphiql/graphiql.min.js",
        "react-dom.js": "react-dom/umd/react-dom.production.min.js",
        "react.js": "react/umd/react.production.min.js",
    }
)
"""Served name to path in node_modules. Nothing else there is served."""

CONTENT_TYPES: Mapping[str, str] = MappingProxyType({".css": "text/css", ".js": "text/javascript"})
"""Suffix of a served file to its media type."""


POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; connect-src 'self'; img-src data:; "
    "font-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
"""The page's Content-Security-Policy: nothing comes from elsewhere, and nothing goes there. GraphiQL sets styles."""


class Tab(TypedDict):
    """A tab GraphiQL opens with; variables and headers are shown as JSON."""

    query: str
    variables: NotRequired[Mapping[str, object]]
    headers: NotRequired[Mapping[str, str]]


class Config(TypedDict):
    """What the page asks the server for: its first tabs, in order, and the headers of any further tab.

    An Authorization header with parentheses in it is there to be filled in, and not sent.
    """

    tabs: NotRequired[list[Tab]]
    headers: NotRequired[Mapping[str, str]]


def routes(config: Callable[[Request], Config], modules: Path = MODULES) -> list[Route]:
    """Return the routes of what the page loads: its static files and `config.json`.

    `config` is called on the event loop for every load of the page; what it answers, whoever sends that request can
    read. A browser tab keeps its GraphiQL tabs as the reader left them, with the newest headers, until the reader
    starts over or the queries of the first tabs change.
    """

    def static(request: Request) -> Response:
        return static_response(request, modules)

    async def settings(request: Request) -> Response:
        return JSONResponse(config(request), headers={"Cache-Control": "no-store"})

    return [
        Route("/graphiql/static/{name}", static, name="graphiql-static"),
        Route("/graphiql/config.json", settings, name="graphiql-config"),
    ]


def page_response(_request: Request, modules: Path = MODULES) -> Response:
    """Answer a browser's GET: GraphiQL, or with status 503 how to install it."""
    if missing_files(modules):
        return _html("missing.html", status=503)
    return _html("page.html", status=200)


def missing_files(modules: Path = MODULES) -> list[str]:
    """List the paths in `modules` that the page needs and that are not there."""
    return [path for path in MODULE_FILES.values() if not (modules / path).is_file()]


def static_response(request: Request, modules: Path = MODULES) -> Response:
    """Answer one of the allowed files; the browser keeps it and asks each time whether it changed."""
    path = _path(request.path_params["name"], modules)
    if path is None or not path.is_file():
        raise HTTPException(404)
    content = path.read_bytes()
    etag = f'"{sha256(content).hexdigest()}"'
    headers = {"ETag": etag, "Cache-Control": "no-cache"}
    if etag in request.headers.get("If-None-Match", ""):
        return Response(status_code=304, headers=headers)
    return Response(content, media_type=CONTENT_TYPES[path.suffix], headers=headers)


def _path(name: str, modules: Path) -> Path | None:
    if name in OWN_FILES:
        return HERE / name
    if name in MODULE_FILES:
        return modules / MODULE_FILES[name]
    return None


def _html(name: str, status: int) -> Response:
    headers = {"Cache-Control": "no-cache", "Content-Security-Policy": POLICY}
    return HTMLResponse((HERE / name).read_bytes(), status, headers=headers)
