"""The enums of the schema: our vocabulary, published. Importing this module publishes it."""

from typing import Any, TypeGuard

import provisioning.errors
import schema.scalars
import store.errors
from provisioning.files.faults import FileCode
from provisioning.numbering.repairs import Repair
from provisioning.verdicts import VerdictCode
from schema.describing import published
from store import vocabulary
from store.actions import AuditAction
from store.errors import NumberlineError
from store.vocabulary import Word

_SOURCES = (store.errors, provisioning.errors, schema.scalars)
"""The modules whose errors a mutation can answer with; named, so that the schema is the same whatever was imported."""


def _error_codes() -> dict[str, tuple[str, str]]:
    """Return every code that a user error can have, with what it says; placeholders stand for what it is about."""
    kinds = [kind for module in _SOURCES for kind in vars(module).values() if _is_coded(kind)]
    # Of classes that share a code the first one describes it: the general one, in `store.errors`.
    codes = {kind.code: (kind.__doc__ or "").strip() for kind in reversed(kinds)}
    codes |= {member.value: member.description for words in (VerdictCode, FileCode) for member in words}
    return {code: (code, codes[code]) for code in sorted(codes)}


def _is_coded(kind: object) -> TypeGuard[type[NumberlineError]]:
    return isinstance(kind, type) and issubclass(kind, NumberlineError) and kind.code != NumberlineError.code


_make_enum: Any = Word
ErrorCode: Any = _make_enum("ErrorCode", _error_codes())
ErrorCode.__doc__ = "Why a mutation was refused. Stable: compare with these, a code is never renamed."
published(ErrorCode)

for _kind in (
    vocabulary.TenantKind,
    vocabulary.Role,
    vocabulary.Level,
    vocabulary.ServiceKind,
    vocabulary.ServiceMode,
    vocabulary.ServiceStatus,
    vocabulary.GrantStatus,
    vocabulary.InvitationStatus,
    vocabulary.NumberType,
    vocabulary.WebexPhoneType,
    vocabulary.NumberStatus,
    vocabulary.SyncState,
    vocabulary.NumberSource,
    vocabulary.UploadStatus,
    vocabulary.EntryKind,
    vocabulary.EntryVerdict,
    vocabulary.ErrorPolicy,
    vocabulary.WaitingCode,
    vocabulary.DriftKind,
    vocabulary.DriftEnd,
    vocabulary.LocationSource,
    vocabulary.PstnConnection,
    AuditAction,
    VerdictCode,
    Repair,
):
    published(_kind)
