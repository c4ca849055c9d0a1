"""What people type into a form."""

import pytest

from provisioning.texts import LONGEST_NAME, email_fault, length_fault, name_fault, reference_fault


@pytest.mark.parametrize("blank", ["", " ", "\t\n", "\u00a0", "\u200b", "\u200b \ufeff"])
def test_a_name_of_nothing_but_space_is_blank(blank: str) -> None:
    """Whatever kind of space it is."""
    fault = name_fault(blank, "name", "name")
    assert fault is not None
    assert (fault.code, fault.path, fault.message) == ("BLANK", ("name",), "Enter the name.")


def test_a_name_may_be_as_long_as_the_limit_and_no_longer() -> None:
    """The message says how long it may be."""
    fault = name_fault("x" * (LONGEST_NAME + 1), "full name", "fullName")
    assert name_fault("x" * LONGEST_NAME, "name", "name") is None
    assert fault is not None
    assert (fault.code, fault.path) == ("TEXT_TOO_LONG", ("fullName",))
    assert str(LONGEST_NAME) in fault.message


def test_an_optional_text_may_be_missing() -> None:
    """None is no fault, and neither is an empty one."""
    assert length_fault(None, "service info", "serviceInfo") is None
    assert length_fault("", "service info", "serviceInfo") is None


def test_a_reference_may_be_left_out_but_not_blank() -> None:
    """A blank one would name nothing."""
    fault = reference_fault(" ")
    assert reference_fault(None) is None
    assert fault is not None
    assert (fault.code, fault.path) == ("BLANK", ("reference",))


@pytest.mark.parametrize("address", ["ann@acme.example", "a.b+c@mail.acme.example", "ünï@acme.example"])
def test_an_address_that_may_work_is_taken(address: str) -> None:
    """Only slips of the keyboard are caught here."""
    assert email_fault(address, "adminEmail") is None


@pytest.mark.parametrize(
    "slip",
    [
        "ann",
        "ann@",
        "@acme.example",
        "ann@acme",
        "ann@acme.",
        "ann @acme.example",
        "a@b@c.example",
        "ann@acme..example",
    ],
)
def test_a_slip_of_the_keyboard_is_caught(slip: str) -> None:
    """With the path of the field."""
    fault = email_fault(slip, "adminEmail")
    assert fault is not None
    assert (fault.code, fault.path) == ("EMAIL_INVALID", ("adminEmail",))


def test_a_missing_address_is_blank_not_invalid() -> None:
    """People are told what is missing."""
    fault = email_fault("  ", "adminEmail")
    assert fault is not None
    assert fault.code == "BLANK"


def test_an_endless_address_is_refused() -> None:
    """Also where its shape would do."""
    assert email_fault(f"a@{'x' * LONGEST_NAME}.example", "adminEmail") is not None
