"""The words of the audit trail."""

import re
from pathlib import Path

import provisioning
from store.actions import AuditAction

WRITTEN = {
    name
    for folder in provisioning.__path__
    for path in Path(folder).rglob("*.py")
    for name in re.findall(r"\bAuditAction\.([A-Z_]+)", path.read_text())
}


def test_every_action_is_recorded_somewhere() -> None:
    """A word that nobody writes promises a record that never comes."""
    assert {action.name for action in AuditAction} == WRITTEN
