"""The one table of who may do what."""

import pytest

from provisioning.caller import Caller
from provisioning.permissions import FORCED_REMOVAL, PERMISSIONS
from store.vocabulary import Level, Role

READS = {name for name, permission in PERMISSIONS.items() if permission.role is Role.MONITOR}


def allowed(level: Level, role: Role) -> set[str]:
    """Return what somebody may do."""
    return {name for name, permission in PERMISSIONS.items() if permission.allows(Caller("x", level, role))}


@pytest.mark.parametrize("level", list(Level))
def test_a_monitor_only_reads(level: Level) -> None:
    """At every level, and everything that is read."""
    assert allowed(level, Role.MONITOR) == READS
    assert not any(name.endswith(("Create", "Onboard", "Attach", "Refresh", "Submit", "Start")) for name in READS)


@pytest.mark.parametrize("role", list(Role))
def test_a_customer_only_reads(role: Role) -> None:
    """Whatever its role; its Admins read the audit trail, too."""
    assert allowed(Level.CUSTOMER, role) - {"auditEvents"} == READS


def test_an_operator_uploads_and_manages_nobody() -> None:
    """Onboarding and uploads, but neither tenants, customers, calling profiles and consents, nor the audit trail."""
    system = {"tenantCreate", "callingProfileCreate", "numbersReclaim"}
    managing = {*system, "customerCreate", "customerUpdate", "consentGiveUp", "auditEvents"}
    assert allowed(Level.CHANNEL, Role.OPERATOR) == set(PERMISSIONS) - managing
    assert allowed(Level.SYSTEM, Role.OPERATOR) == set(PERMISSIONS) - managing


def test_tenants_calling_profiles_and_reclaiming_are_the_operators_of_the_platform_alone() -> None:
    """A provider's Admin makes customers; only the system's makes tenants, and takes numbers from them."""
    system = {"tenantCreate", "callingProfileCreate", "numbersReclaim"}
    assert allowed(Level.PROVIDER, Role.ADMIN) == set(PERMISSIONS) - system
    assert allowed(Level.SYSTEM, Role.ADMIN) == set(PERMISSIONS)


def test_a_higher_role_may_all_that_a_lower_one_may() -> None:
    """At every level."""
    for level in Level:
        assert allowed(level, Role.MONITOR) <= allowed(level, Role.OPERATOR) <= allowed(level, Role.ADMIN)


@pytest.mark.parametrize(
    ("level", "role", "may"),
    [
        (Level.CHANNEL, Role.ADMIN, True),
        (Level.SYSTEM, Role.ADMIN, True),
        (Level.SYSTEM, Role.OPERATOR, False),
        (Level.CUSTOMER, Role.ADMIN, False),
    ],
)
def test_only_an_admin_removes_by_force(level: Level, role: Role, *, may: bool) -> None:
    """An operator removes, and waits."""
    assert FORCED_REMOVAL.allows(Caller("x", level, role)) is may
