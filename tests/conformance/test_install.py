"""How the clients and audits of others are fetched."""

import json
import shutil
from pathlib import Path

import pytest

from tests.conformance.install import HERE
from tests.conformance.install import main as install


def test_lock_pins_every_package_by_hash_and_by_no_address() -> None:
    """Any npm registry or mirror will do, and none can change a byte."""
    text = (HERE / "package-lock.json").read_text()
    packages = json.loads(text)["packages"]
    root = packages.pop("")

    assert all(package["integrity"].startswith("sha512-") for package in packages.values())
    assert all(packages[f"node_modules/{name}"]["version"] == v for name, v in root["dependencies"].items())
    assert "://" not in text


def test_installation_without_a_registry_ends_well_and_leaves_no_stamp(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """One line says which tests are skipped, and the next `make test` tries again."""
    for name in ("package.json", "package-lock.json"):
        shutil.copy(HERE / name, tmp_path)
    monkeypatch.setenv("npm_config_registry", "http://127.0.0.1:9/")
    monkeypatch.setenv("npm_config_cache", str(tmp_path / "cache"))

    install(tmp_path)

    message = capsys.readouterr().err
    assert "not installed (npm: ECONNREFUSED)." in message
    assert message.count("\n") == 1
    assert not (tmp_path / "node_modules" / "ready").exists()
