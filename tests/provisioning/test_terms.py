"""What the numbers of a row are for."""

from dataclasses import replace

import pytest

from provisioning.files.columns import Column
from provisioning.terms import Header, Terms, own_terms
from provisioning.verdicts import Fault
from store.vocabulary import NumberType, ServiceKind, ServiceMode, WebexPhoneType

USER, SERVICE, CONTACT = NumberType.USER, NumberType.SERVICE, NumberType.CONTACT_CENTER
TYPE, PHONE, CAC, INFO = Column.NUMBER_TYPE, Column.PHONE_TYPE, Column.CAC, Column.SERVICE_INFO
BY_HAND = Header(ServiceKind.WEBEX_CLOUD_CONNECT, ServiceMode.NON_INTEGRATED, USER, None, 2, 10_000)
FOR_SERVICE = replace(BY_HAND, number_type=SERVICE, cac=30)
FOR_AGENTS = replace(BY_HAND, number_type=CONTACT, cac=None)
INTEGRATED = replace(BY_HAND, mode=ServiceMode.INTEGRATED, phone_type=WebexPhoneType.DID)
CX = replace(FOR_AGENTS, kind=ServiceKind.CX)


@pytest.mark.parametrize(
    ("header", "overrides", "terms"),
    [
        (BY_HAND, {TYPE: "Service", CAC: "1"}, Terms(SERVICE, None, 1, None)),
        (BY_HAND, {TYPE: "Contact Center"}, Terms(CONTACT, None, None, None)),
        (BY_HAND, {TYPE: "Contact Center", CAC: "2"}, Terms(CONTACT, None, 2, None)),
        (BY_HAND, {CAC: "2"}, Terms(USER, None, 2, None)),
        (FOR_SERVICE, {CAC: "10000"}, Terms(SERVICE, None, 10_000, None)),
        (FOR_SERVICE, {TYPE: "service"}, Terms(SERVICE, None, 30, None)),
        (FOR_SERVICE, {TYPE: "User"}, Terms(USER, None, 2, None)),
        (FOR_SERVICE, {TYPE: "Contact Center"}, Terms(CONTACT, None, None, None)),
        (FOR_SERVICE, {INFO: "IVR"}, Terms(SERVICE, None, 30, "IVR")),
        (INTEGRATED, {PHONE: "TollFree"}, Terms(USER, WebexPhoneType.TOLLFREE, 2, None)),
        (INTEGRATED, {INFO: "IVR"}, Terms(USER, None, 2, "IVR")),
        (CX, {CAC: "5"}, Terms(CONTACT, None, 5, None)),
    ],
)
def test_a_row_sets_what_the_header_says_otherwise(header: Header, overrides: dict[Column, str], terms: Terms) -> None:
    """The header's CAC value is for the header's type only; what a row leaves out is the upload's."""
    assert own_terms(overrides, header) == terms


@pytest.mark.parametrize(
    ("header", "overrides", "code"),
    [
        (BY_HAND, {TYPE: "Fax"}, "NUMBER_TYPE_UNKNOWN"),
        (BY_HAND, {TYPE: "Service"}, "CAC_REQUIRED"),
        (BY_HAND, {CAC: "3"}, "CAC_FIXED"),
        (BY_HAND, {TYPE: "Service", CAC: "0"}, "CAC_OUT_OF_RANGE"),
        (BY_HAND, {TYPE: "Service", CAC: "10001"}, "CAC_OUT_OF_RANGE"),
        (BY_HAND, {TYPE: "Contact Center", CAC: "1"}, "CAC_OUT_OF_RANGE"),
        (BY_HAND, {TYPE: "Service", CAC: "9" * 30}, "CAC_NOT_A_NUMBER"),
        (FOR_SERVICE, {TYPE: "User", CAC: "30"}, "CAC_FIXED"),
        (BY_HAND, {PHONE: "DID"}, "PHONE_TYPE_NOT_OFFERED"),
        (BY_HAND, {PHONE: "Landline"}, "PHONE_TYPE_UNKNOWN"),
        (INTEGRATED, {PHONE: "Landline"}, "PHONE_TYPE_UNKNOWN"),
        (CX, {TYPE: "User"}, "NUMBER_TYPE_NOT_OFFERED"),
        (CX, {TYPE: "Service", CAC: "5"}, "NUMBER_TYPE_NOT_OFFERED"),
        (BY_HAND, {INFO: "x" * 201}, "SERVICE_INFO_TOO_LONG"),
    ],
)
def test_a_row_that_breaks_a_rule_has_its_code(header: Header, overrides: dict[Column, str], code: str) -> None:
    """The same rules as for a header."""
    assert _code(overrides, header) == code


@pytest.mark.parametrize("raw", ["many", "2.0", "-2", "2 2", "\u0662", "+2", "1e1"])
def test_a_cac_value_is_written_in_digits(raw: str) -> None:
    """And in nothing else."""
    assert _code({CAC: raw}, BY_HAND) == "CAC_NOT_A_NUMBER"


@pytest.mark.parametrize(
    ("raw", "number_type"),
    [
        ("user", USER),
        (" USER ", USER),
        ("'User", USER),
        ('="User"', USER),
        ("contact-center", CONTACT),
        ("CONTACT_CENTER", CONTACT),
        ("Contact\u00a0Centre", CONTACT),
    ],
)
def test_words_are_known_however_they_are_written(raw: str, number_type: NumberType) -> None:
    """Case, hyphens, spaces, and what a spreadsheet puts around them."""
    found = own_terms({TYPE: raw}, BY_HAND)
    assert isinstance(found, Terms)
    assert found.number_type is number_type


@pytest.mark.parametrize(("raw", "kept"), [("'=1+1", "=1+1"), ("'+1", "+1"), ("'quoted", "'quoted"), (" x ", " x ")])
def test_a_text_that_was_kept_from_being_a_formula_is_itself_again(raw: str, kept: str) -> None:
    """Our own exports put the apostrophe there; one that a person wrote stays."""
    assert own_terms({INFO: raw}, BY_HAND) == Terms(USER, None, 2, kept)


def test_the_longest_service_info_is_taken() -> None:
    """Without the apostrophe in front of it."""
    assert own_terms({INFO: "'=" + "x" * 199}, BY_HAND) == Terms(USER, None, 2, "=" + "x" * 199)


@pytest.mark.parametrize(
    ("overrides", "code"),
    [
        ({TYPE: "Fax", CAC: "many", PHONE: "Landline", INFO: "x" * 201}, "NUMBER_TYPE_UNKNOWN"),
        ({CAC: "many", PHONE: "Landline", INFO: "x" * 201}, "CAC_NOT_A_NUMBER"),
        ({TYPE: "Service", PHONE: "Landline"}, "CAC_REQUIRED"),
        ({CAC: "3", PHONE: "DID"}, "CAC_FIXED"),
        ({PHONE: "Landline", INFO: "x" * 201}, "PHONE_TYPE_UNKNOWN"),
    ],
)
def test_of_several_faults_the_first_is_told(overrides: dict[Column, str], code: str) -> None:
    """In the order of the codes."""
    assert _code(overrides, BY_HAND) == code


def _code(overrides: dict[Column, str], header: Header) -> str:
    found = own_terms(overrides, header)
    assert isinstance(found, Fault)
    assert found.message
    return found.code.value
