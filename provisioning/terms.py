"""What the numbers of an entry are for: as the upload's header says, or as a row of a file says instead."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from provisioning.files.columns import Column
from provisioning.files.writing import text_of
from provisioning.number_types import check, check_phone_type
from provisioning.numbering.e164 import decode
from provisioning.texts import LONGEST_NAME
from provisioning.verdicts import Fault, VerdictCode, fault
from store.vocabulary import NumberType, ServiceKind, ServiceMode, WebexPhoneType

_NUMBER_TYPES: Mapping[str, NumberType] = {
    "user": NumberType.USER,
    "service": NumberType.SERVICE,
    "contactcenter": NumberType.CONTACT_CENTER,
    "contactcentre": NumberType.CONTACT_CENTER,
}
"""How the number types are written in files, without spaces, hyphens and underscores, in lower case."""

_PHONE_TYPES: Mapping[str, WebexPhoneType] = {kind.value.lower(): kind for kind in WebexPhoneType}
"""How the Webex phone types are written in files, likewise."""

_BETWEEN = re.compile(r"[\s_\-]+")
_WHOLE_NUMBER = re.compile(r"[0-9]{1,9}")


@dataclass(frozen=True, slots=True)
class Header:
    """What the upload says of all its numbers, and the service they are for."""

    kind: ServiceKind
    mode: ServiceMode
    number_type: NumberType
    phone_type: WebexPhoneType | None
    cac: int | None
    max_cac: int


class Terms(NamedTuple):
    """The terms of an entry that has some of its own; `phone_type` and `service_info` are None where the header's."""

    number_type: NumberType
    phone_type: WebexPhoneType | None
    cac: int | None
    service_info: str | None


def own_terms(overrides: Mapping[str, str], header: Header) -> Terms | Fault:
    """Read what a row sets instead of the header, or say what is wrong with it.

    `overrides` holds the cells by `Column`, none of them blank. The CAC value of the header counts for numbers of the
    header's type only: a row of another type brings its own.
    """
    number_type = _number_type(overrides.get(Column.NUMBER_TYPE), header)
    if isinstance(number_type, Fault):
        return number_type
    cac = _cac(overrides.get(Column.CAC), number_type, header)
    phone_type = _phone_type(overrides.get(Column.PHONE_TYPE), header)
    service_info = _service_info(overrides.get(Column.SERVICE_INFO))
    for found in (cac, phone_type, service_info):
        if isinstance(found, Fault):
            return found
    return Terms(number_type, phone_type, cac, service_info)  # type: ignore[arg-type]  # faults have been returned


def _number_type(raw: str | None, header: Header) -> NumberType | Fault:
    if raw is None:
        return header.number_type
    return _NUMBER_TYPES.get(_word(raw)) or fault(VerdictCode.NUMBER_TYPE_UNKNOWN)


def _cac(raw: str | None, number_type: NumberType, header: Header) -> int | Fault | None:
    if raw is None:
        asked = header.cac if number_type is header.number_type else None
    elif _WHOLE_NUMBER.fullmatch(text := decode(raw)):
        asked = int(text)
    else:
        return fault(VerdictCode.CAC_NOT_A_NUMBER)
    return check(number_type, asked, header.kind, header.max_cac)


def _phone_type(raw: str | None, header: Header) -> WebexPhoneType | Fault | None:
    if raw is None:
        return None
    found = _PHONE_TYPES.get(_word(raw))
    if found is None:
        return fault(VerdictCode.PHONE_TYPE_UNKNOWN)
    return check_phone_type(found, header.mode) or found


def _service_info(raw: str | None) -> str | Fault | None:
    if raw is None:
        return None
    text = text_of(raw)
    return text if len(text) <= LONGEST_NAME else fault(VerdictCode.SERVICE_INFO_TOO_LONG)


def _word(raw: str) -> str:
    return _BETWEEN.sub("", decode(raw)).lower()
