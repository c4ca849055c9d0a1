"""The table of number types, CAC values and Webex phone types."""

import pytest

from controlhub.numbers import HubNumberUsage
from provisioning.number_types import check, check_phone_type, hub_usage
from provisioning.verdicts import Fault, VerdictCode
from store.vocabulary import NumberType, ServiceKind, ServiceMode, WebexPhoneType

WEBEX, CX = ServiceKind.WEBEX_CLOUD_CONNECT, ServiceKind.CX
USER, SERVICE, CONTACT_CENTER = NumberType.USER, NumberType.SERVICE, NumberType.CONTACT_CENTER


@pytest.mark.parametrize(
    ("number_type", "cac", "kind", "effective"),
    [
        (USER, None, WEBEX, 2),
        (USER, 2, WEBEX, 2),
        (SERVICE, 1, WEBEX, 1),
        (SERVICE, 10_000, WEBEX, 10_000),
        (CONTACT_CENTER, None, WEBEX, None),
        (CONTACT_CENTER, 2, WEBEX, 2),
        (CONTACT_CENTER, 10_000, WEBEX, 10_000),
        (CONTACT_CENTER, None, CX, None),
        (CONTACT_CENTER, 5, CX, 5),
    ],
)
def test_a_number_type_has_its_cac(
    number_type: NumberType, cac: int | None, kind: ServiceKind, effective: int | None
) -> None:
    """What is allowed, and what it comes to."""
    assert check(number_type, cac, kind) == effective


@pytest.mark.parametrize(
    ("number_type", "cac", "kind", "code"),
    [
        (USER, 1, WEBEX, VerdictCode.CAC_FIXED),
        (USER, 3, WEBEX, VerdictCode.CAC_FIXED),
        (USER, 0, WEBEX, VerdictCode.CAC_FIXED),
        (SERVICE, None, WEBEX, VerdictCode.CAC_REQUIRED),
        (SERVICE, 0, WEBEX, VerdictCode.CAC_OUT_OF_RANGE),
        (SERVICE, -1, WEBEX, VerdictCode.CAC_OUT_OF_RANGE),
        (SERVICE, 10_001, WEBEX, VerdictCode.CAC_OUT_OF_RANGE),
        (CONTACT_CENTER, 1, WEBEX, VerdictCode.CAC_OUT_OF_RANGE),
        (CONTACT_CENTER, 10_001, CX, VerdictCode.CAC_OUT_OF_RANGE),
        (USER, None, CX, VerdictCode.NUMBER_TYPE_NOT_OFFERED),
        (SERVICE, 5, CX, VerdictCode.NUMBER_TYPE_NOT_OFFERED),
    ],
)
def test_what_the_table_does_not_allow_has_a_code(
    number_type: NumberType, cac: int, kind: ServiceKind, code: VerdictCode
) -> None:
    """CX takes Contact Center numbers only."""
    found = check(number_type, cac, kind)
    assert isinstance(found, Fault)
    assert found.code is code


def test_the_highest_cac_is_a_setting() -> None:
    """The message names both bounds."""
    found = check(SERVICE, 51, WEBEX, max_cac=50)
    assert found == Fault(VerdictCode.CAC_OUT_OF_RANGE, "The CAC value is 51: enter one from 1 to 50.")


@pytest.mark.parametrize(
    ("phone_type", "mode", "code"),
    [
        (WebexPhoneType.DID, ServiceMode.INTEGRATED, None),
        (None, ServiceMode.INTEGRATED, VerdictCode.PHONE_TYPE_REQUIRED),
        (None, ServiceMode.NON_INTEGRATED, None),
        (WebexPhoneType.MOBILE, ServiceMode.NON_INTEGRATED, VerdictCode.PHONE_TYPE_NOT_OFFERED),
    ],
)
def test_the_webex_phone_type_is_for_integrated_services(
    phone_type: WebexPhoneType | None, mode: ServiceMode, code: VerdictCode | None
) -> None:
    """Required there, refused elsewhere."""
    found = check_phone_type(phone_type, mode)
    assert (found.code if found else None) is code


@pytest.mark.parametrize(
    ("number_type", "usage"),
    [(USER, HubNumberUsage.NONE), (SERVICE, HubNumberUsage.SERVICE), (CONTACT_CENTER, HubNumberUsage.SERVICE)],
)
def test_a_number_type_has_its_usage_in_control_hub(number_type: NumberType, usage: HubNumberUsage) -> None:
    """High-volume use is SERVICE."""
    assert hub_usage(number_type) is usage
