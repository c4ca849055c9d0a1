"""The table of number types, CAC values and Webex phone types (steps 7 to 9 of the Upload Numbers dialog)."""

from controlhub.numbers import HubNumberUsage
from provisioning.verdicts import Fault, VerdictCode, fault
from store.vocabulary import NumberType, ServiceKind, ServiceMode, WebexPhoneType

USER_CAC = 2
"""The CAC value of every User number, not configurable (Upload Numbers dialog, step 9)."""

MIN_CONTACT_CENTER_CAC = 2
"""The lowest CAC value a Contact Center number may have when it has one (public documentation of Live Platform)."""

MIN_SERVICE_CAC = 1
"""The lowest CAC value of a Service number."""

DEFAULT_MAX_CAC = 10_000
"""The highest CAC value unless the caller says otherwise; a bound on slips of the keyboard, not a rule of Webex."""


def check(
    number_type: NumberType, cac: int | None, service_kind: ServiceKind, max_cac: int = DEFAULT_MAX_CAC
) -> int | Fault | None:
    """Give the CAC value that numbers of this type get (concurrent sessions), or say what is wrong.

    `cac` is what was asked for, None where nothing was; None comes back only for Contact Center numbers.
    """
    if service_kind is ServiceKind.CX and number_type is not NumberType.CONTACT_CENTER:
        return fault(VerdictCode.NUMBER_TYPE_NOT_OFFERED)
    match number_type:
        case NumberType.USER:
            return USER_CAC if cac in (None, USER_CAC) else fault(VerdictCode.CAC_FIXED)
        case NumberType.SERVICE:
            return fault(VerdictCode.CAC_REQUIRED) if cac is None else _within(cac, MIN_SERVICE_CAC, max_cac)
        case NumberType.CONTACT_CENTER:
            return None if cac is None else _within(cac, MIN_CONTACT_CENTER_CAC, max_cac)


def check_phone_type(phone_type: WebexPhoneType | None, mode: ServiceMode) -> Fault | None:
    """Say what is wrong with the Webex phone type: required when Integrated, refused otherwise (dialog, step 8)."""
    if mode is ServiceMode.INTEGRATED and phone_type is None:
        return fault(VerdictCode.PHONE_TYPE_REQUIRED)
    if mode is ServiceMode.NON_INTEGRATED and phone_type is not None:
        return fault(VerdictCode.PHONE_TYPE_NOT_OFFERED)
    return None


def hub_usage(number_type: NumberType) -> HubNumberUsage:
    """Give the Webex `numberUsageType` of a number type: SERVICE for high-volume use, NONE for calling users."""
    return HubNumberUsage.NONE if number_type is NumberType.USER else HubNumberUsage.SERVICE


def _within(cac: int, lowest: int, highest: int) -> int | Fault:
    """Keep a CAC value within its bounds."""
    if lowest <= cac <= highest:
        return cac
    message = f"The CAC value is {cac:,}: enter one from {lowest:,} to {highest:,}."
    return Fault(VerdictCode.CAC_OUT_OF_RANGE, message)
