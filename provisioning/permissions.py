"""Which root field of the API takes which level and role: the one table."""

from dataclasses import dataclass

from provisioning.caller import Caller
from store.vocabulary import Level, Role

_RANK = {Role.MONITOR: 0, Role.OPERATOR: 1, Role.ADMIN: 2}


@dataclass(frozen=True, slots=True)
class Permission:
    """The levels that may use a field, and the least role they need."""

    levels: frozenset[Level]
    role: Role

    def allows(self, caller: Caller) -> bool:
        """Return whether the caller may use the field at all; what it then sees is a matter of its scope."""
        return caller.level in self.levels and _RANK[caller.role] >= _RANK[self.role]

    @property
    def is_for_everybody(self) -> bool:
        """Return whether every caller may use the field."""
        return self.levels == frozenset(Level) and _RANK[self.role] == 0

    def __str__(self) -> str:
        """Say who may, in a sentence."""
        levels = ", ".join(level.value for level in Level if level in self.levels)
        return f"Least role: {self.role.value}; levels: {levels}."


_EVERYBODY_READS = Permission(frozenset(Level), Role.MONITOR)
_SYSTEM_MANAGES = Permission(frozenset({Level.SYSTEM}), Role.ADMIN)
_RESELLERS_MANAGE = Permission(frozenset({Level.SYSTEM, Level.PROVIDER, Level.CHANNEL}), Role.ADMIN)
_ADMINS_READ = Permission(frozenset(Level), Role.ADMIN)
"""The audit trail tells who of one's people did what and when: a matter for who answers for them, at each level."""
_RESELLERS_OPERATE = Permission(frozenset({Level.SYSTEM, Level.PROVIDER, Level.CHANNEL}), Role.OPERATOR)

PERMISSIONS: dict[str, Permission] = {
    "viewer": _EVERYBODY_READS,
    "node": _EVERYBODY_READS,
    "nodes": _EVERYBODY_READS,
    "tenants": _EVERYBODY_READS,
    "customers": _EVERYBODY_READS,
    "customer": _EVERYBODY_READS,
    "callingProfiles": _EVERYBODY_READS,
    "services": _EVERYBODY_READS,
    "serviceCounts": _EVERYBODY_READS,
    "service": _EVERYBODY_READS,
    "location": _EVERYBODY_READS,
    "numbers": _EVERYBODY_READS,
    "numberCounts": _EVERYBODY_READS,
    "number": _EVERYBODY_READS,
    "uploads": _EVERYBODY_READS,
    "uploadCounts": _EVERYBODY_READS,
    "upload": _EVERYBODY_READS,
    "auditEvents": _ADMINS_READ,
    "serviceStatusChanged": _EVERYBODY_READS,
    "uploadProgressed": _EVERYBODY_READS,
    "tenantCreate": _SYSTEM_MANAGES,
    "callingProfileCreate": _SYSTEM_MANAGES,
    "customerCreate": _RESELLERS_MANAGE,
    "customerUpdate": _RESELLERS_MANAGE,
    "consentGiveUp": _RESELLERS_MANAGE,
    "serviceOnboard": _RESELLERS_OPERATE,
    "invitationResend": _RESELLERS_OPERATE,
    "invitationRevoke": _RESELLERS_OPERATE,
    "locationsRefresh": _RESELLERS_OPERATE,
    "locationCreate": _RESELLERS_OPERATE,
    "locationAttach": _RESELLERS_OPERATE,
    "locationDetach": _RESELLERS_OPERATE,
    "sipConnectionCreate": _RESELLERS_OPERATE,
    "sipConnectionUpdate": _RESELLERS_OPERATE,
    "sipConnectionDelete": _RESELLERS_OPERATE,
    "uploadStart": _RESELLERS_OPERATE,
    "uploadAddNumbers": _RESELLERS_OPERATE,
    "uploadImport": _RESELLERS_OPERATE,
    "uploadUpdate": _RESELLERS_OPERATE,
    "uploadStop": _RESELLERS_OPERATE,
    "uploadRetryFailed": _RESELLERS_OPERATE,
    "uploadRollBack": _RESELLERS_OPERATE,
    "serviceReconcile": _RESELLERS_OPERATE,
    "driftsAccept": _RESELLERS_OPERATE,
    "driftsRepair": _RESELLERS_OPERATE,
    "serviceRemove": _RESELLERS_OPERATE,
    "numbersUpdate": _RESELLERS_OPERATE,
    "numbersRelease": _RESELLERS_OPERATE,
    "numbersRestore": _RESELLERS_OPERATE,
    "numbersReclaim": _SYSTEM_MANAGES,
    "numbersConfirmManual": _RESELLERS_OPERATE,
    "numbersUpload": _RESELLERS_OPERATE,
    "numbersValidate": _RESELLERS_OPERATE,
    "uploadRemoveEntries": _RESELLERS_OPERATE,
    "uploadCancel": _RESELLERS_OPERATE,
    "uploadValidate": _RESELLERS_OPERATE,
    "uploadSubmit": _RESELLERS_OPERATE,
}
"""Every root field by its GraphQL name. A field that is missing here cannot be served: the schema refuses to build."""

FORCED_REMOVAL = _RESELLERS_MANAGE
"""Who may use `force` of serviceRemove: it leaves at Control Hub what cannot be taken off any more."""
