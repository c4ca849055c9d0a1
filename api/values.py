"""Kinds of values that settings have, each with what is said of others."""

import json
import re
from ipaddress import IPv6Address
from pathlib import Path
from typing import Annotated
from urllib.parse import SplitResult, urlsplit

from cryptography.fernet import Fernet
from pydantic import AfterValidator, BeforeValidator, SecretStr, StringConstraints
from strawberry.http.websocket_origin import normalize_allowed_origins

from api.addresses import is_loopback
from api.smtp import mail_server, sender_address
from api.transport.documents import trusted_documents
from store.addresses import is_database

_HOST = re.compile(r"[a-z0-9_-]+(\.[a-z0-9_-]+)*\.?", re.IGNORECASE | re.ASCII)
"""A name, or an IPv4 address. Machines of a cluster may have an underscore in theirs."""

_NO_FOLDER = "has to be a folder, or where a new one can be made"


def _named(given: object) -> object:
    """Refuse no name at all, which would be the current folder."""
    if isinstance(given, str) and not given.strip():
        raise ValueError(_NO_FOLDER)
    return given


def _folder(path: Path) -> Path:
    there = next(each for each in (path, *path.absolute().parents) if each.exists())
    if not there.is_dir():
        raise ValueError(_NO_FOLDER)
    return path


def _manifest(path: Path) -> Path:
    trusted_documents(path)
    return path


def _web(address: str) -> str:
    if _split(address).scheme not in {"http", "https"}:
        raise ValueError("has to be an http:// or https:// address")
    return address


def _safe(address: str) -> str:
    """Return an address where nobody between us and it can change what it answers."""
    parts = _split(address)
    if parts.scheme != "https" and not (parts.scheme == "http" and is_loopback(parts.hostname)):
        raise ValueError("has to be an https:// address, or an http:// one of this machine")
    return address


def _split(address: str) -> SplitResult:
    """Return the parts of an address; all of them empty where it is none, or has no host."""
    try:
        parts = urlsplit(address)
        has_host = bool(parts.hostname) and parts.port != 0  # asked for, it says whether it can be read
    except ValueError:
        has_host = False
    return parts if has_host else urlsplit("")


def _database(url: SecretStr) -> SecretStr:
    if not is_database(url.get_secret_value()):
        raise ValueError("has to be a postgresql:// address, its password percent-encoded")
    return url


def _mail(url: SecretStr) -> SecretStr:
    mail_server(url.get_secret_value())
    return url


def _sender(sender: str) -> str:
    sender_address(sender)
    return sender


def _listed(given: object) -> object:
    try:
        return json.loads(given) if isinstance(given, str) else given
    except ValueError:
        raise ValueError("has to be a list in JSON") from None


def _origins(origins: list[str]) -> list[str]:
    try:
        normalize_allowed_origins(origins)
    except ValueError:
        raise ValueError("has to be a list of origins: scheme, host and port, without a path") from None
    return origins


def _host(host: str) -> str:
    """Return a host as a Host header has it, once its port and its brackets are gone. Raises ValueError."""
    bare = host[1:-1] if host.startswith("[") and host.endswith("]") else host
    if ":" in bare:
        return str(IPv6Address(bare))
    if bare != host or not (host == "*" or _HOST.fullmatch(host)):
        raise ValueError
    return host.lower()


def _hosts(hosts: list[str]) -> list[str]:
    try:
        return [_host(host) for host in hosts]
    except ValueError:
        raise ValueError('has to be a list of host names, without scheme and port, or "*"') from None


def _fernet(key: SecretStr) -> SecretStr:
    try:
        Fernet(key.get_secret_value())
    except ValueError:
        raise ValueError("has to be a list of Fernet keys: 32 bytes each, in URL-safe base64") from None
    return key


Folder = Annotated[Path, BeforeValidator(_named), AfterValidator(_folder)]
"""A folder that is there, or can be."""

Manifest = Annotated[Path, AfterValidator(_manifest)]
"""A file of trusted documents."""

WebAddress = Annotated[str, AfterValidator(_web)]
SafeAddress = Annotated[str, AfterValidator(_safe)]
"""A web address whose answers nobody on the way can change."""

DatabaseAddress = Annotated[SecretStr, AfterValidator(_database)]
MailServerAddress = Annotated[SecretStr, AfterValidator(_mail)]
Sender = Annotated[str, AfterValidator(_sender)]
"""An e-mail address, with a name or without."""

Name = Annotated[str, StringConstraints(min_length=1)]
"""A text that is there."""

Hosts = Annotated[list[str], BeforeValidator(_listed), AfterValidator(_hosts)]
"""Names as they stand in a Host header; ones with other letters than ASCII as browsers send them, xn--..."""

Names = Annotated[list[Name], BeforeValidator(_listed)]
Origins = Annotated[list[str], BeforeValidator(_listed), AfterValidator(_origins)]
FernetKeys = Annotated[list[Annotated[SecretStr, AfterValidator(_fernet)]], BeforeValidator(_listed)]
