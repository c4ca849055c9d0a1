"""What is wrong with settings, told in a line for each."""

import json
import re
from collections.abc import Iterator, Mapping
from types import MappingProxyType

from pydantic import ValidationError
from pydantic_core import to_jsonable_python

from api.settings import Settings

EXAMPLES: Mapping[str, str] = MappingProxyType(
    {
        "data_dir": "/var/lib/numberline",
        "database_url": "postgresql://numberline_app:secret@db.example/numberline",
        "public_url": "https://numbers.example",
        "allowed_origins": '["http://localhost:5173"]',
        "trusted_hosts": '["numbers.example"]',
        "issuer": "https://login.example",
        "jwks_url": "https://login.example/keys",
        "trusted_documents": "persisted-documents.json",
        "control_hub_client_secret": "the secret of your Webex integration",
        "smtp_url": "smtps://user:password@mail.example:465",
        "mail_from": "Numberline <no-reply@example.com>",
        "secret_keys": '["what Fernet.generate_key() returns"]',
    }
)
"""What a setting may look like; of others the default is the example."""

_WORDS: Mapping[str, str] = MappingProxyType({"time_delta_parsing": "has to be an ISO 8601 duration, such as PT30S"})
"""What is said of a fault instead of Pydantic's own words, by its type."""

_NAMES = re.compile(r"NUMBERLINE_\w+")


def mistakes(error: ValidationError) -> Iterator[str]:
    """Yield a line for each setting that is not good: its name, what is wrong, and an example. Values stay untold."""
    for fault in error.errors(include_url=False, include_input=False):
        raised = fault.get("ctx", {}).get("error")
        words = _WORDS.get(fault["type"], f"{fault['msg'][0].lower()}{fault['msg'][1:]}")
        told = str(raised) if isinstance(raised, ValueError) else words
        yield _line(str(fault["loc"][0]), told) if fault["loc"] else _line(_needed(told), told)


def example(name: str) -> str:
    """Return what a setting may look like in the environment."""
    if name in EXAMPLES:
        return EXAMPLES[name]
    default = to_jsonable_python(Settings.model_fields[name].get_default(call_default_factory=True))
    return str(default) if isinstance(default, str) else json.dumps(default)


def _needed(told: str) -> str:
    """Return the setting that is missing: the last one that is named."""
    return str(_NAMES.findall(told)[-1]).removeprefix("NUMBERLINE_").lower()


def _line(name: str, told: str) -> str:
    variable = f"NUMBERLINE_{name.upper()}"
    return f"{told if variable in told else f'{variable} {told}'}. For example: {variable}={example(name)}"
