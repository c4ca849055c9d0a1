"""How each field is called so that it succeeds for the owner. A new field or argument needs a line here.

The arguments of a recipe hold what has to be there; the matrix puts the cell's own value in its place.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from store.vocabulary import Level
from tests.api.journey import block
from tests.api.matrix.cells import Cell
from tests.api.matrix.ground import KINDS, Ground

_WITH_IDS = tuple(kind for kind in KINDS if kind != "CallingProfile")


@dataclass(frozen=True, slots=True)
class Recipe:
    """How a field succeeds."""

    given: Callable[[Ground], dict[str, Any]] = lambda _: {}
    """The arguments of a query or subscription, the input of a mutation."""
    state: str = ""
    """SQL that brings the owner's ground to where the field has something to do; see `Land.run`."""
    on: Mapping[str, str] = field(default_factory=dict)
    """Which part of the ground stands for a kind, where it is not the usual one: {"Upload": "draft"}."""
    kinds: Sequence[str] = _WITH_IDS
    """What a bare id may be of, where its name does not say it."""
    level: Level | None = None
    """The level of the owner who may do that; None: that of the tenant."""


def _fresh() -> str:
    return uuid4().hex[:12]


def _numbers() -> list[dict[str, str]]:
    return [{"single": f"{block()}001"}]


def _draft(**more: Any) -> Recipe:
    return Recipe(lambda g: {"upload": g.draft.by, **more}, on={"Upload": "draft"})


def _integrated(state: str = "") -> Recipe:
    return Recipe(lambda g: {"service": g.integrated.by}, state, on={"Service": "integrated"})


def _drifts(state: str = "") -> Recipe:
    chosen = lambda g: {"service": g.integrated.by, "drifts": {"ids": [g.drift.id]}}  # noqa: E731  # one expression
    return Recipe(chosen, state, on={"Service": "integrated"})


_DEVICES = [{"name": "sbc", "trunks": ["a", "b"]}]

_COOLING = "UPDATE number SET status = 'COOLING', cooling_until = now() + interval '1 day' WHERE id = %(number)s"
_SYNCING = "UPDATE upload SET status = 'SYNCING' WHERE id = %(upload)s"
_UNUSED = """
DELETE FROM number WHERE id = %(number)s;
DELETE FROM upload_entry WHERE upload_id IN (%(upload)s, %(draft)s);
DELETE FROM upload WHERE service_id = %(service)s
"""
_FAILED = """
UPDATE number SET sync_state = 'FAILED', error_retryable = true WHERE id = %(number)s;
UPDATE upload SET status = 'PARTIAL', failed = 1, added = 0 WHERE id = %(upload)s
"""
_MISSING = """
UPDATE number SET service_id = %(integrated)s, sync_state = 'DRIFTED' WHERE id = %(number)s;
UPDATE drift SET kind = 'MISSING_REMOTELY', e164 = number.e164, number_id = number.id
FROM number WHERE drift.id = %(drift)s AND number.id = %(number)s
"""
_RECORDED = """
INSERT INTO audit_event
    (id, provider_id, channel_id, customer_id, service_id, actor, action, entity, entity_id, numbers)
SELECT gen_random_uuid(), provider_id, channel_id, customer_id, service_id, 'n', 'NUMBERS_RELEASED', 'service',
    service_id, int8multirange(int8range(substr(e164, 2)::bigint, substr(e164, 2)::bigint, '[]'))
FROM number WHERE id = %(number)s
"""

