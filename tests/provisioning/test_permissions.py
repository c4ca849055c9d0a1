"""The one table of who may do what."""

import pytest

from provisioning.caller import Caller
from provisioning.permissions import PERMISSIONS
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
    """Whatever its role."""
    assert allowed(Level.CUSTOMER, role) == READS


def test_an_operator_uploads_and_manages_nobody() -> None:
    """Onboarding and uploads, but neither tenants nor customers nor calling profiles, nor giving up a consent."""
    managing = {"tenantCreate", "callingProfileCreate", "customerCreate", "customerUpdate", "consentGiveUp"}
    assert allowed(Level.CHANNEL, Role.OPERATOR) == set(PERMISSIONS) - managing
    assert allowed(Level.SYSTEM, Role.OPERATOR) == set(PERMISSIONS) - managing


def test_tenants_and_calling_profiles_are_the_operators_of_the_platform_alone() -> None:
    """A provider's Admin makes customers; only the system's makes tenants."""
    assert allowed(Level.PROVIDER, Role.ADMIN) == set(PERMISSIONS) - {"tenantCreate", "callingProfileCreate"}
    assert allowed(Level.SYSTEM, Role.ADMIN) == set(PERMISSIONS)


def test_a_higher_role_may_all_that_a_lower_one_may() -> None:
    """At every level."""
    for level in Level:
        assert allowed(level, Role.MONITOR) <= allowed(level, Role.OPERATOR) <= allowed(level, Role.ADMIN)
