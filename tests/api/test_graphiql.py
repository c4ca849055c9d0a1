"""GraphiQL: the page, the files it may load, and what is said when they are missing."""

import json
import re
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from api.graphiql.install import main as install
from api.graphiql.page import HERE, MODULE_FILES, OWN_FILES, Config, Tab, page_response, routes

CONFIG = Config(
    tabs=[Tab(query="{ a }", variables={"first": 2}, headers={"Authorization": "Bearer one"})],
    headers={"Authorization": "Bearer other"},
)


@pytest.fixture
def modules(tmp_path: Path) -> Path:
    """Stand in for an installed node_modules, so that the tests need no npm."""
    for path in MODULE_FILES.values():
        file = tmp_path / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(f"/* {path} */")
    (tmp_path / "ready").touch()
    return tmp_path


@pytest.fixture
async def client(modules: Path) -> AsyncIterator[httpx.AsyncClient]:
    """Reach an application that has nothing but GraphiQL."""

    def page(request: Request) -> Response:
        return page_response(request, modules)

    app = Starlette(routes=[Route("/graphql", page), *routes(lambda _: CONFIG, modules)])
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://numberline") as client:
        yield client


async def test_page_is_served(client: httpx.AsyncClient) -> None:
    """A browser's GET is answered with the page."""
    response = await client.get("/graphql")

    assert response.status_code == 200
    assert response.headers["Content-Type"] == "text/html; charset=utf-8"
    assert response.content == (HERE / "page.html").read_bytes()


async def test_page_loads_what_is_served_and_nothing_else(client: httpx.AsyncClient) -> None:
    """Every style and script on the page is an allowed file, and every allowed file is on the page."""
    page = (await client.get("/graphql")).text

    links = re.findall(r'(?:src|href)="(?!data:)([^"]+)"', page)

    assert set(links) == {f"graphiql/static/{name}" for name in OWN_FILES | MODULE_FILES.keys()}


@pytest.mark.parametrize("name", ["page.html", "missing.html"])
def test_pages_obey_a_strict_content_security_policy(name: str) -> None:
    """Neither a script nor a style nor a handler is inline, so `script-src 'self'` is enough."""
    page = (HERE / name).read_text()

    assert not re.search(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son\w+=|javascript:", page)


@pytest.mark.parametrize("name", ["page.html", "missing.html", "page.js", "page.css"])
def test_own_files_name_no_outside_address(name: str) -> None:
    """What is written here sends the browser to this server alone."""
    assert not re.search(r"https?://|wss?://|[\"'(]//", (HERE / name).read_text())


@pytest.mark.parametrize("name", sorted(OWN_FILES | MODULE_FILES.keys()))
async def test_static_file_is_served_with_its_type_and_etag(client: httpx.AsyncClient, name: str) -> None:
    """Every allowed file comes with a type the browser accepts, and as 304 once it has it."""
    types = {".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8"}

    first = await client.get(f"/graphiql/static/{name}")
    again = await client.get(f"/graphiql/static/{name}", headers={"If-None-Match": first.headers["ETag"]})

    assert (first.status_code, again.status_code) == (200, 304)
    assert first.headers["Content-Type"] == types[Path(name).suffix]
    assert first.headers["Cache-Control"] == again.headers["Cache-Control"] == "no-cache"
    assert first.content
    assert again.content == b""


async def test_module_file_comes_from_its_package(client: httpx.AsyncClient) -> None:
    """A served name stands for one path in node_modules."""
    response = await client.get("/graphiql/static/react.js")

    assert response.text == "/* react/umd/react.production.min.js */"


async def test_changed_file_gets_another_etag(client: httpx.AsyncClient, modules: Path) -> None:
    """A browser that holds the file of an earlier release is sent the new one."""
    old = await client.get("/graphiql/static/react.js")
    (modules / MODULE_FILES["react.js"]).write_text("/* newer */")

    new = await client.get("/graphiql/static/react.js", headers={"If-None-Match": old.headers["ETag"]})

    assert new.status_code == 200
    assert new.text == "/* newer */"


@pytest.mark.parametrize(
    "name",
    [
        "..%2Fpage.py",
        "%2e%2e/page.py",
        "..%5Cpage.py",
        "%2Fetc%2Fpasswd",
        "page.py",
        "page.html",
        "package.json",
        "ready",
        "react/umd/react.production.min.js",
        "react%2Fumd%2Freact.production.min.js",
        "",
    ],
)
async def test_other_files_are_refused(client: httpx.AsyncClient, name: str) -> None:
    """Only allowed names are served: no neighbour, no path, no way up."""
    response = await client.get(f"/graphiql/static/{name}")

    assert response.status_code == 404


async def test_config_reaches_the_page_and_is_not_kept(client: httpx.AsyncClient) -> None:
    """The page gets its tabs and headers afresh, since they may hold tokens."""
    response = await client.get("/graphiql/config.json")

    assert response.json() == CONFIG
    assert response.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("path", MODULE_FILES.values())
async def test_missing_file_leads_to_a_page_that_says_what_to_do(
    client: httpx.AsyncClient, modules: Path, path: str
) -> None:
    """Without one of its files GraphiQL is unavailable, and the page says how to get it."""
    (modules / path).unlink()

    response = await client.get("/graphql")

    assert response.status_code == 503
    assert "The API itself works" in response.text
    assert "make setup" in response.text


async def test_missing_file_is_not_found(client: httpx.AsyncClient, modules: Path) -> None:
    """An allowed file that is not installed is a plain 404; our own files are there all the same."""
    shutil.rmtree(modules)

    packaged = await client.get("/graphiql/static/react.js")
    own = await client.get("/graphiql/static/page.css")

    assert (packaged.status_code, own.status_code) == (404, 200)


def test_lock_pins_every_package_by_hash_and_by_no_address() -> None:
    """Any npm registry or mirror will do, and none can change a byte."""
    text = (HERE / "package-lock.json").read_text()
    packages = json.loads(text)["packages"]
    root = packages.pop("")

    assert all(package["integrity"].startswith("sha512-") for package in packages.values())
    assert all(packages[f"node_modules/{name}"]["version"] == v for name, v in root["dependencies"].items())
    assert "http" not in text


def test_installation_without_a_registry_ends_well_and_leaves_no_stamp(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """GraphiQL is optional: one line says what to do, and the next `make` tries again."""
    shutil.copy(HERE / "package.json", tmp_path)
    shutil.copy(HERE / "package-lock.json", tmp_path)
    monkeypatch.setenv("npm_config_registry", "http://127.0.0.1:9/")
    monkeypatch.setenv("npm_config_cache", str(tmp_path / "cache"))

    install(tmp_path)

    message = capsys.readouterr().err
    assert "GraphiQL was not installed (npm: ECONNREFUSED)." in message
    assert "make setup" in message
    assert message.count("\n") == 1
    assert not (tmp_path / "node_modules" / "ready").exists()