RECIPES: dict[str, Recipe] = {
    "auditEvents": Recipe(state=_RECORDED, kinds=tuple(kind for kind in _WITH_IDS if kind != "Drift")),
    "customer": Recipe(),
    "customers": Recipe(),
    "location": Recipe(),
    "number": Recipe(),
    "numberCounts": Recipe(),
    "numbers": Recipe(),
    "service": Recipe(),
    "serviceCounts": Recipe(),
    "services": Recipe(),
    "tenants": Recipe(),
    "upload": Recipe(),
    "uploadCounts": Recipe(),
    "uploads": Recipe(),
    "node": Recipe(),
    "nodes": Recipe(),
    "serviceStatusChanged": Recipe(),
    "uploadProgressed": Recipe(),
    "customerCreate": Recipe(
        lambda g: {"tenant": g.tenant.by, "name": _fresh(), "fullName": "n", "adminEmail": "a@b.test"}
    ),
    "customerUpdate": Recipe(lambda g: {"customer": g.customer.by, "fullName": _fresh()}),
    "serviceOnboard": Recipe(
        lambda g: {"customer": g.customer.by, "name": _fresh(), "kind": "CX", "mode": "NON_INTEGRATED"}
    ),
    "serviceRemove": Recipe(lambda g: {"service": g.service.by}),
    "serviceReconcile": _integrated(),
    "invitationResend": _integrated(),
    "invitationRevoke": _integrated(),
    "consentGiveUp": _integrated(),
    "locationsRefresh": _integrated(),
    "driftsAccept": _drifts(),
    "driftsRepair": _drifts(_MISSING),
    "locationCreate": Recipe(lambda g: {"service": g.service.by, "name": _fresh(), "country": "US"}),
    "locationAttach": Recipe(lambda g: {"location": g.location.by}),
    "locationDetach": Recipe(lambda g: {"location": g.location.by}, _UNUSED),
    "sipConnectionCreate": Recipe(
        lambda g: {"service": g.service.by, "name": _fresh(), "callingProfile": g.profile.by}
    ),
    "sipConnectionUpdate": Recipe(lambda g: {"sipConnectionId": g.connection.id, "name": _fresh()}),
    "sipConnectionDelete": Recipe(lambda g: {"sipConnectionId": g.connection.id}, _UNUSED),
    "uploadStart": Recipe(lambda g: g.header),
    "numbersUpload": Recipe(lambda g: {**g.header, "entries": _numbers()}),
    "numbersValidate": Recipe(lambda g: {**g.header, "entries": _numbers()}),
    "uploadAddNumbers": _draft(entries=[{"single": "+12125550100"}]),
    "uploadImport": _draft(source={"text": "+12125550100"}),
    "uploadRemoveEntries": _draft(positions=[0]),
    "uploadUpdate": _draft(serviceInfo="n"),
    "uploadCancel": _draft(),
    "uploadValidate": _draft(),
    "uploadSubmit": _draft(),
    "uploadStop": Recipe(lambda g: {"upload": g.upload.by}, _SYNCING),
    "uploadRetryFailed": Recipe(lambda g: {"upload": g.upload.by}, _FAILED),
    "uploadRollBack": Recipe(lambda g: {"upload": g.upload.by}),
    "numbersUpdate": Recipe(lambda g: {"numbers": g.listed, "changes": {"serviceInfo": _fresh()}}),
    "numbersConfirmManual": Recipe(lambda g: {"numbers": g.listed}),
    "numbersRelease": Recipe(lambda g: {"numbers": g.listed}),
    "numbersRestore": Recipe(lambda g: {"numbers": g.listed}, _COOLING),
    "numbersReclaim": Recipe(lambda g: {"numbers": [{"single": g.number.e164}], "reason": "n"}, level=Level.SYSTEM),
    "callingProfileCreate": Recipe(
        lambda _: {"name": _fresh(), "carrier": "n", "region": "n", "sbcDevices": _DEVICES}, level=Level.SYSTEM
    ),
    "tenantCreate": Recipe(
        lambda g: {"kind": "CHANNEL", "name": _fresh(), "parent": g.provider.by},
        on={"Tenant": "provider"},
        level=Level.SYSTEM,
    ),
}
"""By root field."""

SIBLINGS: dict[str, Callable[[Ground], dict[str, Any]]] = {
    "ServiceLocationInput": lambda g: {"service": g.service.by, "name": g.location.name},
    "ServiceUploadInput": lambda g: {"service": g.service.by, "reference": g.upload.reference},
    "ServiceNumbersInput": lambda g: g.listed["listed"],
}
"""What has to stand beside a leaf in an input object, by the object."""

FREE_TEXT = {
    "actor": "somebody, who is no row",
    "adminEmail": "an address",
    "fullName": "need not be unique",
    "serviceInfo": "a remark",
    "reason": "a remark",
    "text": "the content of a file",
    "idempotencyKey": "of a caller's own: test_keys.py",
    "after": "test_cursors.py",
    "before": "test_cursors.py",
}
"""Arguments that name nothing, or are looked at elsewhere: why."""

NAMELESS = {"viewer", "callingProfiles", "callingProfileCreate"}
"""Root fields in which nothing of somebody else can be named at all."""

EXEMPT: dict[str, str] = dict.fromkeys(
    ("numbersUpload(input.entries", "numbersValidate(input.entries", "uploadAddNumbers(input.entries"),
    "the verdict TAKEN tells that a number is live somewhere, not where: test_scopes.py",
) | dict.fromkeys(
    ("callingProfileCreate(", "callingProfiles(", "input.callingProfile"),
    "calling profiles are the platform's, and everybody reads them",
)
"""Cells that are none, by a part of their path: why."""


def exempt(cell: Cell) -> bool:
    """Return whether nothing of somebody else can be named there."""
    return cell.leaf.name in FREE_TEXT or any(part in str(cell) for part in EXEMPT)
